//! Whole numbers on the wire.

use std::fmt;

use serde::Deserializer;
use serde::de::{Error, Unexpected, Visitor};

/// The largest whole number that every client holds exactly (RFC 8259 §6): 2^53 - 1.
pub(crate) const MAX: u64 = (1 << 53) - 1;

/// Reads a whole number up to [`MAX`]. JSON has one kind of number (RFC 8259 §6): `399.0` is the same as `399`.
pub(crate) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    deserializer.deserialize_u64(Whole)
}

/// The same, of those that take 32 bits.
pub(crate) fn small<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let number = number(deserializer)?;
    u32::try_from(number)
        .map_err(|_| D::Error::invalid_value(Unexpected::Unsigned(number), &"a smaller number"))
}

struct Whole;

impl Visitor<'_> for Whole {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from 0 to {MAX}")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<u64, E> {
        if number <= MAX { Ok(number) } else { Err(E::invalid_value(Unexpected::Unsigned(number), &self)) }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<u64, E> {
        match u64::try_from(number) {
            Ok(number) => self.visit_u64(number),
            Err(_) => Err(E::invalid_value(Unexpected::Signed(number), &self)),
        }
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "it is whole, and within bounds"
    )]
    fn visit_f64<E: Error>(self, number: f64) -> Result<u64, E> {
        let is_whole = number.fract() == 0.0 && (0.0..=MAX as f64).contains(&number);
        if is_whole { Ok(number as u64) } else { Err(E::invalid_value(Unexpected::Float(number), &self)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ByteCount, PartToSend, Revision};

    #[test]
    fn a_whole_number_is_one_however_it_is_written() {
        for text in ["399", "399.0", "3.99e2"] {
            assert_eq!(serde_json::from_str::<Revision>(text).unwrap(), Revision(399), "{text}");
        }
        let part = r#"{"number": 2.0, "size": 5.0, "crc64nvme": "AAAAAAAAAAA="}"#;
        let part: PartToSend = serde_json::from_str(part).unwrap();
        assert_eq!((part.number, part.size), (2, ByteCount(5)));
    }

    #[test]
    fn what_is_not_whole_or_not_exact_everywhere_is_refused() {
        assert_eq!(serde_json::from_str::<ByteCount>("9007199254740991").unwrap(), ByteCount(MAX));
        // Exact with serde_json's `float_roundtrip` only.
        assert_eq!(serde_json::from_str::<ByteCount>("9007199254740991.0").unwrap(), ByteCount(MAX));
        for text in ["9007199254740992", "9007199254740992.0", "-1", "-1.0", "0.5", "1e300", "\"1\"", "null"]
        {
            assert!(serde_json::from_str::<ByteCount>(text).is_err(), "{text}");
        }
    }
}
