use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::{Integrity, Operation, Parameter, Repeat, SideEffect, SystemId, Undo};
use reqwest::Method;
use rmcp::model::{Implementation, Tool};
use serde_json::{Map, Value, json};

use super::visible;
use crate::description::{
    Act, Binding, Described, Description, EditedFields, Layout, Place, digest, meaning, resolved,
};

/// The longest name of a tool or an argument, as the protocol has it for tools.
const LONGEST_NAME: usize = 128;
/// The largest definition of one tool, in bytes.
const LARGEST: usize = 256 << 10;
/// So much of a description is shown, in characters. All of it is pinned.
const SHOWN: usize = 300;

/// What a server offers.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// What it calls itself. Its own words.
    pub server: String,
    /// Its version. Its own words.
    pub version: String,
    /// Its tools, by name.
    pub tools: Vec<Offered>,
    /// What it offers and can't be used, with the reason.
    pub left_out: Vec<(String, String)>,
}

/// A tool of a server.
#[derive(Clone, Debug, PartialEq)]
pub struct Offered {
    /// Its name there.
    pub name: String,
    /// What it does, in the server's own words.
    pub summary: String,
    /// What the server says that it does to the world.
    pub hints: Hints,
    /// Digest of its definition, with the server that it is of.
    pub definition: String,
    /// Arguments by name: whether a call needs it, and its form.
    arguments: BTreeMap<String, (bool, Value)>,
}

/// What a server says that a tool does to the world. Nothing of it is believed where it makes the tool look harmless.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// It only reads.
    pub reads: Option<bool>,
    /// It takes something away.
    pub destroys: Option<bool>,
    /// It reaches others than the server.
    pub open: Option<bool>,
}

/// What a person said of tools when they connected the server. Whatever is not named here is treated as the strictest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// These only read.
    pub reads: BTreeSet<String>,
    /// These change something, and take nothing away that matters.
    pub writes: BTreeSet<String>,
}

impl Listed {
    /// Reads what a server offers. `place` is where it is: the same tool of another server is another tool.
    pub(crate) fn read(place: &str, server: Option<&Implementation>, tools: &[Tool]) -> Self {
        let (name, version) =
            server.map_or(("", ""), |server| (server.name.as_str(), server.version.as_str()));
        let short = |text: &str| visible(text).chars().take(100).collect::<String>();
        let mut out = Self {
            server: short(name),
            version: short(version),
            tools: Vec::new(),
            left_out: Vec::new(),
        };
        let mut named = BTreeMap::<String, usize>::new();
        for tool in tools {
            *named.entry(tool.name.to_lowercase()).or_default() += 1;
        }
        for tool in tools {
            let shown: String = short(&tool.name);
            if named
                .get(&tool.name.to_lowercase())
                .is_some_and(|count| *count > 1)
            {
                let why = "another tool has the same name, or one that differs only in capital letters";
                out.left_out.push((shown, why.to_owned()));
                continue;
            }
            let of = json!({"place": place, "name": name, "version": version});
            match Offered::read(&of, tool) {
                Ok(offered) => out.tools.push(offered),
                Err(why) => out.left_out.push((shown, why)),
            }
        }
        out.tools.sort_by(|one, other| one.name.cmp(&other.name));
        out
    }

    /// The digest of everything that is offered: what a person was shown and what is then connected must be the same.
    ///
    /// # Errors
    /// Never in practice: all of it was read from JSON.
    pub fn digest(&self) -> Result<String, String> {
        let all: Vec<(&str, &str)> = self
            .tools
            .iter()
            .map(|tool| (tool.name.as_str(), tool.definition.as_str()))
            .collect();
        digest(&json!({"server": self.server, "version": self.version, "tools": all}))
    }
}

impl Offered {
    fn read(server: &Value, tool: &Tool) -> Result<Self, String> {
        let name = tool.name.as_ref();
        // The letters that the protocol itself asks for: no two of them look alike, and none is invisible.
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(plain) {
            return Err("its name is not made of at most 128 letters, digits, `_`, `-` and `.`".to_owned());
        }
        if name.chars().all(|c| c == '.') {
            return Err("its name is only dots".to_owned());
        }
        let whole = serde_json::to_value(tool).map_err(|error| error.to_string())?;
        if whole.to_string().len() > LARGEST {
            return Err("its definition is too large".to_owned());
        }
        let definition = digest(&json!({"server": server, "tool": whole}))?;
        let schema = Value::Object(Map::clone(&tool.input_schema));
        let arguments = arguments(&schema)?;
        let words = tool
            .description
            .as_deref()
            .or(tool.title.as_deref())
            .unwrap_or_default();
        let words = visible(words);
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut summary: String = words.chars().take(SHOWN).collect();
        if summary.len() < words.len() {
            summary.push('…');
        }
        let said = tool.annotations.as_ref();
        Ok(Self {
            name: name.to_owned(),
            summary,
            hints: Hints {
                reads: said.and_then(|said| said.read_only_hint),
                destroys: said.and_then(|said| said.destructive_hint),
                open: said.and_then(|said| said.open_world_hint),
            },
            definition,
            arguments,
        })
    }

