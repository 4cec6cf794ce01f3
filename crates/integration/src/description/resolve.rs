use serde_json::{Map, Value};

/// The most values that a definition may have once its references are followed. References that fan out could make a small
/// document endless.
const LARGEST: usize = 100_000;
/// The deepest nesting.
const DEEPEST: usize = 64;

/// A part of a document with all its references followed. A schema that contains itself keeps the reference at that place:
/// what it refers to is already there, further out.
///
/// # Errors
/// When a reference leads out of the document or nowhere, or it becomes too large.
pub(crate) fn resolved(document: &Value, part: &Value) -> Result<Value, String> {
    let mut walk = Walk {
        document,
        open: Vec::new(),
        left: LARGEST,
    };
    walk.follow(part, 0)
}

struct Walk<'a> {
    document: &'a Value,
    open: Vec<String>,
    left: usize,
}

impl Walk<'_> {
    fn follow(&mut self, part: &Value, depth: usize) -> Result<Value, String> {
        let too_large = || "its definition is too large".to_owned();
        self.left = self.left.checked_sub(1).ok_or_else(too_large)?;
        if depth > DEEPEST {
            return Err("its definition is nested too deeply".to_owned());
        }
        match part {
            Value::Object(object) => match object.get("$ref") {
                Some(Value::String(to)) => self.refer(object, to, depth),
                _ => self.object(object, depth).map(Value::Object),
            },
            Value::Array(items) => {
                let items: Result<_, _> = items.iter().map(|item| self.follow(item, depth + 1)).collect();
                items.map(Value::Array)
            }
            other => Ok(other.clone()),
        }
    }

    fn object(&mut self, object: &Map<String, Value>, depth: usize) -> Result<Map<String, Value>, String> {
        let each = object.iter();
        each.map(|(name, value)| Ok((name.clone(), self.follow(value, depth + 1)?)))
            .collect()
    }

    /// What stands beside a reference is laid over what it leads to, as 3.1 allows.
    fn refer(&mut self, object: &Map<String, Value>, to: &str, depth: usize) -> Result<Value, String> {
        let pointer = to
            .strip_prefix('#')
            .ok_or_else(|| format!("its reference `{to}` leads out of the document"))?;
        if self.open.iter().any(|open| open == to) {
            return Ok(Value::Object(object.clone()));
        }
        let found = self.document.pointer(pointer);
        let found = found.ok_or_else(|| format!("its reference `{to}` leads nowhere"))?;
        self.open.push(to.to_owned());
        let followed = self.follow(found, depth + 1);
        self.open.pop();
        let mut followed = followed?;
        let beside: Map<String, Value> = object
            .iter()
            .filter(|(name, _)| *name != "$ref")
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if let (Value::Object(own), false) = (&mut followed, beside.is_empty()) {
            let beside = self.object(&beside, depth)?;
            own.extend(beside);
        }
        Ok(followed)
    }
}
