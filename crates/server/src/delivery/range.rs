//! Which bytes a request asks for (RFC 9110 §14).

use http::header::{HeaderMap, IF_RANGE, RANGE};
use notespot_objects::ObjectRange;

/// Which bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of them.
    Everything,
    /// Some.
    Part(ObjectRange),
    /// Bytes that are not there.
    Nothing,
}

/// What is asked for. A range that is malformed, or one of several, is ignored, as the RFC allows;
/// so is one for another content than the one that `etag` names.
pub(super) fn wanted(headers: &HeaderMap, size: u64, etag: &str) -> Wanted {
    if headers.get_all(IF_RANGE).iter().any(|known| known.as_bytes() != etag.as_bytes()) {
        return Wanted::Everything;
    }
    let mut ranges = headers.get_all(RANGE).iter();
    let (Some(range), None) = (ranges.next(), ranges.next()) else { return Wanted::Everything };
    // §14.1: the unit's name is case-insensitive.
    let spec = range.to_str().ok().and_then(|text| text.split_once('='));
    let spec = spec.filter(|(unit, _)| unit.eq_ignore_ascii_case("bytes"));
    let Some((first, last)) = spec.and_then(|(_, spec)| spec.split_once('-')) else {
        return Wanted::Everything;
    };
    match (first, last) {
        ("", last) => match position(last) {
            Some(0) => Wanted::Nothing,
            // All of no bytes: it is there, and no range can say it.
            Some(_) if size == 0 => Wanted::Everything,
            Some(length) => part(size.saturating_sub(length), size.saturating_sub(1), size),
            None => Wanted::Everything,
        },
        (first, "") => match position(first) {
            Some(first) => part(first, size.saturating_sub(1), size),
            None => Wanted::Everything,
        },
        (first, last) => match (position(first), position(last)) {
            (Some(first), Some(last)) if first <= last => part(first, last.min(size.saturating_sub(1)), size),
            _ => Wanted::Everything,
        },
    }
}

/// Digits and nothing else (§14.1.1). What is beyond all sizes is as good as the largest one.
fn position(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

fn part(first: u64, last: u64, size: u64) -> Wanted {
    if first < size { Wanted::Part(ObjectRange { first, last }) } else { Wanted::Nothing }
}

#[cfg(test)]
mod fuzz;

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(range: &'static str, if_range: Option<&'static str>) -> Wanted {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, range.parse().unwrap());
        if let Some(known) = if_range {
            headers.insert(IF_RANGE, known.parse().unwrap());
        }
        wanted(&headers, 10, "\"a\"")
    }

    #[test]
    fn ranges_are_read_as_the_rfc_has_them() {
        let part = |first, last| Wanted::Part(ObjectRange { first, last });
        assert_eq!(asked("bytes=0-4", None), part(0, 4));
        assert_eq!(asked("bytes=5-", None), part(5, 9));
        assert_eq!(asked("bytes=-3", None), part(7, 9));
        assert_eq!(asked("bytes=-99", None), part(0, 9));
        assert_eq!(asked("bytes=8-99", Some("\"a\"")), part(8, 9));
        assert_eq!(asked("bytes=10-", None), Wanted::Nothing);
        assert_eq!(asked("bytes=-0", None), Wanted::Nothing);
    }

    #[test]
    fn what_cannot_be_served_as_one_range_is_served_whole() {
        for range in ["bytes=4-2", "bytes=a-b", "items=0-1", "bytes=0-1,3-4"] {
            assert_eq!(asked(range, None), Wanted::Everything, "{range}");
        }
        assert_eq!(asked("bytes=0-4", Some("\"b\"")), Wanted::Everything);
    }
}
