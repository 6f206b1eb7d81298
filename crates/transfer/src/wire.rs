//! How requests travel to the object store.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, LazyLock};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use notespot_network::Network;
use reqwest::{Client, Request, Response};

use crate::{Settings, TransferError};

/// Why there was no answer, without the address that was asked: it is a secret. A
/// [`Trouble`](notespot_network::Trouble) where it is known what stands in the way.
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

/// What an HTTP/1.1 connection holds of an answer, at most: hyper's own bound, `DEFAULT_MAX_BUFFER_SIZE`.
pub(crate) const SOCKET_BYTES: u64 = 8192 + 100 * 4096;
/// Content up to this size comes over connections that carry nothing longer.
pub(crate) const SHORT_MAX_BYTES: u64 = 64 * 1024;
/// Connections for longer content that are kept when nobody needs them.
const LONG_IDLE_MAX: usize = 16;

/// The connections to the object store, in two pools.
///
/// A connection reads into a buffer that grows with what it reads, and stays so large for as long as it lives.
/// Hundreds carry small files at once, and would hold half a megabyte each if they had ever carried a larger one.
///
/// Memory: twice [`SHORT_MAX_BYTES`] at most for each that carries short content, and [`SOCKET_BYTES`] for each of
/// the others. Those under way have reserved about that; those at rest have not.
#[derive(Clone, Debug)]
pub(crate) struct Wires {
    short: Arc<dyn Wire>,
    /// Made when it is first used: each pool reads the system's certificates, which a listing or an upload need not
    /// wait for twice.
    long: Arc<LazyLock<Arc<dyn Wire>, MakeWire>>,
}

type MakeWire = Box<dyn FnOnce() -> Arc<dyn Wire> + Send>;

impl Wires {
    pub(crate) fn of_sockets(settings: &Settings) -> Result<Self, TransferError> {
        let short: Arc<dyn Wire> = Arc::new(Sockets::new(settings, usize::MAX)?);
        let (settings, instead) = (settings.clone(), short.clone());
        // What worked once for the first pool hardly fails for the second.
        let long = move || match Sockets::new(&settings, LONG_IDLE_MAX) {
            Ok(sockets) => Arc::new(sockets),
            Err(_) => instead,
        };
        Ok(Self { short, long: Arc::new(LazyLock::new(Box::new(long))) })
    }

    pub(crate) fn of_one(wire: Arc<dyn Wire>) -> Self {
        let same = wire.clone();
        Self { short: wire, long: Arc::new(LazyLock::new(Box::new(move || same))) }
    }

    /// For a request whose answer has this much content.
    pub(crate) fn for_content(&self, bytes: u64) -> &dyn Wire {
        if bytes <= SHORT_MAX_BYTES { &*self.short } else { &***self.long }
    }
}

/// HTTP/1.1 over sockets, a connection for each request under way, by the way that [`Network`] knows.
#[derive(Debug)]
struct Sockets {
    client: Client,
    network: Network,
}

impl Sockets {
    fn new(settings: &Settings, idle_max: usize) -> Result<Self, TransferError> {
        let network = settings.network.clone();
        // One connection would hold all parts up behind the one that is slow.
        let client = network.client().tcp_nodelay(true).http1_only().pool_max_idle_per_host(idle_max);
        let client = client.connect_timeout(settings.connect_timeout).build();
        Ok(Self { client: client.map_err(TransferError::Setup)?, network })
    }

    async fn carry(&self, request: Request) -> Result<Response, WireError> {
        let url = request.url().clone();
        let answer = self.client.execute(request).await;
        let answer = answer.map_err(|error| match self.network.trouble(&url, &error) {
            Some(trouble) => WireError::from(trouble),
            None => error.without_url().into(),
        })?;
        match self.network.refusal(&url, answer.status()) {
            Some(trouble) => Err(trouble.into()),
            None => Ok(answer),
        }
    }
}

impl Wire for Sockets {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, WireError>> {
        self.carry(request).boxed()
    }
}
