//! Names of files and folders.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use unicode_normalization::UnicodeNormalization;

/// The longest name, in bytes of UTF-8: what common file systems hold.
pub const NAME_MAX_BYTES: usize = 255;

/// The name of a file or a folder, kept exactly as it was given.
///
/// Guaranteed: one to 255 bytes of UTF-8, no `/`, no NUL, no control characters, none that reorder
/// what is around them, and neither `.` nor `..`. It is still not safe as a path on every local disk; whoever writes it to one maps it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, specta::Type, utoipa::ToSchema)]
#[serde(transparent)]
#[specta(transparent)]
#[schema(
    value_type = String,
    min_length = 1,
    max_length = 255,
    // What `NodeName::new` takes, but for the length in bytes, which no schema can say.
    pattern = r"^(?!\.{1,2}$)[^/\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]*[^/\u0000-\u0020\u007f-\u00a0\u00ad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u2066-\u2069\u3000\ufeff][^/\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]*$",
    examples("Consensus, lecture notes.pdf")
)]
pub struct NodeName(String);

/// Why a text cannot be a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing, or nothing but white space.
    #[error("A name needs at least one visible character.")]
    Empty,
    /// Longer than [`NAME_MAX_BYTES`].
    #[error("This name is too long: 255 bytes is the most, and accented letters and emoji take several.")]
    TooLong,
    /// A slash or a control character.
    #[error("A name cannot contain a slash, a line break or other control characters.")]
    ForbiddenCharacter,
    /// `.` or `..`.
    #[error("\u{201c}.\u{201d} and \u{201c}..\u{201d} cannot be names.")]
    DotOnly,
}

impl NodeName {
    /// Takes a name as somebody wrote it.
    pub fn new(text: impl Into<String>) -> Result<Self, NameError> {
        let text = text.into();
        if text.chars().all(|c| c.is_whitespace() || is_invisible(c)) {
            return Err(NameError::Empty);
        }
        if text.len() > NAME_MAX_BYTES {
            return Err(NameError::TooLong);
        }
        if text.chars().any(|c| c == '/' || c.is_control() || reorders(c)) {
            return Err(NameError::ForbiddenCharacter);
        }
        if text == "." || text == ".." {
            return Err(NameError::DotOnly);
        }
        Ok(Self(text))
    }

    /// The name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What must be unique among living siblings: Unicode normalisation form C (UAX #15), so that
    /// the same name typed on two systems is the same name.
    #[must_use]
    pub fn unique_key(&self) -> String {
        self.0.nfc().collect()
    }

    /// The part before the last dot, and the rest with its dot: `("a.tar", ".gz")`. A leading dot
    /// starts no extension: `(".profile", "")`.
    #[must_use]
    pub fn split_extension(&self) -> (&str, &str) {
        match self.0.rfind('.') {
            Some(at) if at > 0 => self.0.split_at(at),
            _ => (&self.0, ""),
        }
    }

    /// The name that keeps both when this one is taken: `report (2).pdf`. Shortened, at a character
    /// boundary, where the number would make it too long.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        let (stem, extension) = self.split_extension();
        let suffix = format!(" ({number})");
        // An extension that leaves no room for the stem is part of the name, not an extension.
        let (stem, extension) = if extension.len() + suffix.len() + 4 > NAME_MAX_BYTES {
            (self.0.as_str(), "")
        } else {
            (stem, extension)
        };
        let room = NAME_MAX_BYTES - suffix.len() - extension.len();
        let stem = &stem[..stem.floor_char_boundary(room)];
        Self(format!("{stem}{suffix}{extension}"))
    }
}

/// Characters that show nothing by themselves: zero-width spaces and joiners, marks of direction.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Embeddings, overrides and isolates: they make `gnp.exe` read as `exe.png` to whoever opens a link
/// (UAX #9 §2; Unicode TR #36 §2.9). The marks that right-to-left names need are not among them.
fn reorders(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl fmt::Display for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for NodeName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for NodeName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl<'de> Deserialize<'de> for NodeName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_in_every_script_are_kept_as_given() {
        for name in ["Übung 3.pdf", "報告書.docx", "\u{1f4c8} plan.md", "a:b?*.txt", " lead", ".profile"]
        {
            assert_eq!(NodeName::new(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn what_cannot_be_a_name_says_why() {
        assert_eq!(NodeName::new("  "), Err(NameError::Empty));
        assert_eq!(NodeName::new("\u{200b}\u{feff}"), Err(NameError::Empty));
        assert_eq!(NodeName::new("\u{e9}".repeat(128)), Err(NameError::TooLong));
        assert_eq!(NodeName::new("a/b"), Err(NameError::ForbiddenCharacter));
        assert_eq!(NodeName::new("a\nb"), Err(NameError::ForbiddenCharacter));
        assert_eq!(NodeName::new("\u{202e}gnp.exe"), Err(NameError::ForbiddenCharacter));
        assert_eq!(NodeName::new(".."), Err(NameError::DotOnly));
    }

    #[test]
    fn composed_and_decomposed_letters_are_the_same_name() {
        let composed = NodeName::new("M\u{fc}ller").unwrap();
        let decomposed = NodeName::new("Mu\u{308}ller").unwrap();
        assert_ne!(composed, decomposed);
        assert_eq!(composed.unique_key(), decomposed.unique_key());
    }

    #[test]
    fn numbering_keeps_the_extension() {
        let numbered = |name: &str| NodeName::new(name).unwrap().numbered(2).to_string();
        assert_eq!(numbered("report.pdf"), "report (2).pdf");
        assert_eq!(numbered("Makefile"), "Makefile (2)");
        assert_eq!(numbered(".profile"), ".profile (2)");
    }

    proptest! {
        #[test]
        fn a_numbered_name_is_always_a_valid_name(text in "[^/\\x00-\\x1f\\x7f-\\x9f]{1,80}", number in 2_u32..) {
            if let Ok(name) = NodeName::new(text) {
                let numbered = name.numbered(number);
                prop_assert_eq!(NodeName::new(numbered.as_str()).unwrap(), numbered);
            }
        }
    }
}
