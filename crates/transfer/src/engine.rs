//! What all transfers share.

use std::sync::{Arc, Mutex, PoisonError};

use notespot_protocol::PresignedRequest;
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Method, Request};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

use crate::download::FolderSync;
use crate::pace::Pace;
use crate::places::{Place, Places};
use crate::retry::Budget;
use crate::settings::CHUNK_BYTES;
use crate::upload::{Expected, Guesses};
use crate::wire::Sockets;
use crate::{Limits, Settings, TransferError, Wire};

/// What one part or one range holds at most: one chunk being read or written, two waiting, and what is at the
/// socket.
const STREAM_BYTES: usize = 5 * CHUNK_BYTES;
/// What an HTTP/1.1 connection holds of an answer, at most: hyper's own bound, `DEFAULT_MAX_BUFFER_SIZE`.
const SOCKET_BYTES: u64 = 8192 + 100 * 4096;
/// Memory is counted in pieces of this size: the smallest file takes one.
const GRAIN_BYTES: usize = 4 * 1024;

/// Files up to this size are read once, and held until the store, or the disk, has them.
pub const SMALL_MAX_BYTES: usize = 1024 * 1024;

/// What a small file takes beside its content while it is under way: its plan, its request, a connection.
const BESIDE_BYTES: u64 = 24 * 1024;

/// Requests that are under way at once until it is known what the path gives.
const SMALL_AT_FIRST: usize = 32;
const LARGE_AT_FIRST: usize = 8;

/// What a request under way holds.
pub(crate) struct Held {
    pub(crate) place: Place,
    _memory: Option<OwnedSemaphorePermit>,
}

/// Moves files. Cheap to clone; all clones share connections and one memory budget, so a program
/// has one engine.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(crate) settings: Arc<Settings>,
    pub(crate) wire: Arc<dyn Wire>,
    memory: Arc<Memory>,
    pub(crate) small: Arc<Places>,
    pub(crate) large: Arc<Places>,
    pub(crate) retries: Arc<Budget>,
    pub(crate) up: Arc<Pace>,
    pub(crate) down: Arc<Pace>,
    pub(crate) hash_passes: Arc<Semaphore>,
    pub(crate) folders: Arc<FolderSync>,
    pub(crate) guesses: Arc<Guesses>,
    pub(crate) expected: Arc<Expected>,
}

impl Engine {
    /// Makes an engine that speaks HTTP/1.1 over sockets: see [`Settings`].
    pub fn new(settings: Settings) -> Result<Self, TransferError> {
        let sockets = Sockets::new(&settings)?;
        Ok(Self::over(Arc::new(sockets), settings))
    }

