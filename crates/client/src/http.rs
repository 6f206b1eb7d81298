//! The HTTP client under everything.

use std::net::IpAddr;
use std::time::Duration;

use url::{Host, Url};

use crate::ClientError;

/// Some identity providers refuse the default agents of libraries.
const USER_AGENT: &str = concat!("Notespot/", env!("CARGO_PKG_VERSION"));
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Of a call with a small body each way. Object transfers have clients of their own.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// A client for JSON calls to this server: the operating system's trust store and proxy, no
/// redirects (they would carry credentials to a place that nobody chose), 10 seconds to connect and
/// 30 for a whole call.
pub fn http_client(server: &Url) -> Result<reqwest::Client, ClientError> {
    let builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(CALL_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none());
    // A company's proxy cannot reach this machine's own ports.
    let builder = if is_this_machine(server) { builder.no_proxy() } else { builder };
    builder.build().map_err(ClientError::Setup)
}

/// Whether the address is one of this machine's own.
#[must_use]
pub fn is_this_machine(server: &Url) -> bool {
    match server.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_asked_past_the_proxy() {
        let is_local = |text: &str| is_this_machine(&Url::parse(text).unwrap());
        assert!(
            is_local("http://127.0.0.1:4800") && is_local("http://[::1]/") && is_local("http://localhost")
        );
        assert!(!is_local("https://localhost.example.org") && !is_local("http://10.0.0.1"));
    }
}
