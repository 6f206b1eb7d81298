//! What a browser keeps between pages: who signed in here, and that a form was ours. Both are
//! cookies that only `/oauth` sees, authenticated with a key on disk, so that a restart keeps them.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{COOKIE, HeaderMap, HeaderValue};
use notespot_protocol::{Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::keys::random;

const SESSION_COOKIE: &str = "notespot_session";
const FORM_COOKIE: &str = "notespot_form";
const SESSION_LASTS: Duration = Duration::from_hours(30 * 24);

/// Makes and reads the cookies.
pub(super) struct BrowserKey {
    key: hmac::Key,
    secure: bool,
}

/// Somebody who gave a password in this browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BrowserSession {
    pub(super) account: UserId,
    pub(super) authenticated_at: Timestamp,
}

/// Ties a form to the browser that it was shown in.
pub(super) struct FormSeal {
    /// For the hidden field.
    pub(super) token: String,
    /// To be set, where the browser has none yet.
    pub(super) cookie: Option<HeaderValue>,
}

impl BrowserKey {
    /// `secure`: browsers reach this server over TLS.
    pub(super) fn new(key: &[u8], secure: bool) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, key), secure }
    }

    /// Who signed in here before. `None` for a cookie that is old, or not of our making.
    pub(super) fn session(&self, headers: &HeaderMap, now: Timestamp) -> Option<BrowserSession> {
        let (text, tag) = cookie(headers, SESSION_COOKIE)?.split_once('.')?;
        self.check("session", text, tag)?;
        let session: BrowserSession = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        (session.authenticated_at.plus(SESSION_LASTS) > now).then_some(session)
    }

    /// `Set-Cookie` for somebody who gave a password just now.
    pub(super) fn session_cookie(&self, session: &BrowserSession) -> Option<HeaderValue> {
        let text = URL_SAFE_NO_PAD.encode(serde_json::to_vec(session).ok()?);
        let value = format!("{text}.{}", self.tag("session", &text));
        self.set_cookie(SESSION_COOKIE, &value, Some(SESSION_LASTS))
    }

    /// For a form that is about to be shown. `None` if the operating system gives no randomness.
    pub(super) fn seal(&self, headers: &HeaderMap) -> Option<FormSeal> {
        if let Some(nonce) = cookie(headers, FORM_COOKIE).filter(|nonce| nonce.len() == 32) {
            return Some(FormSeal { token: self.tag("form", nonce), cookie: None });
        }
        let nonce = hex::encode(random::<16>()?);
        Some(FormSeal { token: self.tag("form", &nonce), cookie: self.set_cookie(FORM_COOKIE, &nonce, None) })
    }

    /// Whether a form that arrived was shown by us in this browser.
    pub(super) fn sealed(&self, headers: &HeaderMap, token: &str) -> bool {
        // Other ports of 127.0.0.1 share its cookies, but are not its origin.
        let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
        let own_origin = site.is_none_or(|site| site == b"same-origin" || site == b"none");
        let sealed = cookie(headers, FORM_COOKIE).and_then(|nonce| self.check("form", nonce, token));
        own_origin && sealed.is_some()
    }

    fn tag(&self, purpose: &str, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.key, format!("{purpose}:{text}").as_bytes()))
    }

    fn check(&self, purpose: &str, text: &str, tag: &str) -> Option<()> {
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        hmac::verify(&self.key, format!("{purpose}:{text}").as_bytes(), &tag).ok()
    }

    fn set_cookie(&self, name: &str, value: &str, lasts: Option<Duration>) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let lasts = lasts.map_or_else(String::new, |lasts| format!("; Max-Age={}", lasts.as_secs()));
        // Lax, not Strict: the app opens the first page, and the session must come along.
        let cookie = format!("{name}={value}; Path=/oauth; HttpOnly; SameSite=Lax{secure}{lasts}");
        HeaderValue::try_from(cookie).ok()
    }
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut pairs = pairs.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(key, value)| (key == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_cookie(set: &HeaderValue) -> HeaderMap {
        let pair = set.to_str().unwrap().split(';').next().unwrap();
        HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(pair).unwrap())])
    }

    #[test]
    fn a_session_is_known_again_until_it_ends() {
        let key = BrowserKey::new(&[7; 32], true);
        let now = Timestamp::now();
        let session = BrowserSession { account: UserId("user_1".to_owned()), authenticated_at: now };
        let set = key.session_cookie(&session).unwrap();
        assert!(
            set.to_str().unwrap().ends_with("; Path=/oauth; HttpOnly; SameSite=Lax; Secure; Max-Age=2592000")
        );
        let headers = with_cookie(&set);
        assert_eq!(key.session(&headers, now), Some(session));
        assert_eq!(key.session(&headers, now.plus(SESSION_LASTS)), None);
        assert_eq!(BrowserKey::new(&[8; 32], true).session(&headers, now), None);
    }

    #[test]
    fn a_form_from_elsewhere_is_not_ours() {
        let key = BrowserKey::new(&[7; 32], false);
        let seal = key.seal(&HeaderMap::new()).unwrap();
        let mut headers = with_cookie(&seal.cookie.unwrap());
        assert!(key.sealed(&headers, &seal.token));
        assert!(!key.sealed(&HeaderMap::new(), &seal.token));
        assert!(!key.sealed(&headers, ""));
        headers.insert("sec-fetch-site", HeaderValue::from_static("same-site"));
        assert!(!key.sealed(&headers, &seal.token));
    }

    #[test]
    fn a_form_token_is_no_session() {
        let key = BrowserKey::new(&[7; 32], false);
        let session =
            BrowserSession { account: UserId("user_1".to_owned()), authenticated_at: Timestamp::now() };
        let text = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&session).unwrap());
        let forged = format!("{SESSION_COOKIE}={text}.{}", key.tag("form", &text));
        let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(&forged).unwrap())]);
        assert_eq!(key.session(&headers, Timestamp::now()), None);
    }
}
