//! What all transfers share.

use std::sync::Arc;

use notespot_protocol::PresignedRequest;
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Method, Request};
use tokio::sync::Semaphore;
use url::Url;

use crate::download::FolderSync;
use crate::memory::{Least, Memory, Reserved};
use crate::pace::Pace;
use crate::places::{Place, Places};
use crate::retry::Budget;
use crate::settings::CHUNK_BYTES;
use crate::upload::{Expected, Guesses};
use crate::wire::{SHORT_MAX_BYTES, SOCKET_BYTES, Wires};
use crate::{Limits, Settings, TransferError, Wire};

/// What one part or one range holds at most: one chunk being read or written, two waiting, and what is at the
/// socket.
const STREAM_BYTES: usize = 5 * CHUNK_BYTES;

/// Files up to this size are read once, and held until the store, or the disk, has them.
pub const SMALL_MAX_BYTES: usize = 1024 * 1024;

/// What a small file takes beside its content while it is under way: its plan, its request, a connection.
const BESIDE_BYTES: u64 = 24 * 1024;

/// What is set aside of a budget: see [`for_content`].
const ASIDE_BYTES: usize = 12 * 1024 * 1024;

/// Requests that are under way at once until it is known what the path gives.
const SMALL_AT_FIRST: usize = 64;
const LARGE_AT_FIRST: usize = 8;

/// What a request under way holds.
pub(crate) struct Held {
    pub(crate) place: Place,
    _memory: Option<Reserved>,
}

/// Moves files. Cheap to clone; all clones share connections and one memory budget, so a program
/// has one engine.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(crate) settings: Arc<Settings>,
    pub(crate) wires: Wires,
    memory: Arc<Memory>,
    pub(crate) small: Arc<Places>,
    pub(crate) large: Arc<Places>,
    pub(crate) retries: Arc<Budget>,
    pub(crate) up: Arc<Pace>,
    pub(crate) down: Arc<Pace>,
    pub(crate) hash_passes: Arc<Semaphore>,
    /// Small files that are read at once: a pass over a large one may wait for the network.
    pub(crate) small_reads: Arc<Semaphore>,
    pub(crate) folders: Arc<FolderSync>,
    pub(crate) guesses: Arc<Guesses>,
    pub(crate) expected: Arc<Expected>,
}

impl Engine {
    /// Makes an engine that speaks HTTP/1.1 over sockets: see [`Settings`].
    pub fn new(settings: Settings) -> Result<Self, TransferError> {
        Ok(Self::with(Wires::of_sockets(&settings)?, settings))
    }

    /// Makes an engine whose requests travel as they are told to.
    #[must_use]
    pub fn over(wire: Arc<dyn Wire>, settings: Settings) -> Self {
        Self::with(Wires::of_one(wire), settings)
    }

    fn with(wires: Wires, settings: Settings) -> Self {
        Self {
            wires,
            memory: Arc::new(Memory::new(for_content(settings.memory_bytes), LEAST)),
            small: Places::new(SMALL_AT_FIRST, settings.small_in_flight),
            large: Places::new(LARGE_AT_FIRST, settings.large_in_flight),
            retries: Arc::new(Budget::new(settings.retries)),
            up: Arc::new(Pace::new(settings.limit_up)),
            down: Arc::new(Pace::new(settings.limit_down)),
            hash_passes: Arc::new(Semaphore::new(settings.hash_passes.max(1))),
            small_reads: Arc::new(Semaphore::new(settings.hash_passes.max(1))),
            folders: Arc::default(),
            guesses: Arc::default(),
            expected: Arc::default(),
            settings: Arc::new(settings),
        }
    }

    /// Works within these limits from now on, also with what is under way.
    pub fn set_limits(&self, limits: &Limits) {
        self.up.set(limits.up);
        self.down.set(limits.down);
        self.small.set_most(limits.small_in_flight);
        self.large.set_most(limits.large_in_flight);
        self.memory.set(for_content(limits.memory_bytes));
    }

    /// What a connection has to move in `stall_timeout`. Where there is a limit, the others may have it.
    pub(crate) fn least_moved(&self) -> u64 {
        if self.up.is_limited() || self.down.is_limited() { 1 } else { self.settings.least_moved() }
    }

    /// Waits for a place among the large requests, and for the memory of one. Whoever holds both waits
    /// for the network only, never for more memory.
    pub(crate) async fn enter_large(&self) -> Result<Held, TransferError> {
        let memory = self.reserve_stream().await?;
        Ok(Held { place: self.large.enter().await?, _memory: Some(memory) })
    }

    /// Waits for the memory of a large request.
    pub(crate) async fn reserve_stream(&self) -> Result<Reserved, TransferError> {
        self.memory.reserve_large(STREAM_BYTES as u64).await
    }

    /// Waits for the memory to send a small file with this many bytes of content, at most
    /// [`SMALL_MAX_BYTES`].
    pub(crate) async fn reserve_small(&self, bytes: u64) -> Result<Reserved, TransferError> {
        self.memory.reserve_small(small_bytes(bytes)).await
    }

    /// Waits for the memory to receive a small file: it is at the socket, and then collected.
    pub(crate) async fn reserve_arriving(&self, bytes: u64) -> Result<Reserved, TransferError> {
        self.memory.reserve_small(arriving_bytes(bytes)).await
    }

    /// Waits for a place among the requests of small files, whose content has its memory already.
    pub(crate) async fn enter_small(&self) -> Result<Held, TransferError> {
        Ok(Held { place: self.small.enter().await?, _memory: None })
    }

    /// Memory for content that can do without it.
    pub(crate) fn try_reserve(&self, bytes: u64) -> Option<Reserved> {
        self.memory.try_reserve(bytes)
    }
}

/// What of a budget is left for content and what is beside it: connections keep what they read into, TLS its
/// records, and an allocator what fits nowhere. Measured with 50,000 files of all sizes over TLS, the greediest of
/// all mixtures: 104 MiB in all without it.
fn for_content(memory_bytes: usize) -> usize {
    memory_bytes - (memory_bytes / 16 * 3).min(ASIDE_BYTES)
}

/// With half of it on top: contents of all sizes leave gaps between them that hold no other. Measured with a
/// thousand files of 160 KiB under way, log-normal, at 90 MiB in all.
const fn small_bytes(content: u64) -> u64 {
    content + content / 2 + BESIDE_BYTES
}

const fn arriving_bytes(content: u64) -> u64 {
    small_bytes(content) + if content > SHORT_MAX_BYTES { SOCKET_BYTES } else { SHORT_MAX_BYTES }
}

/// Enough for one of each kind.
const LEAST: Least = Least { large: STREAM_BYTES as u64, small: arriving_bytes(SMALL_MAX_BYTES as u64) };

/// A presigned request exactly as it stands.
pub(crate) fn request(presigned: &PresignedRequest) -> Result<Request, TransferError> {
    // A server that presigns nonsense: nothing that the object store could be asked.
    let nonsense = || TransferError::StoreRefused { status: 0, code: None };
    let url = Url::parse(presigned.url.expose()).map_err(|_| nonsense())?;
    let method = Method::from_bytes(presigned.method.as_bytes()).map_err(|_| nonsense())?;
    let mut request = Request::new(method, url);
    for (name, value) in &presigned.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| nonsense())?;
        request.headers_mut().insert(name, HeaderValue::from_str(value).map_err(|_| nonsense())?);
    }
    Ok(request)
}
