//! What a person chose for the window.

use serde::{Deserialize, Serialize};

use crate::Failure;

/// The settings, all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Settings {
    /// Light, dark, or as the system has it.
    pub theme: Theme,
    /// Percent of the usual size, 80 to 200.
    pub text_size: u16,
    /// Keys that bring the window to the front from anywhere, for example `Ctrl+Shift+Space`.
    pub hotkey: Option<String>,
    /// Single letters act where no field has the focus.
    pub single_keys: bool,
    /// The system shows a note when an answer is ready while the window is not in front.
    pub notifications: bool,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            text_size: 100,
            // Keys of other programs are not taken before the person says so.
            hotkey: None,
            single_keys: true,
            notifications: true,
        }
    }
}

impl Settings {
    /// The same with its hotkey in one spelling.
    ///
    /// # Errors
    /// What is out of bounds.
    pub fn checked(self) -> Result<Self, Failure> {
        if !(80..=200).contains(&self.text_size) {
            return Err(Failure::user(
                format!("`{}` % is not a size for text.", self.text_size),
                "Choose 80 to 200 %.",
            ));
        }
        let hotkey = self
            .hotkey
            .as_deref()
            .map(str::trim)
            .filter(|keys| !keys.is_empty());
        let hotkey = hotkey.map(hotkey_of).transpose()?;
        Ok(Self { hotkey, ..self })
    }
}

/// Keys in one spelling: modifiers in this order, then one key.
fn hotkey_of(keys: &str) -> Result<String, Failure> {
    const MODIFIERS: &[(&str, &[&str])] = &[
        ("Ctrl", &["ctrl", "control"]),
        ("Alt", &["alt", "option"]),
        ("Shift", &["shift"]),
        ("Super", &["super", "meta", "cmd", "command", "win"]),
    ];
    const NAMED: &[&str] = &[
        "Space",
        "Enter",
        "Tab",
        "Insert",
        "Delete",
        "Home",
        "End",
        "PageUp",
        "PageDown",
        "ArrowUp",
        "ArrowDown",
        "ArrowLeft",
        "ArrowRight",
    ];
    let wrong = || {
        Failure::user(
            format!("`{keys}` are not keys that can be watched for."),
            "Use Ctrl, Alt or Super with one more key, for example `Ctrl+Shift+Space`.",
        )
    };
    let (mut held, mut key) = (Vec::new(), None);
    for part in keys.split('+').map(str::trim) {
        let lower = part.to_lowercase();
        if let Some((name, _)) = MODIFIERS
            .iter()
            .find(|(_, names)| names.contains(&lower.as_str()))
        {
            held.push(*name);
            continue;
        }
        let function = lower
            .strip_prefix('f')
            .and_then(|number| number.parse::<u8>().ok())
            .is_some_and(|number| (1..=24).contains(&number));
        let single = part.len() == 1 && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let named = NAMED.iter().find(|name| name.eq_ignore_ascii_case(part));
        let spelled = match named {
            Some(name) => (*name).to_owned(),
            None if function || single => part.to_uppercase(),
            None => return Err(wrong()),
        };
        if key.replace(spelled).is_some() {
            return Err(wrong());
        }
    }
    let key = key.ok_or_else(wrong)?;
    // Shift alone would take a letter away from every other program.
    if !held.iter().any(|name| *name != "Shift") {
        return Err(wrong());
    }
    let held = MODIFIERS
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| held.contains(name));
    Ok(held.chain([key.as_str()]).collect::<Vec<_>>().join("+"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_hotkey(keys: &str) -> Result<Option<String>, Failure> {
        let settings = Settings {
            hotkey: Some(keys.to_owned()),
            ..Settings::default()
        };
        settings.checked().map(|settings| settings.hotkey)
    }

    #[test]
    fn keys_get_one_spelling() {
        for (typed, kept) in [
            ("shift + ctrl + space", "Ctrl+Shift+Space"),
            ("Cmd+k", "Super+K"),
            ("Alt+F12", "Alt+F12"),
            ("control+option+ArrowUp", "Ctrl+Alt+ArrowUp"),
        ] {
            assert_eq!(with_hotkey(typed).unwrap().as_deref(), Some(kept));
        }
        assert_eq!(with_hotkey("  ").unwrap(), None);
    }

    #[test]
    fn keys_that_would_be_taken_from_everybody_are_refused_by_name() {
        for typed in [
            "A",
            "Shift+A",
            "Ctrl",
            "Ctrl+A+B",
            "Ctrl+Ü",
            "Ctrl+F25",
            "Ctrl+Nonsense",
        ] {
            let refused = with_hotkey(typed).unwrap_err();
            assert!(refused.message.contains(&format!("`{typed}`")), "{refused}");
        }
    }

    #[test]
    fn text_is_never_too_small_or_too_large_to_undo_it() {
        for text_size in [0, 79, 201, u16::MAX] {
            let settings = Settings {
                text_size,
                ..Settings::default()
            };
            assert!(settings.checked().is_err());
        }
    }

    #[test]
    fn settings_of_an_older_version_get_what_they_lack() {
        let stored: Settings = serde_json::from_str(r#"{"theme":"dark"}"#).unwrap();
        assert_eq!((stored.theme, stored.text_size), (Theme::Dark, 100));
    }
}
