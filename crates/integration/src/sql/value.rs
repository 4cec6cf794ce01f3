//! Values on their way to a database and back.

use data_encoding::BASE64;
use serde_json::{Number, Value};

use super::Dialect;
use crate::description::plain;
use crate::manifest::Form;

/// The largest whole number that every reader of JSON keeps exactly (RFC 8259, 6).
const EXACT: u64 = 1 << 53;
/// So many digits survive in a binary fraction.
const DIGITS: usize = 15;

/// A value as it is given to a placeholder.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Bound {
    Text(Option<String>),
    Integer(Option<i64>),
    /// A number, written out.
    Number(Option<String>),
    Flag(Option<bool>),
    List(Option<Vec<String>>),
}

impl Bound {
    /// A value for an argument of this form; what was left out is NULL.
    ///
    /// # Errors
    /// What it must be, to stand after "must be".
    pub(super) fn of(dialect: Dialect, form: Form, value: Option<&Value>) -> Result<Self, String> {
        let value = value.filter(|value| !value.is_null());
        let text = value.map(plain);
        // What stands in an address is text, and an empty one there is no number and no day.
        let said = text.clone().filter(|text| !text.is_empty());
        Ok(match form {
            Form::Text | Form::Email => Self::Text(text),
            Form::Integer => {
                let read = said.map(|text| text.parse::<i64>());
                Self::Integer(read.transpose().map_err(|_| "a whole number".to_owned())?)
            }
            Form::Number => {
                let good = |text: &String| text.parse::<f64>().is_ok_and(f64::is_finite);
                match said {
                    Some(text) if !good(&text) => return Err("a number".to_owned()),
                    said => Self::Number(said),
                }
            }
            Form::Boolean => Self::Flag(match said.as_deref() {
                None => None,
                Some("true") => Some(true),
                Some("false") => Some(false),
                Some(_) => return Err("yes or no".to_owned()),
            }),
            Form::Date => {
                let good = |text: &String| text.parse::<jiff::civil::Date>().is_ok();
                match said {
                    Some(text) if !good(&text) => return Err("a day, as 2026-09-24".to_owned()),
                    said => Self::Text(said),
                }
            }
            Form::DateTime => {
                let read = said.map(|text| moment(dialect, &text));
                Self::Text(read.transpose()?)
            }
            Form::List => match value {
                None => Self::List(None),
                Some(Value::Array(items)) => Self::List(Some(items.iter().map(plain).collect())),
                Some(one) => Self::List(Some(vec![plain(one)])),
            },
        })
    }
}

/// A day and time as the database reads it. MySQL knows no offsets in all its versions, and is told in UTC.
fn moment(dialect: Dialect, text: &str) -> Result<String, String> {
    let must = || "a day and time, as 2026-09-24T10:00:00Z".to_owned();
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Ok(match dialect {
            Dialect::Mysql => at.strftime("%Y-%m-%d %H:%M:%S%.f").to_string(),
            _ => text.to_owned(),
        });
    }
    let civil: jiff::civil::DateTime = text.parse().map_err(|_| must())?;
    Ok(match dialect {
        Dialect::Mysql => civil.strftime("%Y-%m-%d %H:%M:%S%.f").to_string(),
        _ => text.to_owned(),
    })
}

/// A whole number; as text where a reader could round it.
pub(super) fn whole(number: i64) -> Value {
    match number.unsigned_abs() <= EXACT {
        true => number.into(),
        false => number.to_string().into(),
    }
}

/// The same without a sign.
pub(super) fn unsigned(number: u64) -> Value {
    match number <= EXACT {
        true => number.into(),
        false => number.to_string().into(),
    }
}

/// A binary fraction; as text where JSON has no number for it.
pub(super) fn fraction(number: f64) -> Value {
    Number::from_f64(number).map_or_else(|| number.to_string().into(), Value::Number)
}

/// A decimal number: as a number where that keeps it exactly, else as text.
pub(super) fn decimal(text: &str) -> Value {
    let bare = text.trim_start_matches('-');
    let digits = bare.chars().filter(char::is_ascii_digit);
    let significant = digits.skip_while(|digit| *digit == '0').count();
    let plain = !bare.is_empty() && bare.chars().all(|c| c.is_ascii_digit() || c == '.');
    if !plain || significant > DIGITS {
        return text.into();
    }
    match (text.parse::<i64>(), text.parse::<f64>()) {
        (Ok(whole), _) => whole.into(),
        (_, Ok(number)) if number.fract() == 0.0 => (number as i64).into(),
        (_, Ok(number)) => fraction(number),
        _ => text.into(),
    }
}

/// Bytes that are no text.
pub(super) fn bytes(bytes: &[u8]) -> Value {
    BASE64.encode(bytes).into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_is_one_where_it_survives_and_else_text() {
        assert_eq!(decimal("99.50"), json!(99.5));
        assert_eq!(decimal("99.00"), json!(99));
        assert_eq!(decimal("-0.10"), json!(-0.1));
        assert_eq!(decimal("12345678901234567.89"), json!("12345678901234567.89"));
        assert_eq!(decimal("NaN"), json!("NaN"));
        assert_eq!(whole(1 << 53), json!(9_007_199_254_740_992_u64));
        assert_eq!(whole(i64::MIN), json!("-9223372036854775808"));
        assert_eq!(unsigned(u64::MAX), json!("18446744073709551615"));
        assert_eq!(fraction(f64::NAN), json!("NaN"));
    }

    #[test]
    fn what_is_given_becomes_what_the_form_says_or_is_refused() {
        let of = |form, value: Value| Bound::of(Dialect::Mysql, form, Some(&value));
        assert_eq!(of(Form::Integer, json!("7")), Ok(Bound::Integer(Some(7))));
        assert_eq!(of(Form::Integer, json!(null)), Ok(Bound::Integer(None)));
        assert_eq!(
            of(Form::Number, json!(99.5)),
            Ok(Bound::Number(Some("99.5".into())))
        );
        assert_eq!(
            of(Form::DateTime, json!("2026-09-24T10:00:00+02:00")),
            Ok(Bound::Text(Some("2026-09-24 08:00:00".into())))
        );
        for (form, value) in [
            (Form::Integer, json!("7 or 1=1")),
            (Form::Number, json!("1); drop")),
            (Form::Number, json!("inf")),
            (Form::Date, json!("24.9.2026")),
            (Form::DateTime, json!("soon")),
            (Form::Boolean, json!("1")),
        ] {
            assert!(of(form, value.clone()).is_err(), "{value}");
        }
    }
}
