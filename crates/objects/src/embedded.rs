//! An S3 store inside the server process, on files.
//!
//! Durable: what was acknowledged has been synchronised to the disk, file and folder, under its
//! final name. A process that dies at any instant leaves a whole object or none; what it was
//! writing lies in `tmp` and is removed at the next start.
//!
//! Verified: the length and every checksum that a request names are compared while the bytes are
//! written; a mismatch leaves nothing. Each file ends with a record of its own length and
//! CRC-64/NVME, and of the CRC-32C or SHA-256 that it was sent with ([`sealed`]).
//!
//! Multipart uploads are joined without copying: an object that came in parts is a list of its
//! part files. These are read again before that, and what the disk has damaged since it arrived is
//! removed and has to be sent again: of a very large one, the first 16 GiB. This takes a thread and the time of
//! reading.
//!
//! Memory: at most 2 MiB of buffer for each request under way, 256 KiB for each that joins; lists of
//! parts take about 100 bytes a part.

mod checksums;
mod credentials;
mod errors;
#[cfg(test)]
mod fuzz;
mod join;
mod layout;
mod list;
mod multipart;
mod put;
mod read;
mod s3_api;
mod sealed;
mod temporary;

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use notespot_protocol::{ByteCount, Checksum, ChecksumAlgorithm, PartToSend, PresignedRequest};
use rusty_s3::{Bucket, Credentials, UrlStyle};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use url::Url;

use self::layout::Layout;
use crate::presign::Presigner;
use crate::{
    ByteStream, CompletePart, MultipartMarker, MultipartsPage, ObjectError, ObjectInfo, ObjectKey,
    ObjectRange, ObjectStore, Result, StoredPart,
};

/// The bucket's name, and the first segment of every object's path.
pub const BUCKET: &str = "notespot-objects";

const REGION: &str = "notespot";

/// Why the folder could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process uses it.
    #[error("another process uses the object folder")]
    InUse,
    /// The public address cannot be the beginning of a URL.
    #[error("the public address cannot carry a path")]
    BadAddress,
    /// It cannot be read or written.
    #[error("the object folder cannot be used")]
    Io(#[from] io::Error),
}

/// An object store in a folder. Cheap to clone.
#[derive(Clone)]
pub struct EmbeddedStore {
    inner: Arc<Inner>,
}

struct Inner {
    layout: Layout,
    bucket: Bucket,
    credentials: Credentials,
    /// Held for the few system calls in which an upload is looked at and changed: a part that comes
    /// late cannot slip under an object that was completed meanwhile.
    changing: Mutex<()>,
    /// Multipart uploads that are being joined: they take no part meanwhile.
    joining: Mutex<HashMap<String, join::Calls>>,
    /// Keeps other processes out for as long as it lives.
    _lock: File,
}

impl EmbeddedStore {
    /// Opens the store in `folder`, makes it where there is none, and removes what a process that
    /// died was still writing. Clients reach it at `public_url`, where [`EmbeddedStore::service`]
    /// must be mounted at `/notespot-objects`.
    pub fn open(folder: &Path, public_url: &Url) -> std::result::Result<Self, OpenError> {
        let layout = Layout::make(folder)?;
        let lock = File::create(layout.lock())?;
        lock.try_lock().map_err(|_| OpenError::InUse)?;
        layout.sweep()?;
        let (key, secret) = credentials::read_or_make(&layout.credentials())?;
        let bucket = Bucket::new(public_url.clone(), UrlStyle::Path, BUCKET, REGION)
            .map_err(|_| OpenError::BadAddress)?;
        let inner = Inner {
            layout,
            bucket,
            credentials: Credentials::new(key, secret),
            changing: Mutex::new(()),
            joining: Mutex::default(),
            _lock: lock,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The store as an HTTP service (S3 with path-style addresses): answers presigned requests, and
    /// requests signed with its own credentials. The paths that it sees begin with the bucket's
    /// name. The sockets that carry it should have `TCP_NODELAY` set: without it, small objects wait
    /// for delayed acknowledgements.
    #[must_use]
    pub fn service(&self) -> S3Service {
        let mut service = S3ServiceBuilder::new(self.clone());
        service
            .set_auth(SimpleAuth::from_single(self.inner.credentials.key(), self.inner.credentials.secret()));
        service.build()
    }

    /// The key and the secret that requests to this store may be signed with.
    #[must_use]
    pub fn credentials(&self) -> (&str, &str) {
        (self.inner.credentials.key(), self.inner.credentials.secret())
    }

    fn presigner(&self, valid: Duration) -> Presigner<'_> {
        Presigner { bucket: &self.inner.bucket, credentials: &self.inner.credentials, valid, of_object: &[] }
    }

    /// Runs file work where waiting is allowed.
    async fn on_files<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let inner = Arc::clone(&self.inner);
        match tokio::task::spawn_blocking(move || work(&inner)).await {
            Ok(result) => result,
            Err(failed) => Err(ObjectError::Unavailable(Box::new(failed))),
        }
    }
}

