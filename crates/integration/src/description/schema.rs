use serde_json::Value;

/// Whether a value has the form that a schema asks for: the part of JSON Schema that decides about single fields (`type`,
/// `enum`, `const`, bounds, `items`). Other words of the schema are the system's to judge.
///
/// # Errors
/// What it should be, to stand after "must be".
pub(crate) fn fits(value: &Value, schema: &Value) -> Result<(), String> {
    let words: Vec<&str> = match schema.get("type") {
        Some(Value::String(word)) => vec![word],
        Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !words.is_empty() && !words.iter().any(|word| is(value, word)) {
        return Err(format!("{}, not {}", words.join(" or "), shape(value)));
    }
    if value.is_null() && words.contains(&"null") {
        return Ok(());
    }
    let allowed = schema.get("enum").and_then(Value::as_array);
    if let Some(allowed) = allowed.filter(|allowed| !allowed.contains(value)) {
        let allowed: Vec<String> = allowed.iter().map(plain).collect();
        return Err(format!("one of `{}`", allowed.join("`, `")));
    }
    if let Some(only) = schema.get("const").filter(|only| *only != value) {
        return Err(format!("`{}`", plain(only)));
    }
    let number = |name: &str| schema.get(name).and_then(Value::as_f64);
    if let Some(own) = value.as_f64() {
        let low = number("minimum").is_some_and(|low| own < low)
            || number("exclusiveMinimum").is_some_and(|low| own <= low);
        let high = number("maximum").is_some_and(|high| own > high)
            || number("exclusiveMaximum").is_some_and(|high| own >= high);
        if low || high {
            return Err("within the bounds that the system gives".to_owned());
        }
    }
    let size = |low: &str, high: &str, length: usize, what: &str| {
        let bound = |name: &str| schema.get(name).and_then(Value::as_u64);
        let length = length as u64;
        match (bound(low), bound(high)) {
            (Some(least), _) if length < least => Err(format!("at least {least} {what}")),
            (_, Some(most)) if length > most => Err(format!("at most {most} {what}")),
            _ => Ok(()),
        }
    };
    if let Some(text) = value.as_str() {
        size("minLength", "maxLength", text.chars().count(), "characters")?;
    }
    if let Some(items) = value.as_array() {
        size("minItems", "maxItems", items.len(), "entries")?;
        if let Some(of) = schema.get("items") {
            items.iter().try_for_each(|item| fits(item, of))?;
        }
    }
    Ok(())
}

/// A value as people write it: a text without quotes.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn is(value: &Value, word: &str) -> bool {
    match word {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

fn shape(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::String(_) => "a text",
        Value::Number(_) => "a number",
        Value::Bool(_) => "yes or no",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
