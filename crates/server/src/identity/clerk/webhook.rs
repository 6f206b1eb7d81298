//! Signatures of webhooks, as Svix makes them for Clerk.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use notespot_protocol::Timestamp;

/// How old a delivery may be, and how far ahead of our clock: what Svix's own libraries allow.
const TOLERANCE: Duration = Duration::from_mins(5);
/// Svix makes 24 bytes; its libraries take from 24 to 64.
const KEY_MIN_BYTES: usize = 24;
const ID_MAX_BYTES: usize = 128;
/// One for each secret that is valid at the moment; more are not looked at.
const SIGNATURES_MAX: usize = 8;

/// The signing secret of a webhook endpoint, `whsec_…`. Never printed.
#[derive(Clone)]
pub struct WebhookSecret(hmac::Key);

/// Why a text is no signing secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookSecretError {
    /// The beginning is missing.
    #[error("it has to begin with whsec_")]
    Prefix,
    /// The rest is no key.
    #[error("after whsec_, base64 of at least {KEY_MIN_BYTES} bytes is expected")]
    Key,
}

/// Why a delivery is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WebhookError {
    #[error("a header is missing or cannot be read")]
    Headers,
    #[error("it was signed more than five minutes ago, or in the future")]
    Time,
    #[error("no signature is right")]
    Signature,
}

/// What the headers of a delivery say of it. Nothing of it is true before [`Signed::is_true`] said so.
pub(crate) struct Signed<'a> {
    pub(crate) id: &'a str,
    timestamp: &'a str,
    signatures: &'a str,
}

/// Reads the headers, and whether the delivery is of now: before its body is read.
pub(crate) fn signed(headers: &HeaderMap, now: Timestamp) -> Result<Signed<'_>, WebhookError> {
    let text = |name: &str| {
        let mut values = headers.get_all(name).iter();
        let value = values.next().filter(|_| values.next().is_none()).ok_or(WebhookError::Headers)?;
        value.to_str().map_err(|_| WebhookError::Headers)
    };
    let (id, timestamp) = (text("svix-id")?, text("svix-timestamp")?);
    // What is signed is `id.timestamp.body`: neither may hold a full stop, or two of them could be the same text.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if id.is_empty() || id.len() > ID_MAX_BYTES || !id.bytes().all(plain) {
        return Err(WebhookError::Headers);
    }
    let seconds: i64 = match timestamp.parse() {
        Ok(seconds) if timestamp.bytes().all(|byte| byte.is_ascii_digit()) => seconds,
        _ => return Err(WebhookError::Headers),
    };
    let away = seconds.abs_diff(now.as_millis().div_euclid(1000));
    if away > TOLERANCE.as_secs() {
        return Err(WebhookError::Time);
    }
    Ok(Signed { id, timestamp, signatures: text("svix-signature")? })
}

impl Signed<'_> {
    /// Whether one of the signatures is this secret's over this body. Compared in constant time.
    pub(crate) fn is_true(&self, secret: &WebhookSecret, body: &[u8]) -> Result<(), WebhookError> {
        let mut signed = format!("{}.{}.", self.id, self.timestamp).into_bytes();
        signed.extend_from_slice(body);
        let ours = |signature: &str| {
            let tag = signature.strip_prefix("v1,").and_then(|text| STANDARD.decode(text).ok());
            tag.is_some_and(|tag| hmac::verify(&secret.0, &signed, &tag).is_ok())
        };
        let any = self.signatures.split(' ').take(SIGNATURES_MAX).any(ours);
        if any { Ok(()) } else { Err(WebhookError::Signature) }
    }
}

impl FromStr for WebhookSecret {
    type Err = WebhookSecretError;

    fn from_str(text: &str) -> Result<Self, WebhookSecretError> {
        let encoded = text.trim().strip_prefix("whsec_").ok_or(WebhookSecretError::Prefix)?;
        let key = STANDARD.decode(encoded).map_err(|_| WebhookSecretError::Key)?;
        if key.len() < KEY_MIN_BYTES {
            return Err(WebhookSecretError::Key);
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &key)))
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

#[cfg(test)]
mod fuzz;

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    // From Svix's documentation of verifying by hand.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const AT: i64 = 1_614_265_330;
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn check(changes: &[(&'static str, &str)], body: &[u8], at: i64) -> Result<(), WebhookError> {
        let mut headers = HeaderMap::new();
        let given = [("svix-id", ID), ("svix-timestamp", "1614265330"), ("svix-signature", SIGNATURE)];
        for (name, value) in given.iter().chain(changes) {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        let now = Timestamp::from_millis(at * 1000);
        signed(&headers, now)?.is_true(&SECRET.parse().unwrap(), body)
    }

    #[test]
    fn a_delivery_of_the_sender_is_believed_and_no_other() {
        assert_eq!(check(&[], BODY, AT), Ok(()));
        assert_eq!(check(&[], br#"{"test": 2432232315}"#, AT), Err(WebhookError::Signature));
        assert_eq!(check(&[("svix-id", "msg_other")], BODY, AT), Err(WebhookError::Signature));
        assert_eq!(check(&[("svix-timestamp", "1614265331")], BODY, AT), Err(WebhookError::Signature));
    }

    #[test]
    fn any_of_several_signatures_will_do_and_other_kinds_will_not() {
        let two = format!("v1,AAAA v1a,{} {SIGNATURE}", &SIGNATURE[3..]);
        assert_eq!(check(&[("svix-signature", &two)], BODY, AT), Ok(()));
        let other = format!("v1a,{}", &SIGNATURE[3..]);
        for wrong in [other.as_str(), "", "v1,", &SIGNATURE[3..], "v1,g0hM9SsE"] {
            assert_eq!(
                check(&[("svix-signature", wrong)], BODY, AT),
                Err(WebhookError::Signature),
                "{wrong}"
            );
        }
        let late = format!("{}{SIGNATURE}", "v1,AAAA ".repeat(SIGNATURES_MAX));
        assert_eq!(check(&[("svix-signature", &late)], BODY, AT), Err(WebhookError::Signature));
    }

    #[test]
    fn a_delivery_is_good_for_five_minutes() {
        assert_eq!(check(&[], BODY, AT + 300), Ok(()));
        assert_eq!(check(&[], BODY, AT + 301), Err(WebhookError::Time));
        assert_eq!(check(&[], BODY, AT - 300), Ok(()));
        assert_eq!(check(&[], BODY, AT - 301), Err(WebhookError::Time));
    }

    #[test]
    fn headers_that_make_no_sense_are_refused() {
        for (name, value) in [
            ("svix-id", "a.b"),
            ("svix-id", ""),
            ("svix-timestamp", "+1614265330"),
            ("svix-timestamp", "now"),
        ] {
            assert_eq!(check(&[(name, value)], BODY, AT), Err(WebhookError::Headers), "{name}: {value}");
        }
        assert_eq!(check(&[("svix-timestamp", "9223372036854775807")], BODY, AT), Err(WebhookError::Time));
    }

    #[test]
    fn a_secret_has_a_shape_and_is_not_shown() {
        let parse = |text: &str| text.parse::<WebhookSecret>().map(|secret| format!("{secret:?}"));
        assert_eq!(parse(SECRET), Ok("WebhookSecret(…)".to_owned()));
        assert_eq!(parse("sk_test_x"), Err(WebhookSecretError::Prefix));
        assert_eq!(parse("whsec_AAAA"), Err(WebhookSecretError::Key));
        assert_eq!(parse("whsec_!"), Err(WebhookSecretError::Key));
    }
}
