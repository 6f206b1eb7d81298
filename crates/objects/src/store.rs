//! What the server needs of an object store.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use notespot_protocol::{ByteCount, Checksum, ChecksumAlgorithm, PartToSend, PresignedRequest, Timestamp};
use rand::RngExt as _;

use crate::{ObjectError, Result, StoredChecksum};

/// How many digits the keys of one group share. Both halves are random: no two groups meet, and neither
/// do the keys in one.
const GROUP_CHARS: usize = 16;
/// Objects that are looked up side by side.
const HEADS_AT_ONCE: usize = 16;

/// Where an object is. Opaque: says nothing of its name, owner or kind.
///
/// 32 lower-case hexadecimal digits, so that a key is a safe file name and a safe URL segment
/// everywhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// A key that nothing has yet.
    #[must_use]
    pub fn generate() -> Self {
        Self(hex::encode(rand::rng().random::<[u8; 16]>()))
    }

    /// Keys that nothing has yet, and that stand next to each other in the store's order: all begin with
    /// the same [`GROUP_CHARS`] digits. What is stored together can be looked up together:
    /// [`ObjectStore::head_many`].
    pub fn generate_group() -> impl FnMut() -> Self {
        let group: [u8; GROUP_CHARS / 2] = rand::rng().random();
        move || {
            let own: [u8; 16 - GROUP_CHARS / 2] = rand::rng().random();
            Self(hex::encode(group) + &hex::encode(own))
        }
    }

    /// A key of an object that is tried something with and taken away again. All begin with zeros, as no other
    /// does: whoever finds one knows that nobody needs it.
    pub(crate) fn reserved() -> Self {
        let own: [u8; 16 - GROUP_CHARS / 2] = rand::rng().random();
        Self("0".repeat(GROUP_CHARS) + &hex::encode(own))
    }

    /// What the keys of one group have in common.
    #[must_use]
    pub(crate) fn group(&self) -> &str {
        &self.0[..GROUP_CHARS]
    }

    /// A key as it was kept.
    pub fn parse(text: &str) -> Result<Self> {
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 32 && text.bytes().all(hex) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ObjectError::BadKey)
        }
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a store says of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Its length.
    pub size: ByteCount,
    /// The checksum of the whole object, where the store has one.
    pub checksum: Option<StoredChecksum>,
}

/// A part that a store holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPart {
    /// Its number, from 1.
    pub number: u32,
    /// Its length.
    pub size: ByteCount,
    /// Its checksum, where the store says it.
    pub checksum: Option<Checksum>,
    /// The store's tag, to be named when completing.
    pub etag: String,
}

/// A multipart upload that is open at a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenMultipart {
    /// The key that its object would have.
    pub key: ObjectKey,
    /// The store's id.
    pub multipart_id: String,
    /// When it was begun, by the store's clock.
    pub begun_at: Timestamp,
}

/// Some of a store's open multipart uploads: at most 1,000.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MultipartsPage {
    /// Those with a key of ours.
    pub uploads: Vec<OpenMultipart>,
    /// Where the next page begins; `None` after the last one.
    pub next: Option<MultipartMarker>,
}

/// Where a page of open multipart uploads ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MultipartMarker {
    pub(crate) key: String,
    pub(crate) multipart_id: String,
}

/// A part to be joined.
pub type CompletePart = StoredPart;

/// Bytes `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectRange {
    /// The first byte.
    pub first: u64,
    /// The last byte.
    pub last: u64,
}

/// An object's bytes, in pieces of a few hundred KiB at the most.
pub type ByteStream = Pin<Box<dyn Stream<Item = std::io::Result<Bytes>> + Send>>;

/// An object store. Cheap to share; every call may run at the same time as every other.
#[async_trait]
pub trait ObjectStore: Send + Sync {
    /// What uploads that begin now are to be sent with: the best that the store verifies. Learned once;
    /// `Unavailable` while that does not work, for then nothing would verify what is sent.
    async fn checksum_algorithm(&self) -> Result<ChecksumAlgorithm> {
        Ok(ChecksumAlgorithm::default())
    }

    /// Presigns a PUT of a whole object: exactly `part.size` bytes with exactly its checksum.
    /// Signing is local: it makes no request.
    async fn presign_put(
        &self,
        key: &ObjectKey,
        part: &PartToSend,
        valid: Duration,
    ) -> Result<PresignedRequest>;

    /// Presigns a PUT of one part of a multipart upload.
    async fn presign_part(
        &self,
        key: &ObjectKey,
        multipart_id: &str,
        part: &PartToSend,
        valid: Duration,
    ) -> Result<PresignedRequest>;

    /// Presigns a GET that may be sent with any `Range`.
    async fn presign_get(&self, key: &ObjectKey, valid: Duration) -> Result<PresignedRequest>;

    /// Begins a multipart upload whose parts name checksums of one kind, and returns the store's id.
    async fn create_multipart(&self, key: &ObjectKey, checksum: ChecksumAlgorithm) -> Result<String>;

    /// Whether a part that has arrived is surely what it was presigned for, because the store refuses all else,
    /// and [`list_parts`](Self::list_parts) may leave its checksum out. Then whoever presigns parts remembers what
    /// for.
    async fn holds_what_was_presigned(&self) -> bool {
        false
    }

    /// The parts that have arrived, by number.
    async fn list_parts(&self, key: &ObjectKey, multipart_id: &str) -> Result<Vec<StoredPart>>;

    /// Joins the parts, exactly those that are named: one that is sent meanwhile is not let in between.
    /// Parts have to name their checksums where these are not CRC-64/NVME: not every store lists them.
    /// `ChecksumMismatch` if the whole does not have `checksum`, of the kind that the upload began with.
    /// Completing what was completed before is answered as `NotFound`: ask [`head`](Self::head).
    async fn complete_multipart(
        &self,
        key: &ObjectKey,
        multipart_id: &str,
        parts: &[CompletePart],
        checksum: Checksum,
    ) -> Result<()>;

    /// The multipart uploads that are open, a page at a time: also those that nobody has a record of.
    async fn list_multiparts(&self, from: Option<&MultipartMarker>) -> Result<MultipartsPage>;

    /// Gives a multipart upload up. One that is gone changes nothing.
    async fn abort_multipart(&self, key: &ObjectKey, multipart_id: &str) -> Result<()>;

    /// What the store holds under `key`.
    async fn head(&self, key: &ObjectKey) -> Result<ObjectInfo>;

    /// What the store holds under each of these keys, in their order. `checksum` may be absent where
    /// the store refuses any bytes but those that a PUT was presigned for: then what is there is what was
    /// announced.
    async fn head_many(&self, keys: &[ObjectKey]) -> Vec<Result<ObjectInfo>> {
        let heads = stream::iter(keys.to_vec()).map(|key| async move { self.head(&key).await });
        heads.buffered(HEADS_AT_ONCE).collect().await
    }

    /// Reads an object, or a part of it. A stream that ends early ends with an error.
    async fn read(&self, key: &ObjectKey, range: Option<ObjectRange>) -> Result<ByteStream>;

    /// Deletes an object. One that is gone changes nothing.
    async fn delete(&self, key: &ObjectKey) -> Result<()>;

    /// Whether the store can be reached and written to.
    async fn check(&self) -> Result<()>;
}
