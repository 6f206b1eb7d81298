//! Sizes in bytes.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;

use serde::{Deserialize, Deserializer, Serialize};

use crate::whole;

/// A number of bytes.
///
/// Exported to TypeScript as `number`, which is exact up to [`ByteCount::MAX`]; the server refuses
/// larger files.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    specta::Type,
    utoipa::ToSchema,
)]
#[serde(transparent)]
#[specta(transparent)]
#[schema(value_type = u64, maximum = 9_007_199_254_740_991_u64)]
pub struct ByteCount(#[specta(type = u32)] pub u64);

impl<'de> Deserialize<'de> for ByteCount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        whole::number(deserializer).map(Self)
    }
}

impl ByteCount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest count that every client can hold exactly: 2^53 - 1.
    pub const MAX: Self = Self(whole::MAX);

    /// The plain number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl Add for ByteCount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for ByteCount {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for ByteCount {
    /// As people read sizes: three significant digits at the most, decimal units ("3.1 MB").
    #[allow(clippy::cast_precision_loss, reason = "shown with three digits")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 6] = ["KB", "MB", "GB", "TB", "PB", "EB"];
        if self.0 == 1 {
            return f.write_str("1 byte");
        }
        if self.0 < 1000 {
            return write!(f, "{} bytes", self.0);
        }
        let mut value = self.0 as f64 / 1000.0;
        let mut unit = 0;
        // 999.5 and above would be shown as "1000".
        while value >= 999.5 && unit + 1 < UNITS.len() {
            value /= 1000.0;
            unit += 1;
        }
        if value < 9.95 {
            write!(f, "{value:.1} {}", UNITS[unit])
        } else {
            write!(f, "{value:.0} {}", UNITS[unit])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_people_write_them() {
        let shown = |n: u64| ByteCount(n).to_string();
        assert_eq!(shown(0), "0 bytes");
        assert_eq!(shown(1), "1 byte");
        assert_eq!(shown(999), "999 bytes");
        assert_eq!(shown(3_100_000), "3.1 MB");
        assert_eq!(shown(999_499), "999 KB");
        assert_eq!(shown(999_500), "1.0 MB");
        assert_eq!(shown(5_368_709_120), "5.4 GB");
    }

    #[test]
    fn a_sum_never_wraps() {
        assert_eq!(ByteCount(u64::MAX) + ByteCount(1), ByteCount(u64::MAX));
    }
}
