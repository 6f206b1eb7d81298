//! Publish only what is there.

use futures_util::{StreamExt as _, stream};
use notespot_metadata::MetadataError;
use notespot_metadata::uploads::{Sent, StoredUpload};
use notespot_objects::{ObjectError, ObjectInfo, ObjectKey, StoredChecksum, StoredPart, over_parts};
use notespot_protocol::{Checksum, ChecksumAlgorithm, CompleteUpload, Node, Sha256, UploadId, UploadState};

use super::plan::size_of_part;
use super::{AT_ONCE, key_of};
use crate::access::Uploader;
use crate::api::places::take_refused;
use crate::problems::{Answer, Refusal};
use crate::state::Server;

/// Joins the parts, compares size and checksum with what the object store says it holds, and
/// publishes; each is published or refused alone. Every step may be repeated: a call that died
/// half-way is simply sent again.
pub(super) async fn complete_all(
    server: &Server,
    uploader: &Uploader,
    batch: Vec<CompleteUpload>,
) -> Answer<Vec<Answer<Node>>> {
    let owner = &uploader.owner;
    let ids: Vec<_> = batch.iter().map(|said| said.id).collect();
    let uploads = server.metadata.uploads(owner, &ids).await?;
    let joined = stream::iter(uploads.into_iter().zip(batch))
        .map(|(upload, said)| join_one(server, upload, said))
        .buffered(AT_ONCE);
    let (joined, refused) = take_refused(joined.collect().await);
    let verified = verify_all(server, joined).await;
    let places = refused.put_back(verified);
    let (arrived, places) = take_refused(places);
    // Whoever may replace files needs no false hash for it.
    let is_vouched = uploader.may_replace;
    let sent: Vec<_> = arrived.into_iter().map(|(id, sha256)| Sent { id, sha256, is_vouched }).collect();
    let published = server.metadata.publish_uploads(owner, &sent).await?;
    Ok(places.put_back(published))
}

/// What is to be compared.
struct Arrived {
    upload: StoredUpload,
    /// Of its object.
    key: ObjectKey,
    /// What the object store should say of it.
    checksum: Checksum,
    /// Of the whole content.
    sha256: Sha256,
}

/// An upload whose content is one object, as far as the store has it.
enum Joined {
    /// To be compared with what was said of it.
    Arrived(Box<Arrived>),
    /// It was published before.
    Published(CompleteUpload),
}

async fn join_one(
    server: &Server,
    upload: Result<StoredUpload, MetadataError>,
    said: CompleteUpload,
) -> Answer<Joined> {
    let upload = upload?;
    match upload.state {
        UploadState::Open => {}
        UploadState::Published => return Ok(Joined::Published(said)),
        UploadState::Aborted => return Err(MetadataError::UploadEnded.into()),
    }
    let (key, checksum) = (key_of(&upload)?, announced(&upload, &said)?);
    if let Some(multipart_id) = &upload.destination.multipart_id {
        let joined = join(server, &upload, &key, multipart_id, checksum, &said.parts).await;
        if matches!(joined, Err(ObjectError::BadPart)) {
            // What is remembered of its parts may not be true: they are sent again then.
            server.metadata.doubt_parts(&upload.owner, upload.id).await?;
        }
        or_give_up(server, &upload, joined).await?;
    }
    Ok(Joined::Arrived(Box::new(Arrived { upload, key, checksum, sha256: said.sha256 })))
}

/// Compares all of them with what the store holds: it is asked for many objects at once.
async fn verify_all(server: &Server, joined: Vec<Joined>) -> Vec<Answer<(UploadId, Sha256)>> {
    let keys: Vec<_> = joined.iter().filter_map(Joined::key).cloned().collect();
    let mut found = server.objects.head_many(&keys).await.into_iter();
    let mut verified = Vec::with_capacity(joined.len());
    for one in joined {
        verified.push(match one {
            Joined::Published(said) => Ok((said.id, said.sha256)),
            Joined::Arrived(arrived) => {
                let Arrived { upload, key, checksum, sha256 } = *arrived;
                // One answer for each key is the contract: a store that breaks it has nothing.
                let mut found = found.next().unwrap_or(Err(ObjectError::NotFound));
                if is_open_to_doubt(server, &found, checksum.algorithm()).await {
                    found = server.objects.head(&key).await;
                }
                let same = found.and_then(|found| compare(&upload, checksum, found));
                or_give_up(server, &upload, same).await.map(|()| (upload.id, sha256))
            }
        });
    }
    verified
}

