//! Inputs that are nearly right, for tests of what reads them: noise alone is refused by the first look at it.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// One thing that is not as it was made.
#[derive(Clone, Debug)]
pub enum Damage {
    /// A bit is the other one.
    Bit(Index, u8),
    /// A byte is another one.
    Byte(Index, u8),
    /// Everything from there on is gone.
    Cut(Index),
    /// There is more at some place.
    More(Index, Vec<u8>),
    /// What is between two places is gone.
    Without(Index, Index),
    /// What is between two places is there twice.
    Twice(Index, Index),
}

impl Damage {
    /// One flipped bit.
    pub fn bit() -> impl Strategy<Value = Self> {
        (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Self::Bit(at, bit))
    }

    /// Any of them.
    pub fn any() -> impl Strategy<Value = Self> {
        let place = any::<Index>;
        prop_oneof![
            Self::bit(),
            (place(), any::<u8>()).prop_map(|(at, byte)| Self::Byte(at, byte)),
            place().prop_map(Self::Cut),
            (place(), vec(any::<u8>(), 1..8)).prop_map(|(at, more)| Self::More(at, more)),
            (place(), place()).prop_map(|(one, other)| Self::Without(one, other)),
            (place(), place()).prop_map(|(one, other)| Self::Twice(one, other)),
        ]
    }

    /// Does it. Nothing has neither bits nor bytes: it stays nothing.
    pub fn befall(&self, bytes: &mut Vec<u8>) {
        let length = bytes.len();
        // Up to the end, which is a place too.
        let between = |one: &Index, other: &Index| {
            let (one, other) = (one.index(length + 1), other.index(length + 1));
            one.min(other)..one.max(other)
        };
        match self {
            Self::Bit(at, bit) if length > 0 => bytes[at.index(length)] ^= 1 << (bit % 8),
            Self::Byte(at, byte) if length > 0 => bytes[at.index(length)] = *byte,
            Self::Bit(..) | Self::Byte(..) => {}
            Self::Cut(at) => bytes.truncate(at.index(length + 1)),
            Self::More(at, more) => {
                let at = at.index(length + 1);
                bytes.splice(at..at, more.iter().copied());
            }
            Self::Without(one, other) => drop(bytes.drain(between(one, other))),
            Self::Twice(one, other) => {
                let range = between(one, other);
                let again = bytes[range.clone()].to_vec();
                bytes.splice(range.end..range.end, again);
            }
        }
    }
}

/// What is valid, or up to three damages away from it.
pub fn damaged(valid: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    (valid, vec(Damage::any(), 0..4)).prop_map(|(mut bytes, damages)| {
        for damage in &damages {
            damage.befall(&mut bytes);
        }
        bytes
    })
}

/// The same of texts.
pub fn damaged_text(valid: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    damaged(valid.prop_map(String::into_bytes)).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// So many inputs for a test; with `PROPTEST_CASES` in the environment, as many as that says. One that fails is
/// shrunk and shown, and its seed kept in `proptest-regressions`.
#[must_use]
pub fn cases(usually: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(usually), ..ProptestConfig::default() }
}
