use domain::SideEffect;
use integration::import::{Given, Outline, judge};
use proptest::prelude::*;

/// Verbs that change something, whoever uses them.
const WRITES: &[&str] = &[
    "delete",
    "remove",
    "create",
    "update",
    "send",
    "approve",
    "reject",
    "cancel",
    "publish",
    "purge",
    "revoke",
    "unsubscribe",
    "logout",
    "stop",
    "restart",
    "disable",
    "enable",
    "assign",
    "destroy",
    "insert",
    "upsert",
    "notify",
    "submit",
    "confirm",
    "activate",
    "deactivate",
    "suspend",
    "uninstall",
    "rename",
    "move",
    "restore",
    "wipe",
    "terminate",
    "impersonate",
];

const NOUNS: &[&str] = &[
    "user", "contact", "account", "ticket", "item", "order", "widget", "report",
];

fn casing(words: &[&str], style: usize) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    match style {
        0 => words.join("_"),
        1 => words.join("-"),
        2 => words.join("."),
        3 => words.join("_").to_uppercase(),
        4 => words.iter().map(|word| capital(word)).collect(),
        5 => words[0].to_owned() + &words[1..].iter().map(|word| capital(word)).collect::<String>(),
        6 => words.join(":"),
        _ => words.concat(),
    }
}

fn outline(method: &str, path: String, id: Option<String>, summary: String) -> Outline {
    Outline {
        method: method.to_owned(),
        path,
        id,
        summary,
        ..Outline::default()
    }
}

proptest! {
    /// In the end of the path, in the name, or at the beginning of the summary; whatever else is said around it.
    #[test]
    fn what_says_that_it_writes_is_no_read(
        write in prop::sample::select(WRITES),
        noun in prop::sample::select(NOUNS),
        method in prop::sample::select(&["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "QUERY"][..]),
        style in 0..8_usize,
        place in 0..5_usize,
        verb_first in any::<bool>(),
        look in prop::sample::select(&["", "Get it", "List all of them", "Search", "Returns the result", "Check it"][..]),
        argument in any::<bool>(),
    ) {
        // Without any separator only the order in which people read it is understood.
        let words = if verb_first || style == 7 { [write, noun] } else { [noun, write] };
        // Without a separator only the usual things are known, so that `settings` is no `set tings`.
        let words = if style == 7 && ["widget", "report"].contains(&noun) { [write, "user"] } else { words };
        let name = casing(&words, style);
        let end = if argument { "/{id}" } else { "" };
        let said = match place {
            0 => outline(method, format!("/v1/{noun}s/{name}{end}"), None, look.to_owned()),
            1 => outline(method, format!("/v1/{noun}s{end}"), Some(name), look.to_owned()),
            2 => outline(method, format!("/v1/{noun}s{end}"), None, format!("{write} the {noun}")),
            3 => outline(method, format!("/v1/{noun}s{end}"), Some("get".to_owned()), format!("This endpoint will {write} a {noun}.")),
            _ => outline(method, format!("/v1/{noun}s/{{id}}:{name}"), Some(format!("list_{noun}")), look.to_owned()),
        };
        let judged = judge(&said);
        prop_assert_ne!(judged.class, SideEffect::Read, "{:?}: {:?}", said, judged);
    }

    /// Whatever stands in it, only some methods read, and a `POST` only where path or name and summary say so.
    #[test]
    fn other_methods_never_read(
        method in "[A-Z]{1,8}",
        path in "(/[a-zA-Z{}._-]{0,12}){1,4}",
        id in proptest::option::of("[a-zA-Z._/-]{0,24}"),
        summary in "[a-zA-Z ,.]{0,40}",
    ) {
        let said = outline(&method, path, id, summary);
        let judged = judge(&said);
        if !["GET", "HEAD", "OPTIONS", "POST"].contains(&method.as_str()) {
            prop_assert_ne!(judged.class, SideEffect::Read);
        }
        if method == "POST" && (said.id.is_none() || said.summary.is_empty()) && !said.path.to_lowercase().contains(|letter: char| letter.is_alphabetic()) {
            prop_assert_ne!(judged.class, SideEffect::Read);
        }
    }
}

#[test]
fn a_question_with_a_file_a_credential_or_a_permission_to_write_is_asked_of_a_person() {
    let search = || {
        outline(
            "POST",
            "/contacts/search".to_owned(),
            Some("searchContacts".to_owned()),
            "Search contacts".to_owned(),
        )
    };
    assert_eq!(judge(&search()).class, SideEffect::Read);
    let mut with_file = search();
    with_file.bodies = vec!["multipart/form-data".to_owned()];
    let mut to_write = search();
    to_write.security = vec!["oauth: contacts.write".to_owned()];
    let mut told = search();
    told.description = "Searches. This method also deletes what it finds.".to_owned();
    let mut broken = search();
    broken.incomplete = true;
    for said in [with_file, to_write, told, broken] {
        let judged = judge(&said);
        assert!(
            judged.unclear && judged.class != SideEffect::Read,
            "{said:?}: {judged:?}"
        );
    }
}

#[test]
fn a_parameter_that_chooses_what_is_done_makes_a_question_unclear() {
    let with = |name: &str, values: &[&str], required: bool| {
        let mut said = outline("GET", "/api".to_owned(), None, String::new());
        said.parameters = vec![Given {
            name: name.to_owned(),
            place: "query".to_owned(),
            required,
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        }];
        judge(&said)
    };
    for judged in [
        with("action", &[], true),
        with("method", &["get", "delete"], false),
        with("mark_as_read", &[], false),
    ] {
        assert!(judged.unclear && judged.class != SideEffect::Read, "{judged:?}");
    }
    assert_eq!(with("action", &["get", "list"], true).class, SideEffect::Read);
}
