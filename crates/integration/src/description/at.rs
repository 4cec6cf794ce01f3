use std::fmt;

use serde_json::{Map, Value};

/// A place in an answer or a body, written like a path: `Owner/id`, `values/0`, `journals/-1` for the last one,
/// `fields/[name=Severity]/value` for the entry of a list that has this value, `Requestor/*/id` for each of a list. The empty
/// path is the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct At(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// A field, or an entry of a list by its number, from the end with a minus.
    Name(String),
    /// The entry of a list whose field has this value.
    With(String, String),
    /// Each entry of a list.
    Each,
}

impl At {
    /// Reads a place.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let step = |part: &str| {
            if part.is_empty() {
                return Err(format!("`{text}` has an empty part"));
            }
            if part == "*" {
                return Ok(Step::Each);
            }
            let Some(inside) = part.strip_prefix('[') else {
                return Ok(Step::Name(part.to_owned()));
            };
            let pair = inside.strip_suffix(']').and_then(|inside| inside.split_once('='));
            let pair = pair.filter(|(name, _)| !name.is_empty());
            let (name, value) =
                pair.ok_or_else(|| format!("`{part}` in `{text}` must be written as `[name=value]`"))?;
            Ok(Step::With(name.to_owned(), value.to_owned()))
        };
        text.split('/').map(step).collect::<Result<_, _>>().map(Self)
    }

    /// A field of the outermost object.
    pub fn field(name: &str) -> Self {
        Self(vec![Step::Name(name.to_owned())])
    }

    /// The name, where it is only a field of the outermost object.
    pub fn name(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Step::Name(name)] => Some(name),
            _ => None,
        }
    }

    /// Whether something can be written there: names only.
    pub fn is_plain(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|step| matches!(step, Step::Name(_)))
    }

    /// What stands there.
    pub fn take(&self, from: &Value) -> Option<Value> {
        take(&self.0, from)
    }

    /// Writes a value there, making the objects on the way. What is no object on the way is replaced by one.
    pub fn put(&self, into: &mut Map<String, Value>, value: Value) {
        let Some((Step::Name(first), rest)) = self.0.split_first() else {
            return;
        };
        if rest.is_empty() {
            into.insert(first.clone(), value);
            return;
        }
        let next = into.entry(first.clone()).or_insert_with(|| Map::new().into());
        if !next.is_object() {
            *next = Map::new().into();
        }
        if let Value::Object(next) = next {
            Self(rest.to_vec()).put(next, value);
        }
    }
}

fn take(steps: &[Step], from: &Value) -> Option<Value> {
    let Some((first, rest)) = steps.split_first() else {
        return Some(from.clone());
    };
    match (first, from) {
        (Step::Name(name), Value::Object(fields)) => take(rest, fields.get(name)?),
        (Step::Name(name), Value::Array(items)) => {
            let number: isize = name.parse().ok()?;
            let at = match number {
                0.. => number.unsigned_abs(),
                _ => items.len().checked_sub(number.unsigned_abs())?,
            };
            take(rest, items.get(at)?)
        }
        (Step::With(name, value), Value::Array(items)) => {
            let is_it = |item: &&Value| item.get(name).is_some_and(|own| super::plain(own) == *value);
            take(rest, items.iter().find(is_it)?)
        }
        (Step::Each, Value::Array(items)) => {
            let each: Vec<Value> = items.iter().filter_map(|item| take(rest, item)).collect();
            Some(each.into())
        }
        _ => None,
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            let slash = if number == 0 { "" } else { "/" };
            match step {
                Step::Name(name) => write!(f, "{slash}{name}")?,
                Step::With(name, value) => write!(f, "{slash}[{name}={value}]")?,
                Step::Each => write!(f, "{slash}*")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(text: &str) -> At {
        At::parse(text).unwrap()
    }

    #[test]
    fn a_place_is_found_in_objects_and_lists() {
        let answer = json!({"Owner": {"id": "ines"}, "CustomFields": [{"name": "Severity", "values": ["high"]},
            {"name": "4", "values": []}], "Requestor": [{"id": "a@x"}, {"id": "b@x"}, {}], "journals": [1, 2, 3]});
        for (place, found) in [
            ("", Some(answer.clone())),
            ("Owner/id", Some(json!("ines"))),
            ("CustomFields/[name=Severity]/values/0", Some(json!("high"))),
            ("CustomFields/[name=4]/values/0", None),
            ("Requestor/*/id", Some(json!(["a@x", "b@x"]))),
            ("journals/-1", Some(json!(3))),
            ("journals/-4", None),
            ("journals/x", None),
            ("Owner/id/more", None),
            ("none", None),
        ] {
            assert_eq!(at(place).take(&answer), found, "{place}");
            assert_eq!(at(place).to_string(), place);
        }
    }

    #[test]
    fn values_are_written_into_objects_that_are_made_on_the_way() {
        let mut body = Map::new();
        at("issue/subject").put(&mut body, json!("Grip"));
        at("issue/custom/severity").put(&mut body, json!("high"));
        assert_eq!(
            Value::Object(body),
            json!({"issue": {"subject": "Grip", "custom": {"severity": "high"}}})
        );
    }

    #[test]
    fn a_place_that_is_none_is_told() {
        for bad in ["/a", "a//b", "a/", "[name]", "[=x]", "a/[b"] {
            assert!(At::parse(bad).is_err(), "{bad}");
        }
    }
}
