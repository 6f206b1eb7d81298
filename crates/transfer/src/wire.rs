//! How requests travel to the object store.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use reqwest::{Client, Request, Response};
use url::{Host, Url};

use crate::{Settings, TransferError};

const USER_AGENT: &str = concat!("Notespot/", env!("CARGO_PKG_VERSION"));

/// Why there was no answer, without the address that was asked: it is a secret.
pub type WireError = Box<dyn Error + Send + Sync>;

/// Carries requests to the object store and answers back.
///
/// One trait, so that the same engine runs over sockets and over a simulated store, in which an hour
/// of faults takes a millisecond.
pub trait Wire: fmt::Debug + Send + Sync {
    /// Sends one request; answers as soon as the head of the answer is there. Dropping the future, or
    /// the answer, ends the exchange.
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, WireError>>;
}

/// HTTP/1.1 over sockets, a connection for each request under way: the operating system's trust store
/// and proxy, no redirects (nothing presigned is ever moved).
#[derive(Debug)]
pub(crate) struct Sockets {
    /// Past the proxy: it cannot reach this machine's own ports.
    near: Client,
    far: Client,
}

impl Sockets {
    pub(crate) fn new(settings: &Settings) -> Result<Self, TransferError> {
        let client = || {
            Client::builder()
                .user_agent(USER_AGENT)
                .tcp_nodelay(true)
                .http1_only()
                .connect_timeout(settings.connect_timeout)
                .redirect(reqwest::redirect::Policy::none())
        };
        let near = client().no_proxy().build().map_err(TransferError::Setup)?;
        let far = client().build().map_err(TransferError::Setup)?;
        Ok(Self { near, far })
    }
}

impl Wire for Sockets {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, WireError>> {
        let client = if is_this_machine(request.url()) { &self.near } else { &self.far };
        client.execute(request).map(|answer| answer.map_err(|error| error.without_url().into())).boxed()
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}
