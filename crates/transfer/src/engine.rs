//! What all transfers share.

use std::net::IpAddr;
use std::sync::Arc;

use notespot_protocol::PresignedRequest;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, RequestBuilder};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::{Host, Url};

use crate::settings::CHUNK_BYTES;
use crate::{Settings, TransferError};

const USER_AGENT: &str = concat!("Notespot/", env!("CARGO_PKG_VERSION"));
/// What one part or one download holds at most: one chunk being read or written, two waiting, one at
/// the socket.
const STREAM_BYTES: usize = 4 * CHUNK_BYTES;
/// Memory is counted in pieces of this size: the smallest file takes one.
const GRAIN_BYTES: usize = 4 * 1024;

/// Files up to this size are read once, and held until the store has them.
pub const SMALL_MAX_BYTES: usize = 1024 * 1024;

/// What a request under way holds.
pub(crate) struct Held {
    _place: OwnedSemaphorePermit,
    _memory: Option<OwnedSemaphorePermit>,
}

/// Moves files. Cheap to clone; all clones share connections and one memory budget, so a program
/// has one engine.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(crate) settings: Arc<Settings>,
    /// Past the proxy: it cannot reach this machine's own ports.
    near: Client,
    far: Client,
    memory: Arc<Semaphore>,
    small: Arc<Semaphore>,
    large: Arc<Semaphore>,
    pub(crate) hash_passes: Arc<Semaphore>,
}

impl Engine {
    /// Makes an engine: HTTP/1.1 with `TCP_NODELAY` and a connection for each part in flight, the
    /// operating system's trust store and proxy, no redirects (nothing presigned is ever moved).
    pub fn new(settings: Settings) -> Result<Self, TransferError> {
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
        // Enough for one of each kind: neither waits for what the other holds.
        let memory = settings.memory_bytes.max(STREAM_BYTES + SMALL_MAX_BYTES) / GRAIN_BYTES;
        Ok(Self {
            near,
            far,
            memory: Arc::new(Semaphore::new(memory.min(Semaphore::MAX_PERMITS))),
            small: Arc::new(Semaphore::new(settings.small_in_flight.max(1))),
            large: Arc::new(Semaphore::new(settings.large_in_flight.max(1))),
            hash_passes: Arc::new(Semaphore::new(settings.hash_passes.max(1))),
            settings: Arc::new(settings),
        })
    }

    /// Waits for a place among the large requests, and for the memory of one. Whoever holds both waits
    /// for the network only, never for more memory.
    pub(crate) async fn enter_large(&self) -> Result<Held, TransferError> {
        let place = self.large.clone().acquire_owned().await.map_err(|_| TransferError::Closing)?;
        let memory = self.reserve(STREAM_BYTES as u64).await?;
        Ok(Held { _place: place, _memory: Some(memory) })
    }

    /// Waits for a place among the requests of small files, whose content is in memory already.
    pub(crate) async fn enter_small(&self) -> Result<Held, TransferError> {
        let place = self.small.clone().acquire_owned().await.map_err(|_| TransferError::Closing)?;
        Ok(Held { _place: place, _memory: None })
    }

    /// Waits for memory for this many bytes of content, at most [`SMALL_MAX_BYTES`].
    pub(crate) async fn reserve(&self, bytes: u64) -> Result<OwnedSemaphorePermit, TransferError> {
        let grains = bytes.div_ceil(GRAIN_BYTES as u64).max(1);
        let grains = u32::try_from(grains).unwrap_or(u32::MAX);
        self.memory.clone().acquire_many_owned(grains).await.map_err(|_| TransferError::Closing)
    }

    /// A presigned request exactly as it stands.
    pub(crate) fn request(&self, presigned: &PresignedRequest) -> Result<RequestBuilder, TransferError> {
        // A server that presigns nonsense: nothing that the object store could be asked.
        let nonsense = || TransferError::StoreRefused { status: 0, code: None };
        let url = Url::parse(presigned.url.expose()).map_err(|_| nonsense())?;
        let method = Method::from_bytes(presigned.method.as_bytes()).map_err(|_| nonsense())?;
        let mut headers = HeaderMap::new();
        for (name, value) in &presigned.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| nonsense())?;
            headers.insert(name, HeaderValue::from_str(value).map_err(|_| nonsense())?);
        }
        let client = if is_this_machine(&url) { &self.near } else { &self.far };
        Ok(client.request(method, url).headers(headers))
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
