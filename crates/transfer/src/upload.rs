//! From a disk to the object store.
//!
//! The server plans; the file is read once, in order, for its checksums, and each part is presigned
//! and sent while the next ones are still being read. The store verifies each part against its
//! checksum, so what becomes a file is what was hashed, or nothing.

mod chunks;
mod dedupe;
mod hashing;
mod part_body;
mod parts;
mod send_part;
mod source;
mod sums;

use std::path::PathBuf;

use notespot_protocol::{
    ByteCount, ClientRef, CompleteUpload, ErrorCode, NewUpload, Node, NodeId, NodeName, OnConflict, UploadId,
    UploadPlan, UploadState,
};
use tokio_util::sync::CancellationToken;

pub(crate) use self::dedupe::Guesses;
use self::dedupe::Next;
use self::hashing::{Hashed, Known};
use self::source::Source;
pub(crate) use self::sums::Expected;
use crate::{Engine, Progress, TransferError, UploadControl};

/// Up to this size, a file is hashed before it is planned: one round trip less. No store cuts
/// smaller content into parts (5 MiB is S3's smallest part).
const HASHED_FIRST_MAX: u64 = 5 * 1024 * 1024;
/// How often a file that changes is taken up afresh.
const VERSIONS_MAX: u32 = 3;
/// How many given-up uploads of the same reference are passed over.
const GIVEN_UP_MAX: u32 = 20;
/// How often parts are sent again that the store had, and has no more: damage on its disk is found when they
/// are joined.
const INCOMPLETE_MAX: u32 = 3;
/// How long a cancelled upload waits for the server to hear of it.
const ABORT_TIME: std::time::Duration = std::time::Duration::from_secs(5);

/// A file to be uploaded.
#[derive(Clone, Debug)]
pub struct FileToUpload {
    /// Where it is. A symbolic link is followed: whoever chose it meant the file.
    pub path: PathBuf,
    /// Where it goes; `None` for the top level.
    pub parent: Option<NodeId>,
    /// What it will be called.
    pub name: NodeName,
    /// What to do when the name is taken.
    pub on_conflict: OnConflict,
    /// Its media type; `None` to have it guessed.
    pub content_type: Option<String>,
    /// Sent again with each retry, so that no retry makes a second file. Uploads that were given up
    /// pass it on to a successor that follows from it.
    pub client_ref: ClientRef,
}

/// A file that was uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uploaded {
    /// What it became.
    pub node: Node,
    /// Whether its owner had this content at the server already: nothing was sent.
    pub was_there: bool,
}

/// What came of one attempt at one version of the file.
enum Attempt {
    Published(Box<Uploaded>, ByteCount),
    /// The file changed meanwhile: what was sent is no version of it.
    Changed,
    /// The reference belongs to an upload that was given up, or to other content.
    Spent,
    /// The store holds less than it had confirmed.
    Incomplete(TransferError),
}

impl Engine {
    /// Uploads one file, and returns when the server has verified and published it.
    ///
    /// What is published is the file as it was at one moment: when it changes while it is being
    /// read, it is taken up afresh, twice, and then given up as `FileChanged`. Cancelling, dropping
    /// and failing publish nothing; cancelling tells the server, dropping does not.
    pub async fn upload_file<C: UploadControl>(
        &self,
        control: &C,
        file: &FileToUpload,
        progress: &Progress,
        cancel: &CancellationToken,
    ) -> Result<Uploaded, TransferError> {
        let mut client_ref = file.client_ref;
        let (mut versions, mut given_up, mut incomplete) = (0, 0, 0);
        loop {
            let upload = Upload { engine: self, control, file, progress, cancel };
            match upload.attempt(client_ref).await? {
                Attempt::Published(uploaded, size) => {
                    progress.complete(size);
                    return Ok(*uploaded);
                }
                Attempt::Changed => versions += 1,
                Attempt::Spent => given_up += 1,
                Attempt::Incomplete(error) => {
                    if incomplete == INCOMPLETE_MAX {
                        return Err(error);
                    }
                    incomplete += 1;
                    progress.start_over();
                    continue;
                }
            }
            if versions == VERSIONS_MAX || given_up == GIVEN_UP_MAX {
                return Err(TransferError::FileChanged { name: file.name.to_string() });
            }
            progress.start_over();
            client_ref = successor(client_ref);
        }
    }
}