    /// What it does to the world, as far as anybody may rely on.
    pub fn class(&self, choices: &Choices) -> SideEffect {
        let Hints { reads, destroys, .. } = self.hints;
        if choices.reads.contains(&self.name) && reads != Some(false) && destroys != Some(true) {
            SideEffect::Read
        } else if choices.writes.contains(&self.name) && destroys != Some(true) {
            SideEffect::Write
        } else {
            SideEffect::Destructive
        }
    }
}

/// The arguments that a schema names.
fn arguments(schema: &Value) -> Result<BTreeMap<String, (bool, Value)>, String> {
    let required = schema.get("required").and_then(Value::as_array);
    let mut out = BTreeMap::new();
    for (name, form) in schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        if name.is_empty()
            || name.chars().count() > LONGEST_NAME
            || visible(name) != *name
            || name.contains(['\n', '\t'])
        {
            return Err("one of its arguments has a name that can't be shown".to_owned());
        }
        let needed = required.is_some_and(|names| names.iter().any(|own| own == name));
        out.insert(name.clone(), (needed, resolved(schema, form)?));
    }
    let unknown = |own: &&Value| own.as_str().is_none_or(|own| !out.contains_key(own));
    if required.into_iter().flatten().any(|own| unknown(&own)) {
        return Err("it needs an argument that it does not describe".to_owned());
    }
    Ok(out)
}

/// What can be asked of a server, by what a person said of its tools.
///
/// # Errors
/// Each thing that a person said and that does not fit to what the server offers or says itself.
pub fn description(
    system: &SystemId,
    listed: &Listed,
    choices: &Choices,
) -> Result<Description, Vec<String>> {
    let mut wrong = Vec::new();
    for name in choices.reads.iter().chain(&choices.writes) {
        let Some(tool) = listed.tools.iter().find(|tool| tool.name == *name) else {
            wrong.push(format!("the server offers no tool `{name}` that can be used"));
            continue;
        };
        if choices.reads.contains(name) && choices.writes.contains(name) {
            wrong.push(format!("`{name}` can't both only read and change something"));
        } else if choices.reads.contains(name) && tool.class(choices) != SideEffect::Read {
            wrong.push(format!("the server says itself that `{name}` changes something"));
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let layout = Arc::new(Layout {
        title: Vec::new(),
        etag: false,
        version: None,
        ..Layout::default()
    });
    let each = listed
        .tools
        .iter()
        .map(|tool| described(system, tool, choices, &layout));
    let each: Vec<Described> = each.collect::<Result<_, _>>().map_err(|why| vec![why])?;
    let mut description = Description::of(listed.server.clone(), each);
    description.left_out.clone_from(&listed.left_out);
    Ok(description)
}

fn described(
    system: &SystemId,
    tool: &Offered,
    choices: &Choices,
    layout: &Arc<Layout>,
) -> Result<Described, String> {
    let side_effect = tool.class(choices);
    let reads = side_effect == SideEffect::Read;
    let parameters = tool.arguments.iter().map(|(name, (required, schema))| {
        let parameter = Parameter {
            required: *required,
            role: meaning(name, Place::Body, schema, reads),
            integrity: Integrity::Text,
            schema: schema.clone(),
        };
        (name.clone(), parameter)
    });
    let binding = Binding {
        method: Method::POST,
        path: format!("/tools/{}", tool.name),
        places: tool
            .arguments
            .keys()
            .map(|name| (name.clone(), Place::Body))
            .collect(),
        act: if reads { Act::Get } else { Act::Other },
        conditional: false,
        keyed: false,
        marker: None,
        message: None,
        answers: None,
        fields: BTreeMap::new(),
        edited: EditedFields::default(),
        success: vec![200],
        layout: Arc::clone(layout),
        paging: None,
        written: BTreeMap::new(),
        query: Vec::new(),
        with: Vec::new(),
        web_form: false,
        words: !reads,
        seen_in: None,
    };
    let operation = Operation {
        system: system.clone(),
        name: tool.name.clone(),
        // Its own words may say anything, so they never stand alone.
        summary: format!("Run {}: {}", tool.name, tool.summary),
        kind: tool.name.clone(),
        side_effect,
        // Nothing tells whether a second call is the same as one, and a server's word for it is no proof.
        repeat: Repeat::Never,
        undo: (!reads).then_some(Undo::Irreversible),
        severe: side_effect == SideEffect::Destructive,
        egress: !reads || tool.hints.open == Some(true),
        parameters: parameters.collect(),
        definition: digest(&json!({"tool": tool.definition, "class": side_effect}))?,
    };
    Ok(Described { operation, binding })
}
