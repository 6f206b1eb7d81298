//! Points in time.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time, in UTC, to the millisecond: what every store and every wire keeps exactly.
///
/// On the wire it is RFC 3339 with three decimals and `Z`: `2026-11-22T10:31:05.120Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, specta::Type, utoipa::ToSchema)]
#[specta(transparent)]
#[schema(value_type = String, format = DateTime, examples("2026-11-22T10:31:05.120Z"))]
pub struct Timestamp(#[specta(type = String)] i64);

impl Timestamp {
    /// The machine's clock.
    #[must_use]
    pub fn now() -> Self {
        Self(jiff::Timestamp::now().as_millisecond())
    }

    /// From milliseconds since 1970-01-01T00:00:00Z, clamped to the years -9999 to 9999.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        // jiff makes none of the milliseconds of its last second.
        let [first, last] = [jiff::Timestamp::MIN, jiff::Timestamp::MAX].map(|end| end.as_second() * 1000);
        Self(millis.clamp(first, last))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// This moment and `duration` later; stops at the year 9999.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// This moment and `duration` earlier.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.0.saturating_sub(millis))
    }

    fn to_jiff(self) -> jiff::Timestamp {
        // `from_millis` and parsing keep the value inside jiff's range.
        jiff::Timestamp::from_millisecond(self.0).unwrap_or_default()
    }
}

impl From<std::time::SystemTime> for Timestamp {
    fn from(time: std::time::SystemTime) -> Self {
        jiff::Timestamp::try_from(time)
            .map_or_else(|_| Self::from_millis(0), |time| Self::from_millis(time.as_millisecond()))
    }
}

impl From<Timestamp> for std::time::SystemTime {
    fn from(time: Timestamp) -> Self {
        let millis = Duration::from_millis(time.0.unsigned_abs());
        // Where a system's own times do not reach as far, the nearest end of them is as good.
        if time.0 < 0 { Self::UNIX_EPOCH.checked_sub(millis) } else { Self::UNIX_EPOCH.checked_add(millis) }
            .unwrap_or(Self::UNIX_EPOCH)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.to_jiff())
    }
}

impl FromStr for Timestamp {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<jiff::Timestamp>().map(|time| Self::from_millis(time.as_millisecond()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_form_is_rfc_3339_with_milliseconds() {
        let time: Timestamp = "2026-11-22T11:31:05.12+01:00".parse().unwrap();
        assert_eq!(time.to_string(), "2026-11-22T10:31:05.120Z");
        assert_eq!(serde_json::to_string(&time).unwrap(), "\"2026-11-22T10:31:05.120Z\"");
        assert_eq!(serde_json::from_str::<Timestamp>("\"2026-11-22T10:31:05.120Z\"").unwrap(), time);
    }

    #[test]
    fn the_system_s_times_come_back_the_same() {
        for millis in [0, 1, -1, 1_700_000_000_123, -62_000_000_000_000] {
            let time = Timestamp::from_millis(millis);
            assert_eq!(Timestamp::from(std::time::SystemTime::from(time)), time);
        }
    }

    #[test]
    fn arithmetic_stops_at_the_ends_of_time() {
        let end = Timestamp::from_millis(i64::MAX);
        assert_eq!(end.plus(Duration::from_secs(1)), end);
    }
}
