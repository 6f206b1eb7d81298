//! How requests leave this machine, to the server and to the object store alike.
//!
//! A [`Network`] knows the proxies and the certificates that are trusted; [`Trouble`] says what stands in
//! the way of a request, in words that name the proxy or the certificate; [`retry_after`] and
//! [`clock_ahead`] read what answers say of time.

mod proxies;
mod times;
mod trouble;

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reqwest::{Certificate, ClientBuilder};
use url::{Host, Url};

pub use self::proxies::NoProxyAddress;
use self::proxies::Proxies;
pub use self::times::{clock_ahead, retry_after};
pub use self::trouble::{CertificateFault, Trouble, is_page};

/// Some identity providers refuse the default agents of libraries.
const USER_AGENT: &str = concat!("Notespot/", env!("CARGO_PKG_VERSION"));

/// What somebody has said of the network.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct NetworkSettings {
    /// The proxy for everything, such as `http://proxy:3128` or `socks5h://proxy:1080`; `none` for no
    /// proxy at all. Without it, the system's: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, or
    /// on Windows and macOS what is set there.
    pub proxy: Option<String>,
    /// A PEM file with certificates of authorities that are trusted as well as the system's.
    pub extra_ca: Option<PathBuf>,
}

impl fmt::Debug for NetworkSettings {
    /// Without the proxy's address, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let proxy = self.proxy.as_ref().map(|_| "…");
        f.debug_struct("NetworkSettings").field("proxy", &proxy).field("extra_ca", &self.extra_ca).finish()
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// No proxy's address.
    #[error(transparent)]
    Proxy(#[from] NoProxyAddress),
    /// The file cannot be read.
    #[error("The certificates in {} could not be read: {source}.", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file holds no certificate.
    #[error("There is no certificate in {}. It has to be a PEM file, which begins with -----BEGIN CERTIFICATE-----.", path.display())]
    NoCertificate {
        /// Which file.
        path: PathBuf,
    },
}

/// How requests leave this machine. Cheap to clone.
///
/// This machine's own addresses are always reached directly: no proxy can reach them.
#[derive(Clone, Default)]
pub struct Network {
    proxies: Arc<Proxies>,
    extra_ca: Vec<Certificate>,
}

impl Network {
    /// As somebody has said. Reads the file of certificates; blocks for it.
    pub fn new(settings: &NetworkSettings) -> Result<Self, NetworkError> {
        let proxies = Arc::new(Proxies::new(settings.proxy.as_deref())?);
        let extra_ca = settings.extra_ca.as_deref().map(read_certificates).transpose()?.unwrap_or_default();
        Ok(Self { proxies, extra_ca })
    }

    /// A client that takes this way: these proxies, the system's trust store and the extra certificates,
    /// no redirects (they would carry credentials to a place that nobody chose), and answers as they come:
    /// a file that is packed is to stay so.
    pub fn client(&self) -> ClientBuilder {
        let proxies = self.proxies.clone();
        ClientBuilder::new()
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .no_gzip()
            .proxy(reqwest::Proxy::custom(move |url| proxies.of(url)))
            .tls_certs_merge(self.extra_ca.iter().cloned())
    }

    /// What stands in the way of a request to this address, where the error tells it.
    #[must_use]
    pub fn trouble(&self, url: &Url, error: &reqwest::Error) -> Option<Trouble> {
        trouble::of(url, error, self.proxies.of(url).as_ref())
    }

    /// What stands in the way by the head of an answer: a proxy that wants a password, or a network
    /// that wants somebody to sign in.
    #[must_use]
    pub fn refusal(&self, url: &Url, status: http::StatusCode) -> Option<Trouble> {
        trouble::of_status(url, status, self.proxies.of(url).as_ref())
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").field("extra_ca", &self.extra_ca.len()).finish_non_exhaustive()
    }
}

fn read_certificates(path: &Path) -> Result<Vec<Certificate>, NetworkError> {
    let pem =
        std::fs::read(path).map_err(|source| NetworkError::Unreadable { path: path.to_owned(), source })?;
    let none = || NetworkError::NoCertificate { path: path.to_owned() };
    let certificates = Certificate::from_pem_bundle(&pem).map_err(|_| none())?;
    // What is no certificate is noticed here, and not at the first connection.
    let usable = ClientBuilder::new().tls_certs_merge(certificates.iter().cloned()).build().is_ok();
    if certificates.is_empty() || !usable { Err(none()) } else { Ok(certificates) }
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

/// The host and port of an address, for texts: nothing in it is a secret.
#[must_use]
pub fn shown(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
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

    #[test]
    fn a_file_without_a_certificate_is_refused_with_its_name() {
        let settings = |path: &Path| NetworkSettings { extra_ca: Some(path.to_owned()), proxy: None };
        let file = std::env::temp_dir().join(format!("notespot-no-certificate-{}", std::process::id()));
        for text in ["", "hello", "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n"] {
            std::fs::write(&file, text).unwrap();
            let error = Network::new(&settings(&file)).unwrap_err();
            assert!(matches!(&error, NetworkError::NoCertificate { .. }), "{text:?}: {error}");
            assert!(error.to_string().contains("notespot-no-certificate"), "{error}");
        }
        std::fs::remove_file(&file).unwrap();
        assert!(matches!(Network::new(&settings(&file)), Err(NetworkError::Unreadable { .. })));
    }
}
