//! Which requests are a person who opens a page.

use http::Method;
use http::header::{HeaderMap, USER_AGENT};

/// Words in the user agents of crawlers, link previews of chat programs, and monitors.
const MACHINES: [&str; 16] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "preview",
    "facebookexternalhit",
    "whatsapp",
    "telegram",
    "slack",
    "discord",
    "embedly",
    "monitor",
    "archive",
    "scan",
    "fetch",
    "lighthouse",
];

/// Whether this counts as a view: a browser that shows the page to somebody, not one that only looks
/// whether it is there, not one that loads it ahead, and no machine that says what it is.
pub(super) fn is_person(method: &Method, headers: &HeaderMap) -> bool {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let ahead = ["sec-purpose", "purpose", "x-purpose", "x-moz"]
        .into_iter()
        .any(|name| ["prefetch", "preview", "prerender"].iter().any(|word| header(name).contains(word)));
    let elsewhere = !matches!(header("sec-fetch-dest"), "" | "document");
    let agent = header(USER_AGENT.as_str()).to_ascii_lowercase();
    let machine = !agent.contains("mozilla/") || MACHINES.iter().any(|word| agent.contains(word));
    method == Method::GET && !ahead && !elsewhere && !machine
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

    fn counts(method: &Method, headers: &[(&'static str, &str)]) -> bool {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        is_person(method, &headers.collect())
    }

    #[test]
    fn a_browser_that_shows_the_page_counts() {
        assert!(counts(&Method::GET, &[("user-agent", FIREFOX)]));
        assert!(counts(&Method::GET, &[("user-agent", FIREFOX), ("sec-fetch-dest", "document")]));
    }

    #[test]
    fn heads_prefetches_and_machines_do_not() {
        assert!(!counts(&Method::HEAD, &[("user-agent", FIREFOX)]));
        assert!(!counts(&Method::GET, &[("user-agent", FIREFOX), ("sec-purpose", "prefetch;prerender")]));
        assert!(!counts(&Method::GET, &[("user-agent", FIREFOX), ("sec-fetch-dest", "empty")]));
        assert!(!counts(&Method::GET, &[("user-agent", "Mozilla/5.0 (compatible; Googlebot/2.1)")]));
        assert!(!counts(&Method::GET, &[("user-agent", "curl/8.5.0")]));
        assert!(!counts(&Method::GET, &[]));
    }
}
