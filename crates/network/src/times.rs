//! What answers say of time.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{AsHeaderName, DATE, RETRY_AFTER};

/// How long whoever answered wants to be left alone: in seconds, or until a date (RFC 9110 §10.2.3). A
/// date is read by the clock of whoever wrote it, as far as the answer tells it.
#[must_use]
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let now = date(headers, DATE).unwrap_or_else(SystemTime::now);
    // A date that is over: at once.
    Some(until.duration_since(now).unwrap_or_default())
}

/// By how many seconds the clock of whoever answered is ahead of this machine's: negative when it is
/// behind. Right to a second or two.
#[must_use]
pub fn clock_ahead(headers: &HeaderMap) -> Option<i64> {
    let theirs = date(headers, DATE)?;
    let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Some(match theirs.duration_since(SystemTime::now()) {
        Ok(ahead) => seconds(ahead),
        Err(behind) => -seconds(behind.duration()),
    })
}

fn date(headers: &HeaderMap, name: impl AsHeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_wish_may_be_seconds_or_a_date_by_the_clock_that_wrote_it() {
        let wish = |value: &str| {
            retry_after(&headers(&[("retry-after", value), ("date", "Wed, 21 Oct 2015 07:28:00 GMT")]))
        };
        assert_eq!(wish("120"), Some(Duration::from_mins(2)));
        assert_eq!(wish("Wed, 21 Oct 2015 07:28:30 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(wish("Wed, 21 Oct 2015 07:27:00 GMT"), Some(Duration::ZERO));
        for nonsense in ["soon", "-1", "", "1.5"] {
            assert_eq!(wish(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_date_without_a_clock_beside_it_is_read_by_our_own() {
        let until = httpdate::fmt_http_date(SystemTime::now() + Duration::from_mins(10));
        let wish = retry_after(&headers(&[("retry-after", &until)])).unwrap();
        assert!(wish > Duration::from_mins(9) && wish <= Duration::from_mins(10), "{wish:?}");
    }

    #[test]
    fn a_clock_is_ahead_or_behind() {
        let ahead = |time| clock_ahead(&headers(&[("date", &httpdate::fmt_http_date(time))])).unwrap();
        assert!((3598..=3600).contains(&ahead(SystemTime::now() + Duration::from_hours(1))));
        assert!((-3602..=-3600).contains(&ahead(SystemTime::now() - Duration::from_hours(1))));
        assert_eq!(clock_ahead(&headers(&[("date", "yesterday")])), None);
    }
}
