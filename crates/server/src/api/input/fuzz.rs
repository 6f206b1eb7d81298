//! `If-Match` as anybody may write it.

use http::HeaderValue;
use notespot_testkit::{cases, damaged};
use proptest::prelude::*;

use super::*;

fn read(values: &[&[u8]]) -> Option<Result<Option<u64>, ()>> {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(IF_MATCH, HeaderValue::from_bytes(value).ok()?);
    }
    Some(known_revision(&headers).map(|known| known.map(|Revision(number)| number)).map_err(drop))
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn a_revision_is_read_as_it_is_written(number in 0..1_000_000_000_000_000_u64) {
        for text in [format!("\"{number}\""), number.to_string()] {
            prop_assert_eq!(read(&[text.as_bytes()]), Some(Ok(Some(number))));
            prop_assert_eq!(read(&[text.as_bytes(), text.as_bytes()]), Some(Err(())), "one at most");
        }
    }

    #[test]
    fn what_is_no_revision_stands_for_none(text in damaged((0..1_000_000_000_000_000_u64).prop_map(|number| format!("\"{number}\"").into_bytes()))) {
        let Some(read) = read(&[&text]) else { return Ok(()) };
        let text = String::from_utf8_lossy(&text).trim().to_owned();
        match read {
            Ok(Some(number)) => {
                let digits = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(&text);
                let zeros = digits.len() - digits.trim_start_matches('0').len();
                prop_assert!(digits[zeros.min(digits.len() - 1)..] == number.to_string(), "{text:?}: {number}");
            }
            Ok(None) => prop_assert_eq!(text, "*"),
            Err(()) => {}
        }
    }
}
