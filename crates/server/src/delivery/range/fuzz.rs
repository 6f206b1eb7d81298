//! Ranges against what RFC 9110 §14 says of them.

use notespot_testkit::{cases, damaged_text};
use proptest::prelude::*;

use super::*;

const ETAG: &str = "\"a\"";

/// Numbers about the size, and beyond what any type holds.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![(0..12_u64).prop_map(|number| number.to_string()), "[0-9]{0,3}", "[0-9]{18,30}"]
}

fn header() -> impl Strategy<Value = String> {
    let exact = || (number(), number()).prop_map(|(first, last)| format!("bytes={first}-{last}"));
    let several = (number(), number()).prop_map(|(first, last)| format!("bytes={first}-{last},{last}-"));
    prop_oneof![8 => exact(), 1 => several, 4 => damaged_text(exact()), 1 => "\\PC{0,20}"]
}

/// What the RFC says, in numbers that do not overflow; `None` for what it does not know.
#[expect(clippy::option_option, reason = "no range at all, none that can be met, or this one")]
fn by_the_rfc(text: &str, size: u128) -> Option<Option<(u128, u128)>> {
    let (unit, spec) = text.split_once('=')?;
    let (first, last) = spec.split_once('-').filter(|_| unit.eq_ignore_ascii_case("bytes"))?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(first) || !digits(last) || first.len() + last.len() == 0 {
        return None;
    }
    let number = |text: &str| (!text.is_empty()).then(|| text.parse::<u128>().unwrap_or(u128::MAX));
    match (number(first), number(last)) {
        // A suffix is satisfiable where it has a length (§14.1.3).
        (None, Some(0)) => Some(None),
        (None, Some(length)) => Some(Some((size.saturating_sub(length), size))),
        (Some(first), None) => Some((first < size).then_some((first, size))),
        (Some(first), Some(last)) if first <= last => {
            Some((first < size).then_some((first, size.min(last.saturating_add(1)))))
        }
        _ => None,
    }
}

fn asked(range: &str, if_range: Option<&[u8]>, size: u64) -> Option<Wanted> {
    let mut headers = HeaderMap::new();
    headers.insert(RANGE, http::HeaderValue::from_str(range).ok()?);
    if let Some(known) = if_range {
        headers.insert(IF_RANGE, http::HeaderValue::from_bytes(known).ok()?);
    }
    Some(wanted(&headers, size, ETAG))
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn a_range_is_what_the_rfc_says(text in header(), size in prop_oneof![0..12_u64, any::<u64>()]) {
        let Some(wanted) = asked(&text, None, size) else { return Ok(()) };
        let beyond = |(first, last): (&str, &str)| first.len() > 19 && last.len() > 19;
        // Two numbers that are both beyond all sizes are not told from one another.
        let undecided = text.split_once('=').and_then(|(_, spec)| spec.split_once('-')).is_some_and(beyond);
        match (by_the_rfc(&text, size.into()), wanted) {
            (Some(Some((first, end))), Wanted::Part(part)) => {
                prop_assert!(part.first <= part.last && part.last < size);
                prop_assert_eq!((first, end), (part.first.into(), u128::from(part.last) + 1));
            }
            (Some(Some((first, end))), Wanted::Everything) => prop_assert_eq!((first, end), (0, 0)),
            (Some(None), Wanted::Nothing) | (None, Wanted::Everything) => {}
            _ if undecided => {}
            (rfc, wanted) => return Err(TestCaseError::fail(format!("{text:?} of {size}: {rfc:?} {wanted:?}"))),
        }
    }

    #[test]
    fn a_range_of_other_content_is_ignored(known in prop::collection::vec(any::<u8>(), 0..6)) {
        let expected = if known == ETAG.as_bytes() { Wanted::Part(ObjectRange { first: 1, last: 2 }) } else { Wanted::Everything };
        let Some(wanted) = asked("bytes=1-2", Some(&known), 10) else { return Ok(()) };
        prop_assert_eq!(wanted, expected);
    }
}

#[test]
fn two_lines_are_several_ranges() {
    let mut headers = HeaderMap::new();
    headers.append(RANGE, "bytes=0-1".parse().unwrap());
    headers.append(RANGE, "bytes=3-4".parse().unwrap());
    assert_eq!(wanted(&headers, 10, ETAG), Wanted::Everything);
}
