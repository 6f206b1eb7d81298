//! Slugs: the unguessable part of a public link.

use std::fmt;
use std::str::FromStr;

use rand::RngExt as _;
use serde::{Deserialize, Deserializer, Serialize};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH: usize = 13;

/// The last segment of a public link: 13 letters and digits, 77 random bits.
///
/// Whoever knows it can read what it points to, so it is treated as a bearer capability: it may be
/// shown to its owner, but is not logged.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, specta::Type, utoipa::ToSchema)]
#[serde(transparent)]
#[specta(transparent)]
#[schema(value_type = String, pattern = "^[0-9A-Za-z]{13}$", examples("k7Qm2xRv9T4bZ"))]
pub struct Slug(String);

/// The text is not 13 letters and digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is not the end of a public link: 13 letters and digits are expected.")]
pub struct SlugError;

impl Slug {
    /// A new slug from the thread's cryptographically secure generator.
    #[must_use]
    pub fn generate() -> Self {
        let mut random = rand::rng();
        let pick = |_| char::from(ALPHABET[random.random_range(0..ALPHABET.len())]);
        Self((0..LENGTH).map(pick).collect())
    }

    /// The slug as it stands in a link.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Slug({}…)", &self.0[..3])
    }
}

impl FromStr for Slug {
    type Err = SlugError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() == LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(SlugError)
        }
    }
}

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_carries_at_least_72_random_bits() {
        // 62^13 ≥ 2^72, in whole numbers.
        let possible_slugs = u128::try_from(ALPHABET.len()).unwrap().pow(u32::try_from(LENGTH).unwrap());
        assert!(possible_slugs >= 1 << 72);
        let slug = Slug::generate();
        assert_eq!(slug.as_str().parse::<Slug>().unwrap(), slug);
        assert_ne!(slug, Slug::generate());
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "short", "has-a-dash-13", "k7Qm2xRv9T4bZ0", "k7Qm2xRv9T4b\u{e9}"] {
            assert_eq!(text.parse::<Slug>(), Err(SlugError));
        }
    }

    #[test]
    fn a_slug_in_a_log_cannot_be_opened() {
        let slug: Slug = "k7Qm2xRv9T4bZ".parse().unwrap();
        assert_eq!(format!("{slug:?}"), "Slug(k7Q…)");
    }
}
