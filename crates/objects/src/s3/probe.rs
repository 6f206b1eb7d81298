//! What a store does about the checksums that requests announce: tried, with small objects that announce
//! wrong ones.
//!
//! Stores say nothing of it that could be asked for, and differ: some know no CRC-64/NVME and refuse its
//! header, some pass over what they do not know.

use std::error::Error;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use notespot_protocol::{Checksum, ChecksumAlgorithm};
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout};

use super::errors::{failed, lacks};
use super::{Encryption, S3Store};
use crate::{ObjectError, ObjectKey, ObjectStore as _, Result, StoredChecksum, checksums};

/// What is put, and what is announced in its place.
const CONTENT: &[u8] = b"notespot";
const OTHER_CONTENT: &[u8] = b"something else";

/// For all that is tried at once. A store that takes longer has other troubles.
const PROBE_TIME: Duration = Duration::from_secs(10);
/// After a probe that failed: nobody waits for the next one before.
const PAUSE: Duration = Duration::from_secs(5);
/// The same where nobody depends on it.
const PAUSE_WHERE_NAMED: Duration = Duration::from_mins(1);

/// How a store treats the checksum that a PUT announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checks {
    /// It refuses bytes that do not have it: an object that is there has what it was presigned for.
    Refuses,
    /// It takes any bytes, and says what they come to: each object has to be asked for.
    Reports,
    /// It takes any bytes and says nothing true of them. Only the length can be compared.
    Ignores,
}

/// What is known of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Learned {
    /// What it is sent.
    pub(super) algorithm: ChecksumAlgorithm,
    /// What it does with that.
    pub(super) checks: Checks,
}

/// What was found out, and when that did not work.
pub(super) struct Probe {
    /// By whoever runs the server.
    named: Option<ChecksumAlgorithm>,
    learned: OnceCell<Learned>,
    failed_at: Mutex<Option<Instant>>,
}

impl Probe {
    pub(super) fn new(named: Option<ChecksumAlgorithm>) -> Self {
        Self { named, learned: OnceCell::new(), failed_at: Mutex::default() }
    }

    fn failed_at(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.failed_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What came of one attempt.
enum Tried {
    Checked(Checks),
    /// The store does not take this checksum.
    NotTaken(ObjectError),
}

impl S3Store {
    /// Tried once. While that does not work, the store is sent what was named for it and is asked for each
    /// object; where nothing was named, it is sent nothing.
    pub(super) async fn learned(&self) -> Result<Learned> {
        let tried = self.probe.learned.get_or_try_init(|| async {
            let pause = if self.probe.named.is_some() { PAUSE_WHERE_NAMED } else { PAUSE };
            let paused = self.probe.failed_at().is_some_and(|at| at.elapsed() < pause);
            if paused {
                return Err(lacks("an answer to what it verifies"));
            }
            let probed = timeout(PROBE_TIME, self.probe()).await;
            probed.unwrap_or_else(|_| Err(lacks("an answer in time"))).inspect_err(|error| {
                tracing::warn!(
                    error = error as &dyn Error,
                    "it is not known yet which checksums the object store verifies: no upload can begin, unless \
                     checksum=… in the bucket's address names one"
                );
                *self.probe.failed_at() = Some(Instant::now());
            })
        });
        match (tried.await, self.probe.named) {
            (Ok(learned), _) => Ok(*learned),
            (Err(_), Some(algorithm)) => Ok(Learned { algorithm, checks: Checks::Reports }),
            (Err(error), None) => Err(error),
        }
    }

    /// The best that the store verifies; where it verifies nothing, the best that it takes.
    async fn probe(&self) -> Result<Learned> {
        let mut ignored = None;
        let mut refusal = None;
        let named = self.probe.named;
        for algorithm in
            ChecksumAlgorithm::ALL.into_iter().filter(|one| named.is_none_or(|named| named == *one))
        {
            match self.announce_wrongly(algorithm).await? {
                Tried::Checked(Checks::Ignores) => ignored = ignored.or(Some(algorithm)),
                Tried::Checked(checks) => {
                    tracing::debug!(algorithm = algorithm.as_str(), ?checks, "the object store verifies");
                    return Ok(Learned { algorithm, checks });
                }
                Tried::NotTaken(error) => refusal = Some(error),
            }
        }
        let Some(algorithm) = ignored else {
            // What refuses all of them has something against the request itself.
            return Err(refusal.unwrap_or_else(|| lacks("a checksum that it takes")));
        };
        tracing::warn!(
            "this object store verifies no checksums: damage on the way to it is found by downloads only"
        );
        Ok(Learned { algorithm, checks: Checks::Ignores })
    }

    /// Puts an object that announces the checksum of other bytes, and takes it away again.
    async fn announce_wrongly(&self, algorithm: ChecksumAlgorithm) -> Result<Tried> {
        let key = ObjectKey::reserved();
        if let Err(wrong) = self.announce(&key, CONTENT, checksums::of(algorithm, OTHER_CONTENT)).await {
            if matches!(wrong.error, ObjectError::ChecksumMismatch) {
                return Ok(Tried::Checked(Checks::Refuses));
            }
            // Stores have other words for it too: what takes the right checksum has refused the wrong one.
            return match self.announce(&key, CONTENT, checksums::of(algorithm, CONTENT)).await {
                Ok(()) => {
                    self.delete(&key).await?;
                    Ok(Tried::Checked(Checks::Refuses))
                }
                Err(Refused { error, status: Some(400 | 501) }) => Ok(Tried::NotTaken(error)),
                Err(Refused { error, .. }) => Err(error),
            };
        }
        let found = self.head(&key).await;
        self.delete(&key).await?;
        let right = StoredChecksum::of_bytes(checksums::of(algorithm, CONTENT));
        // What only repeats the announcement has not looked at the bytes.
        let reports = found?.checksum == Some(right);
        Ok(Tried::Checked(if reports { Checks::Reports } else { Checks::Ignores }))
    }

    /// Puts an object as clients do, its payload covered by nothing but the checksum.
    pub(super) async fn announce(
        &self,
        key: &ObjectKey,
        content: &'static [u8],
        checksum: Checksum,
    ) -> std::result::Result<(), Refused> {
        let put = self.client.put_object().bucket(&self.name).key(key.as_str());
        let encryption = self.encryption.as_ref();
        let put = put
            .body(ByteStream::from_static(content))
            .set_server_side_encryption(encryption.map(Encryption::algorithm))
            .set_ssekms_key_id(encryption.and_then(Encryption::key).map(str::to_owned));
        let put = match checksum {
            Checksum::Crc64Nvme(_) => put.checksum_crc64_nvme(checksum.to_base64()),
            Checksum::Crc32c(_) => put.checksum_crc32_c(checksum.to_base64()),
            Checksum::Sha256(_) => put.checksum_sha256(checksum.to_base64()),
        };
        put.customize().disable_payload_signing().send().await.map(drop).map_err(|error| {
            let status = error.raw_response().map(|answer| answer.status().as_u16());
            Refused { error: failed(error), status }
        })
    }
}

/// How a PUT was refused.
pub(super) struct Refused {
    pub(super) error: ObjectError,
    status: Option<u16>,
}
