//! Which proxy a request takes.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use url::Url;

use crate::is_this_machine;

/// The schemes that a proxy may have. With `socks5h` and `socks4a` the proxy looks names up.
const SCHEMES: [&str; 6] = ["http", "https", "socks5h", "socks5", "socks4a", "socks4"];

/// A text that names no proxy.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "\u{201c}{given}\u{201d} is not a proxy\u{2019}s address. Use one like http://proxy.example.org:3128 or \
     socks5h://proxy.example.org:1080, or \u{201c}none\u{201d}."
)]
pub struct NoProxyAddress {
    /// What was given, without a password.
    pub given: String,
}

/// The proxies of the system, or the one that was named.
pub(crate) struct Proxies {
    matcher: Matcher,
}

impl Default for Proxies {
    fn default() -> Self {
        Self { matcher: Matcher::from_system() }
    }
}

impl Proxies {
    pub(crate) fn new(named: Option<&str>) -> Result<Self, NoProxyAddress> {
        match named {
            None => Ok(Self::default()),
            Some("none") => Ok(Self { matcher: Matcher::builder().build() }),
            Some(text) => Ok(Self { matcher: Matcher::builder().all(address(text)?.as_str()).build() }),
        }
    }

    /// The proxy for this address, with its name and password where there are any.
    pub(crate) fn of(&self, url: &Url) -> Option<Url> {
        if is_this_machine(url) {
            return None;
        }
        // The path says nothing about the way, and may be a secret.
        let uri = url[..url::Position::BeforePath].parse().ok()?;
        let intercept = self.matcher.intercept(&uri)?;
        let mut proxy = Url::parse(&intercept.uri().to_string()).ok()?;
        if let Some((name, password)) = credentials(&intercept) {
            // Whoever reads it decodes it: a sign of per cent has to be encoded, which `Url` leaves as it is.
            proxy.set_username(&name.replace('%', "%25")).ok()?;
            proxy.set_password(Some(&password.replace('%', "%25"))).ok()?;
        }
        Some(proxy)
    }
}

fn credentials(intercept: &Intercept) -> Option<(String, String)> {
    if let Some((name, password)) = intercept.raw_auth() {
        return Some((name.to_owned(), password.to_owned()));
    }
    let encoded = intercept.basic_auth()?.to_str().ok()?.strip_prefix("Basic ")?;
    let text = String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()?;
    let (name, password) = text.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

/// A proxy's address as people write it: without a scheme it is `http`.
fn address(text: &str) -> Result<Url, NoProxyAddress> {
    let text = text.trim();
    let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url = Url::parse(&whole).ok();
    let url = url.filter(|url| SCHEMES.contains(&url.scheme()) && url.has_host());
    url.ok_or_else(|| NoProxyAddress { given: text.rsplit('@').next().unwrap_or_default().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(named: &str, url: &str) -> Option<String> {
        Proxies::new(Some(named)).unwrap().of(&Url::parse(url).unwrap()).map(String::from)
    }

    #[test]
    fn a_named_proxy_is_for_everything_but_this_machine() {
        assert_eq!(of("box:3128", "https://files.example.org/x").as_deref(), Some("http://box:3128/"));
        assert_eq!(of("socks5h://box:1080", "http://10.0.0.1/").as_deref(), Some("socks5h://box:1080/"));
        assert_eq!(of("box:3128", "http://127.0.0.1:4800/"), None);
        assert_eq!(of("box:3128", "http://[::1]:4800/"), None);
        assert_eq!(of("none", "https://files.example.org/"), None);
    }

    #[test]
    fn its_name_and_password_are_kept_whatever_is_in_them() {
        let with = of("http://ada:p%40ss%3Aword@box:3128", "https://files.example.org/");
        let with = Url::parse(&with.unwrap()).unwrap();
        assert_eq!((with.username(), with.password()), ("ada", Some("p%40ss%3Aword")));
        let with = of("http://ada:50%2541@box:3128", "https://files.example.org/");
        assert_eq!(with.as_deref(), Some("http://ada:50%2541@box:3128/"));
        let with = of("socks5://ada:lovelace@box:1080", "https://files.example.org/");
        assert_eq!(with.as_deref(), Some("socks5://ada:lovelace@box:1080/"));
    }

    #[test]
    fn what_is_no_proxy_is_refused_without_its_password() {
        for text in ["", "ftp://box:21", "http://", "http://ada:secret@", "a b"] {
            let error = Proxies::new(Some(text)).err().unwrap();
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