/// The reference that follows a spent one: the same for each program that comes to it.
fn successor(spent: ClientRef) -> ClientRef {
    let mut bytes = spent.0.into_bytes();
    // Version 7 keeps its time in the first six bytes and its chance in the last eight.
    let last = u64::from_be_bytes([
        bytes[8], bytes[9], bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15],
    ]);
    bytes[8..].copy_from_slice(&last.wrapping_add(1).to_be_bytes());
    ClientRef(uuid::Builder::from_bytes(bytes).with_variant(uuid::Variant::RFC4122).into_uuid())
}

struct Upload<'a, C> {
    engine: &'a Engine,
    control: &'a C,
    file: &'a FileToUpload,
    progress: &'a Progress,
    cancel: &'a CancellationToken,
}

impl<C: UploadControl> Upload<'_, C> {
    async fn attempt(&self, client_ref: ClientRef) -> Result<Attempt, TransferError> {
        let source = match self.or_cancelled(Source::open(self.engine, &self.file.path)).await {
            Err(TransferError::FileChanged { .. }) => return Ok(Attempt::Changed),
            source => source?,
        };
        let known = if let Some((_, hashed)) = source.in_memory() {
            Some(Known::from(hashed.clone()))
        } else if source.size() <= HASHED_FIRST_MAX {
            match self.or_cancelled(hashing::whole(self.engine, &source, self.engine.expected.get())).await {
                Ok(hashed) => Some(Known::from(hashed)),
                Err(TransferError::FileChanged { .. }) => return Ok(Attempt::Changed),
                Err(error) => return Err(error),
            }
        } else {
            None
        };
        let plan = match self.or_cancelled(self.plan(client_ref, &source, known.as_ref())).await {
            Err(TransferError::Control(error)) if error.code() == ErrorCode::ReferenceTaken => {
                return Ok(Attempt::Spent);
            }
            plan => plan?,
        };
        self.engine.expected.set(plan.checksum);
        if plan.state == UploadState::Aborted || !fits(&plan, source.size()) {
            return Ok(Attempt::Spent);
        }
        let (id, was_published) = (plan.id, plan.state == UploadState::Published);
        let size = ByteCount(source.size());
        match self.or_cancelled(self.publish(client_ref, plan, source, known)).await {
            // It was moved to the trash since: whoever uploads it again wants to have it again.
            Ok(uploaded) if was_published && uploaded.node.trashed_at.is_some() => Ok(Attempt::Spent),
            Ok(uploaded) => Ok(Attempt::Published(Box::new(uploaded), size)),
            Err(TransferError::FileChanged { .. }) => {
                self.give_up(id).await;
                Ok(Attempt::Changed)
            }
            // What it became was deleted for ever since.
            Err(TransferError::Control(error)) if was_published && error.code() == ErrorCode::NotFound => {
                Ok(Attempt::Spent)
            }
            // The server has compared, and has given the upload up by itself.
            Err(TransferError::Control(error)) if error.code() == ErrorCode::ChecksumMismatch => {
                Ok(Attempt::Changed)
            }
            Err(error @ TransferError::Control(_)) if error.code() == ErrorCode::UploadIncomplete => {
                Ok(Attempt::Incomplete(error))
            }
            Err(error) => {
                if !may_go_on(&error) {
                    self.give_up(id).await;
                }
                Err(error)
            }
        }
    }

    async fn plan(
        &self,
        client_ref: ClientRef,
        source: &Source,
        known: Option<&Known>,
    ) -> Result<UploadPlan, TransferError> {
        // Those of content that is cut are presigned just in time.
        let parts = match known.map(|known| known.parts.as_slice()) {
            Some([only]) => vec![*only],
            _ => Vec::new(),
        };
        let mut new = NewUpload {
            client_ref,
            parent: self.file.parent,
            name: self.file.name.clone(),
            on_conflict: self.file.on_conflict,
            size: ByteCount(source.size()),
            content_type: self.file.content_type.clone(),
            modified_at: source.modified_at(),
            sha256: self.claim(known),
            parts,
        };
        let announced = !new.parts.is_empty();
        match self.control.plan(new.clone()).await {
            // Parts that do not fit the plan: this server cuts even small content.
            Err(error) if announced && error.code() == ErrorCode::BadRequest => {
                new.parts.clear();
                Ok(self.control.plan(new).await?)
            }
            planned => Ok(planned?),
        }
    }

    async fn publish(
        &self,
        client_ref: ClientRef,
        mut plan: UploadPlan,
        source: Source,
        known: Option<Known>,
    ) -> Result<Uploaded, TransferError> {
        let known = match self.copy_or_send(client_ref, &mut plan, &source, known).await? {
            Next::Published(node) => return Ok(Uploaded { node: *node, was_there: true }),
            Next::Send(known) => known,
        };
        let (id, part_bytes, checksum) = (plan.id, plan.part_bytes.get(), plan.checksum);
        let may_be_joined = plan.resumed && plan.part_count > 1;
        let mut is_unknown = false;
        let hashed = match (plan.state, known) {
            (UploadState::Open, known) => {
                match parts::send(self.engine, self.control, plan, &source, known, self.progress).await {
                    // The store knows this upload no more: a program that died before it heard so had
                    // its parts joined. Completing shows whether they were.
                    Err(TransferError::StoreRefused { status: 404, .. }) if may_be_joined => {
                        is_unknown = true;
                        hashing::in_parts(self.engine, &source, part_bytes, checksum).await?.whole
                    }
                    sent => sent?,
                }
            }
            (_, Some(known)) => known.whole,
            (_, None) => hashing::whole(self.engine, &source, checksum).await?,
        };
        let Hashed { sha256, crc64nvme, parts, .. } = hashed;
        let complete = CompleteUpload { id, sha256, crc64nvme, parts };
        // The store has it: others need the memory while this one waits for its batch.
        drop(source);
        match self.control.complete(complete).await {
            // They were not: the store has given the upload up, with what had arrived.
            Err(error) if is_unknown && error.code() == ErrorCode::UploadIncomplete => {
                Err(TransferError::FileChanged { name: self.file.name.to_string() })
            }
            node => Ok(Uploaded { node: node?, was_there: false }),
        }
    }

    async fn or_cancelled<T>(
        &self,
        work: impl Future<Output = Result<T, TransferError>>,
    ) -> Result<T, TransferError> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(TransferError::Cancelled),
            done = work => done,
        }
    }

    /// Tells the server. When that fails, the server finds out by itself after some days.
    async fn give_up(&self, id: UploadId) {
        match tokio::time::timeout(ABORT_TIME, self.control.abort(id)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(upload = %id, %error, "an upload could not be given up"),
            Err(_) => tracing::warn!(upload = %id, "giving an upload up took too long"),
        }
    }
}

/// Whether the same reference may be taken up again later, with what has arrived.
fn may_go_on(error: &TransferError) -> bool {
    matches!(
        error,
        TransferError::Control(_)
            | TransferError::StoreUnreachable { .. }
            | TransferError::StoreBusy { .. }
            | TransferError::InTheWay(_)
            | TransferError::Closing
    )
}

/// Whether a plan cuts content of this size.
fn fits(plan: &UploadPlan, size: u64) -> bool {
    let (part_bytes, count) = (plan.part_bytes.get(), u64::from(plan.part_count));
    match count {
        0 => false,
        1 => part_bytes == size || (part_bytes > size && size > 0),
        _ => part_bytes > 0 && size.div_ceil(part_bytes) == count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spent_reference_has_one_successor_and_never_comes_back() {
        let first = ClientRef::generate();
        let mut seen = vec![first];
        for _ in 0..GIVEN_UP_MAX {
            let next = successor(seen[seen.len() - 1]);
            assert!(!seen.contains(&next));
            seen.push(next);
        }
        assert_eq!(successor(first), seen[1]);
    }
}
