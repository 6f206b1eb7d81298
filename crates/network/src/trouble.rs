//! What stands in the way of a request.

use std::error::Error;
use std::fmt;
use std::io;

use http::HeaderMap;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use rustls::CertificateError;
use url::Url;

use crate::shown;

/// What stands in the way of a request, exactly. Its texts are for the person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The other side cannot show that it is who it says.
    #[error("The connection to {host} is not safe, so it was not used: {fault}")]
    Certificate {
        /// Who was asked.
        host: String,
        /// What is wrong with its certificate.
        fault: CertificateFault,
    },
    /// The proxy cannot be reached.
    #[error("The proxy {proxy} does not answer. Check your connection and the proxy\u{2019}s address.")]
    ProxySilent {
        /// Its host and port.
        proxy: String,
    },
    /// The proxy wants a name and a password, or others.
    #[error(
        "The proxy {proxy} wants a name and a password that it knows. Put them into its address, as in \
         http://name:password@{proxy}."
    )]
    ProxyPassword {
        /// Its host and port.
        proxy: String,
    },
    /// The proxy does not connect to the other side.
    #[error("The proxy {proxy} does not connect to {host}. Ask whoever runs it to let that address through.")]
    ProxyRefused {
        /// Its host and port.
        proxy: String,
        /// Who was asked.
        host: String,
    },
    /// A web page where an answer was expected: a network that wants somebody to sign in, mostly.
    #[error(
        "A web page came in place of an answer of {host}. If your network has a sign-in page, sign in to it \
         in your browser, and try again; else check the address."
    )]
    Portal {
        /// Who was asked.
        host: String,
    },
}

/// What is wrong with a certificate, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateFault {
    /// Nobody who is trusted has signed it.
    UnknownIssuer,
    /// It is over.
    Expired,
    /// It has not begun.
    NotValidYet,
    /// It is for another name.
    OtherName,
    /// It was taken back.
    Revoked,
    /// Something else, in the library's words.
    Other(String),
}

impl fmt::Display for CertificateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownIssuer => {
                "its certificate comes from an authority that this system does not know. If your organisation \
                 has its own, ask for its certificate as a PEM file, and name the file in NOTESPOT_EXTRA_CA."
            }
            Self::Expired => {
                "its certificate has expired. Check this machine\u{2019}s clock; if it is right, tell the \
                 administrator."
            }
            Self::NotValidYet => {
                "its certificate is not valid yet. Check this machine\u{2019}s clock; if it is right, tell the \
                 administrator."
            }
            Self::OtherName => {
                "its certificate is for another name. Check the address; something may be listening in."
            }
            Self::Revoked => "its certificate was revoked. Tell the administrator.",
            Self::Other(why) => return write!(f, "its certificate cannot be used ({why})."),
        })
    }
}

impl Trouble {
    /// Whether somebody has to do something: asking again gives the same.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        matches!(self, Self::Certificate { .. } | Self::ProxyPassword { .. } | Self::Portal { .. })
    }
}

/// Whether an answer is a web page.
#[must_use]
pub fn is_page(headers: &HeaderMap) -> bool {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = text.split(';').next().unwrap_or_default().trim();
    ["text/html", "application/xhtml+xml"].iter().any(|page| media_type.eq_ignore_ascii_case(page))
}

pub(crate) fn of(url: &Url, error: &reqwest::Error, proxy: Option<&Url>) -> Option<Trouble> {
    if let Some(fault) = fault_in(error) {
        return Some(Trouble::Certificate { host: shown(url), fault });
    }
    let proxy = shown(proxy.filter(|_| error.is_connect())?);
    // The libraries keep the types of these errors to themselves. The outermost names the address.
    let said: Vec<String> = chain(error).skip(1).map(ToString::to_string).collect();
    let says = |words: &[&str]| said.iter().any(|text| words.iter().any(|word| text.contains(word)));
    if says(&["authorization required", "authentication", "credentials"]) {
        return Some(Trouble::ProxyPassword { proxy });
    }
    if says(&["resolving for socks"]) {
        // The name was looked up here, and not by the proxy.
        return None;
    }
    let broke = chain(error).filter_map(io_error).any(|error| error.kind() != io::ErrorKind::UnexpectedEof);
    if broke || error.is_timeout() || says(&["underlying connection", "dns error"]) {
        return Some(Trouble::ProxySilent { proxy });
    }
    Some(Trouble::ProxyRefused { proxy, host: shown(url) })
}

pub(crate) fn of_status(url: &Url, status: StatusCode, proxy: Option<&Url>) -> Option<Trouble> {
    match (status, proxy) {
        (StatusCode::PROXY_AUTHENTICATION_REQUIRED, Some(proxy)) => {
            Some(Trouble::ProxyPassword { proxy: shown(proxy) })
        }
        (StatusCode::NETWORK_AUTHENTICATION_REQUIRED, _) => Some(Trouble::Portal { host: shown(url) }),
        _ => None,
    }
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

fn io_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a io::Error> {
    error.downcast_ref()
}

fn fault_in(error: &reqwest::Error) -> Option<CertificateFault> {
    // The source of an io::Error is the source of what it wraps: what it wraps would be passed over.
    chain(error).flat_map(wrapped).find_map(|error| fault(error.downcast_ref()?))
}

/// An error, and what it wraps where it is an `io::Error`.
fn wrapped<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        let wrapped = io_error(*error)?.get_ref()?;
        Some(wrapped as &(dyn Error + 'static))
    })
}

fn fault(error: &rustls::Error) -> Option<CertificateFault> {
    let rustls::Error::InvalidCertificate(error) = error else { return None };
    Some(match error {
        CertificateError::UnknownIssuer => CertificateFault::UnknownIssuer,
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => CertificateFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            CertificateFault::NotValidYet
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            CertificateFault::OtherName
        }
        CertificateError::Revoked => CertificateFault::Revoked,
        other => CertificateFault::Other(other.to_string()),
    })
}