/// Whether an answer without a checksum says too little: what the store refuses today says nothing of an
/// upload that began with another checksum.
async fn is_open_to_doubt(
    server: &Server,
    found: &Result<ObjectInfo, ObjectError>,
    began_with: ChecksumAlgorithm,
) -> bool {
    found.as_ref().is_ok_and(|found| found.checksum.is_none())
        && server.objects.checksum_algorithm().await.is_ok_and(|today| today != began_with)
}

impl Joined {
    fn key(&self) -> Option<&ObjectKey> {
        match self {
            Self::Arrived(arrived) => Some(&arrived.key),
            Self::Published(_) => None,
        }
    }
}

/// What the client says that the object store holds, as that will say it.
fn announced(upload: &StoredUpload, said: &CompleteUpload) -> Answer<Checksum> {
    let algorithm = upload.destination.checksum;
    if algorithm == ChecksumAlgorithm::Crc64Nvme {
        return Ok(said.crc64nvme.into());
    }
    let is_cut = upload.destination.multipart_id.is_some();
    let whole = match said.parts.as_slice() {
        [only] if !is_cut => Some(*only).filter(|only| only.algorithm() == algorithm),
        parts if is_cut && parts.len() == upload.destination.part_count as usize => {
            over_parts(algorithm, parts.iter().copied().map(Some))
        }
        _ => None,
    };
    whole.ok_or_else(|| {
        let name = algorithm.as_str();
        Refusal::bad_request(format!("The {name} of each part is missing: this upload is verified with it."))
    })
}

fn compare(upload: &StoredUpload, checksum: Checksum, found: ObjectInfo) -> Result<(), ObjectError> {
    let announced = match &upload.destination.multipart_id {
        Some(_) => StoredChecksum::of_parts(checksum, upload.destination.part_count),
        None => StoredChecksum::of_bytes(checksum),
    };
    let same = found.size == upload.wanted.size
        && !found.checksum.is_some_and(|stored| stored.contradicts(&announced));
    if same { Ok(()) } else { Err(ObjectError::ChecksumMismatch) }
}

/// Gives an upload up whose bytes can never become the file that was announced.
async fn or_give_up(server: &Server, upload: &StoredUpload, outcome: Result<(), ObjectError>) -> Answer<()> {
    if matches!(outcome, Err(ObjectError::ChecksumMismatch)) {
        server.metadata.abort_upload(&upload.owner, upload.id).await?;
        server.orphaned.notify_one();
    }
    Ok(outcome?)
}

async fn join(
    server: &Server,
    upload: &StoredUpload,
    key: &ObjectKey,
    multipart_id: &str,
    checksum: Checksum,
    announced: &[Checksum],
) -> Result<(), ObjectError> {
    let mut parts = match server.objects.list_parts(key, multipart_id).await {
        Ok(parts) => parts,
        // Joined by a call whose answer got lost, or whose server died before it published.
        Err(ObjectError::NotFound) => return Ok(()),
        Err(error) => return Err(error),
    };
    if !all_arrived(upload, &parts) {
        return Err(ObjectError::BadPart);
    }
    // Not every store lists them, and some list another one of their own.
    for (part, announced) in parts.iter_mut().zip(announced) {
        if part.checksum.is_none_or(|listed| listed.algorithm() != announced.algorithm()) {
            part.checksum = Some(*announced);
        }
    }
    match server.objects.complete_multipart(key, multipart_id, &parts, checksum).await {
        Ok(()) | Err(ObjectError::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

fn all_arrived(upload: &StoredUpload, parts: &[StoredPart]) -> bool {
    parts.len() == upload.destination.part_count as usize
        && (1..)
            .zip(parts)
            .all(|(number, part)| part.number == number && Some(part.size) == size_of_part(upload, number))
}
