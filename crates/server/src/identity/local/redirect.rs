//! Where codes may be sent: the app's own scheme, and a loopback listener on any port (RFC 8252
//! §7.1 and §7.3). Registered here and nowhere else.

use url::Url;

const OWN_SCHEME: &str = "notespot://auth/callback";
const LOOPBACK_START: &str = "http://127.0.0.1:";
const LOOPBACK_PATH: &str = "/callback";

/// A registered redirect URI, exactly as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Redirect {
    uri: String,
    port: Option<u16>,
}

impl Redirect {
    /// `None` if it is not registered. Compared as text: what two parsers read differently is not
    /// accepted by either.
    pub(super) fn registered(uri: &str) -> Option<Self> {
        if uri == OWN_SCHEME {
            return Some(Self { uri: uri.to_owned(), port: None });
        }
        let port = uri.strip_prefix(LOOPBACK_START)?.strip_suffix(LOOPBACK_PATH)?;
        let number: u16 = port.parse().ok()?;
        // Written as a browser writes it: no sign, no leading zero, not port 0.
        (number != 0 && number.to_string() == port).then(|| Self { uri: uri.to_owned(), port: Some(number) })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.uri
    }

    /// Whether a browser stays on the page that sent it there, because another program opens.
    pub(super) fn opens_the_app(&self) -> bool {
        self.port.is_none()
    }

    /// What `form-action` of the page must allow for the redirect that follows the form.
    pub(super) fn form_action(&self) -> String {
        self.port.map_or_else(|| "notespot:".to_owned(), |port| format!("{LOOPBACK_START}{port}"))
    }

    /// With an answer attached (RFC 6749 §4.1.2).
    pub(super) fn with(&self, answer: &[(&str, &str)]) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let query = query.extend_pairs(answer).finish();
        let target = format!("{}?{query}", self.uri);
        debug_assert!(Url::parse(&target).is_ok(), "a registered URI with an encoded query");
        target
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_app_and_loopback_are_registered() {
        assert!(Redirect::registered("notespot://auth/callback").unwrap().opens_the_app());
        assert!(!Redirect::registered("http://127.0.0.1:49152/callback").unwrap().opens_the_app());
        for uri in [
            "",
            "notespot://auth/callback/",
            "notespot://auth/callback?x=1",
            "NOTESPOT://auth/callback",
            "https://127.0.0.1:80/callback",
            "http://127.0.0.1/callback",
            "http://127.0.0.1:0/callback",
            "http://127.0.0.1:080/callback",
            "http://127.0.0.1:+80/callback",
            "http://127.0.0.1:65536/callback",
            "http://127.0.0.1:80@evil.example:80/callback",
            "http://127.0.0.1:80/callback#x",
            "http://localhost:80/callback",
            "http://evil.example/callback",
        ] {
            assert_eq!(Redirect::registered(uri), None, "{uri}");
        }
    }

    #[test]
    fn an_answer_is_encoded() {
        let redirect = Redirect::registered("notespot://auth/callback").unwrap();
        let uri = redirect.with(&[("code", "a"), ("state", "x&y=z #")]);
        assert_eq!(uri, "notespot://auth/callback?code=a&state=x%26y%3Dz+%23");
    }
}
