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
    let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
    if text(IF_RANGE).is_some_and(|known| known != etag) {
        return Wanted::Everything;
    }
    let Some(spec) = text(RANGE).and_then(|range| range.strip_prefix("bytes=")) else {
        return Wanted::Everything;
    };
    let Some((first, last)) = spec.split_once('-') else { return Wanted::Everything };
    match (first.trim(), last.trim()) {
        ("", last) => match last.parse::<u64>() {
            Ok(0) => Wanted::Nothing,
            Ok(length) => part(size.saturating_sub(length), size.saturating_sub(1), size),
            Err(_) => Wanted::Everything,
        },
        (first, "") => match first.parse() {
            Ok(first) => part(first, size.saturating_sub(1), size),
            Err(_) => Wanted::Everything,
        },
        (first, last) => match (first.parse::<u64>(), last.parse::<u64>()) {
            (Ok(first), Ok(last)) if first <= last => part(first, last.min(size.saturating_sub(1)), size),
            _ => Wanted::Everything,
        },
    }
}

fn part(first: u64, last: u64, size: u64) -> Wanted {
    if first < size { Wanted::Part(ObjectRange { first, last }) } else { Wanted::Nothing }
}

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