    /// Makes an engine whose requests travel as they are told to.
    #[must_use]
    pub fn over(wire: Arc<dyn Wire>, settings: Settings) -> Self {
        Self {
            wire,
            memory: Arc::new(Memory::new(settings.memory_bytes)),
            small: Places::new(SMALL_AT_FIRST, settings.small_in_flight),
            large: Places::new(LARGE_AT_FIRST, settings.large_in_flight),
            retries: Arc::new(Budget::new(settings.retries)),
            up: Arc::new(Pace::new(settings.limit_up)),
            down: Arc::new(Pace::new(settings.limit_down)),
            hash_passes: Arc::new(Semaphore::new(settings.hash_passes.max(1))),
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
        self.memory.set(limits.memory_bytes);
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
    pub(crate) async fn reserve_stream(&self) -> Result<OwnedSemaphorePermit, TransferError> {
        self.reserve(STREAM_BYTES as u64).await
    }

    /// Waits for the memory to send a small file with this many bytes of content, at most
    /// [`SMALL_MAX_BYTES`].
    pub(crate) async fn reserve_small(&self, bytes: u64) -> Result<OwnedSemaphorePermit, TransferError> {
        self.reserve(small_bytes(bytes)).await
    }

    /// Waits for the memory to receive a small file: it is at the socket, and then collected.
    pub(crate) async fn reserve_arriving(&self, bytes: u64) -> Result<OwnedSemaphorePermit, TransferError> {
        self.reserve(small_bytes(bytes) + bytes.min(SOCKET_BYTES)).await
    }

    /// Waits for a place among the requests of small files, whose content has its memory already.
    pub(crate) async fn enter_small(&self) -> Result<Held, TransferError> {
        Ok(Held { place: self.small.enter().await?, _memory: None })
    }

    async fn reserve(&self, bytes: u64) -> Result<OwnedSemaphorePermit, TransferError> {
        let free = self.memory.free.clone();
        free.acquire_many_owned(grains_for(bytes)).await.map_err(|_| TransferError::Closing)
    }

    /// Memory for content that can do without it; `None` where that would leave less than half of all
    /// for what cannot.
    pub(crate) fn try_reserve(&self, bytes: u64) -> Option<OwnedSemaphorePermit> {
        let grains = grains_for(bytes);
        let left = self.memory.free.available_permits().checked_sub(grains as usize)?;
        if left < self.memory.all() / 2 {
            return None;
        }
        self.memory.free.clone().try_acquire_many_owned(grains).ok()
    }
}

/// With half of it on top: contents of all sizes leave gaps between them that hold no other. Measured with a
/// thousand files of 160 KiB under way, log-normal, at 90 MiB in all.
fn small_bytes(content: u64) -> u64 {
    content + content / 2 + BESIDE_BYTES
}

fn grains_for(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(GRAIN_BYTES as u64).max(1)).unwrap_or(u32::MAX)
}

/// Memory that is not reserved, in grains.
#[derive(Debug)]
struct Memory {
    free: Arc<Semaphore>,
    /// What there is in all.
    grains: Mutex<usize>,
}

impl Memory {
    fn new(bytes: usize) -> Self {
        let grains = grains(bytes);
        Self { free: Arc::new(Semaphore::new(grains)), grains: Mutex::new(grains) }
    }

    fn all(&self) -> usize {
        *self.grains.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is reserved beyond a smaller budget stays so until it is given back; nothing new is
    /// reserved before.
    fn set(&self, bytes: usize) {
        let mut now = self.grains.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = grains(bytes);
        if wanted >= *now {
            self.free.add_permits(wanted - *now);
        } else {
            let mut owed = *now - wanted;
            owed -= self.free.forget_permits(owed);
            if owed > 0 {
                let free = self.free.clone();
                let owed = u32::try_from(owed).unwrap_or(u32::MAX);
                tokio::spawn(async move {
                    if let Ok(given_back) = free.acquire_many(owed).await {
                        given_back.forget();
                    }
                });
            }
        }
        *now = wanted;
    }
}

fn grains(bytes: usize) -> usize {
    // Enough for one of each kind: neither waits for what the other holds.
    let least = STREAM_BYTES as u64 + small_bytes(SMALL_MAX_BYTES as u64) + SOCKET_BYTES;
    let least = usize::try_from(least).unwrap_or(usize::MAX);
    (bytes.max(least) / GRAIN_BYTES).min(Semaphore::MAX_PERMITS)
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_smaller_budget_is_kept_as_soon_as_memory_is_given_back() {
        let memory = Memory::new(64 << 20);
        let grains_of = |bytes: usize| u32::try_from(bytes / GRAIN_BYTES).unwrap();
        let held = memory.free.clone().acquire_many_owned(grains_of(60 << 20)).await.unwrap();
        memory.set(8 << 20);
        tokio::task::yield_now().await;
        assert_eq!(memory.free.available_permits(), 0);
        drop(held);
        tokio::task::yield_now().await;
        memory.free.acquire_many(grains_of(8 << 20)).await.unwrap().forget();
        assert_eq!(memory.free.available_permits(), 0, "there are exactly 8 MiB");
        memory.set(16 << 20);
        assert_eq!(memory.free.available_permits(), (8 << 20) / GRAIN_BYTES);
    }
}