impl Inner {
    /// Runs `change` while no other change runs.
    fn change<T>(&self, change: impl FnOnce() -> T) -> T {
        // What the lock protects is on the disk, and whole after every system call: a panic
        // elsewhere leaves nothing half done that the next holder would have to fear.
        let _held = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        change()
    }
}

#[async_trait]
impl ObjectStore for EmbeddedStore {
    async fn presign_put(
        &self,
        key: &ObjectKey,
        part: &PartToSend,
        valid: Duration,
    ) -> Result<PresignedRequest> {
        Ok(self.presigner(valid).put(key, part))
    }

    async fn presign_part(
        &self,
        key: &ObjectKey,
        multipart_id: &str,
        part: &PartToSend,
        valid: Duration,
    ) -> Result<PresignedRequest> {
        Ok(self.presigner(valid).part(key, multipart_id, part))
    }

    async fn presign_get(&self, key: &ObjectKey, valid: Duration) -> Result<PresignedRequest> {
        Ok(self.presigner(valid).get(key))
    }

    /// All that is known is verified: nothing has to be chosen.
    async fn create_multipart(&self, key: &ObjectKey, _: ChecksumAlgorithm) -> Result<String> {
        let key = key.clone();
        self.on_files(move |inner| inner.create_multipart(&key)).await
    }

    async fn list_parts(&self, key: &ObjectKey, multipart_id: &str) -> Result<Vec<StoredPart>> {
        let id = multipart::UploadId::parse(key, multipart_id)?;
        self.on_files(move |inner| inner.list_parts(&id)).await
    }

    async fn complete_multipart(
        &self,
        key: &ObjectKey,
        multipart_id: &str,
        parts: &[CompletePart],
        checksum: Checksum,
    ) -> Result<()> {
        let id = multipart::UploadId::parse(key, multipart_id)?;
        let named = parts.iter().map(|part| (part.number, part.etag.clone())).collect();
        self.on_files(move |inner| inner.complete_multipart(&id, named, Some(checksum)).map(|_| ())).await
    }

    async fn list_multiparts(&self, from: Option<&MultipartMarker>) -> Result<MultipartsPage> {
        let from = from.map(|marker| marker.multipart_id.clone());
        self.on_files(move |inner| inner.list_multiparts(from.as_deref(), multipart::PAGE)).await
    }

    async fn abort_multipart(&self, key: &ObjectKey, multipart_id: &str) -> Result<()> {
        let id = multipart::UploadId::parse(key, multipart_id)?;
        self.on_files(move |inner| inner.abort_multipart(&id)).await
    }

    async fn head(&self, key: &ObjectKey) -> Result<ObjectInfo> {
        let path = self.inner.layout.object(key);
        let seal = self.on_files(move |_| sealed::read(&path)).await?;
        Ok(ObjectInfo { size: ByteCount(seal.size), checksum: Some(seal.checksum()) })
    }

    async fn read(&self, key: &ObjectKey, range: Option<ObjectRange>) -> Result<ByteStream> {
        Ok(Box::pin(self.open_object(key, range).await?.bytes))
    }

    async fn delete(&self, key: &ObjectKey) -> Result<()> {
        let key = key.clone();
        self.on_files(move |inner| inner.delete_object(&key)).await
    }

    async fn check(&self) -> Result<()> {
        self.on_files(|inner| temporary::TemporaryFile::make(&inner.layout).map(|_| ()).map_err(errors::io))
            .await
    }
}
