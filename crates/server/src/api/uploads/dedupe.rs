//! Content that the owner already has is not sent again.
//!
//! Only ever the owner's own: whoever could ask for the content of everybody could find out who has what,
//! and a hash that became known would be as good as the file. For the same reason a token that may not read
//! is told nothing, and even the owner has to show the bytes, not their hash: the ranges that have to be
//! read are drawn when they are asked for.
//!
//! A proof reads a sample. It shows that the client has the content, and not that the object has all of it. So
//! only what is [vouched](notespot_metadata::uploads::Sent) for is shared, and nothing that a download found
//! damaged.
//!
//! A challenge stands in the upload's record, so that any server can compare its answer.

use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::StatusCode;
use notespot_metadata::MetadataError;
use notespot_metadata::uploads::{Answered, Proven, StoredChallenge};
use notespot_objects::{ObjectError, ObjectKey, ObjectRange};
use notespot_protocol::{
    ByteCount, Challenge, ContentRange, DEDUPE_ABOVE, ErrorCode, Node, PROOF_RANGE_BYTES, PROOF_RANGES,
    ProveUpload, Sha256, Timestamp, UploadPlan, UploadState, UserId,
};
use rand::RngExt as _;
use sha2::Digest as _;

use super::AT_ONCE;
use crate::access::Uploader;
use crate::api::places::take_refused;
use crate::problems::{Answer, Refusal};
use crate::state::Server;

/// How long a challenge may be answered: the client has read the file already.
const GOOD_FOR: Duration = Duration::from_mins(5);
/// Ranges of one proof that are read at once. With [`AT_ONCE`], a call holds at most 8 MiB of content.
const READS_AT_ONCE: usize = 8;

/// What a plan says of its content.
pub(super) type Claim = (ByteCount, Option<Sha256>);

/// Completes plans with what the owner has already; `claims` are theirs, in the same order.
pub(super) async fn offer(
    server: &Server,
    uploader: &Uploader,
    claims: &[Claim],
    plans: &mut [Answer<UploadPlan>],
) -> Answer<()> {
    if !uploader.may_read {
        return Ok(());
    }
    let is_worth = |plan: &UploadPlan, size| plan.state == UploadState::Open && size > DEDUPE_ABOVE;
    let (asked, open): (Vec<Claim>, Vec<&mut UploadPlan>) = claims
        .iter()
        .zip(plans)
        .filter_map(|(claim, plan)| {
            Some((*claim, plan.as_mut().ok().filter(|plan| is_worth(plan, claim.0))?))
        })
        .unzip();
    if asked.is_empty() {
        return Ok(());
    }
    let had = server.metadata.has_content(&uploader.owner, &asked).await?;
    let mut challenges = Vec::new();
    for ((plan, (size, sha256)), has) in open.into_iter().zip(asked).zip(had) {
        match sha256 {
            None => plan.same_size = has,
            Some(sha256) if has => {
                let nonce = rand::rng().random();
                let ends_at = Timestamp::now().plus(GOOD_FOR);
                challenges.push((plan.id, StoredChallenge { sha256, nonce, ends_at }));
                plan.challenge = Some(Challenge { nonce: hex::encode(nonce), ranges: ranges(&nonce, size) });
            }
            Some(_) => {}
        }
    }
    if challenges.is_empty() {
        return Ok(());
    }
    Ok(server.metadata.keep_challenges(&uploader.owner, &challenges).await?)
}

/// Compares proofs with what the object store holds, and publishes; each is published or refused alone. A
/// call that died half-way is sent again: what it published is answered, and for the rest the content is
/// sent, or planned and proven again.
pub(super) async fn prove_all(
    server: &Server,
    owner: &UserId,
    batch: Vec<ProveUpload>,
) -> Answer<Vec<Answer<Node>>> {
    let ids: Vec<_> = batch.iter().map(|said| said.id).collect();
    let taken = server.metadata.take_challenges(owner, &ids, Timestamp::now()).await?;
    let compared = stream::iter(taken.into_iter().zip(batch))
        .map(|(taken, said)| compare(server, owner, taken, said))
        .buffered(AT_ONCE);
    let (found, places) = take_refused(compared.collect().await);
    let proven: Vec<_> = found.iter().filter_map(Found::proven).cloned().collect();
    let mut published = Vec::new().into_iter();
    if !proven.is_empty() {
        published = server.metadata.publish_copies(owner, &proven).await?.into_iter();
        // What had been planned for them, or sent, is in nobody's use.
        server.orphaned.notify_one();
    }
    let answers = found.into_iter().map(|found| match found {
        Found::Published(node) => Ok(*node),
        Found::Proven(_) => published.next().unwrap_or(Err(MetadataError::NotFound)),
    });
    Ok(places.put_back(answers.collect()))
}

enum Found {
    Proven(Proven),
    /// By a call whose answer got lost.
    Published(Box<Node>),
}

impl Found {
    fn proven(&self) -> Option<&Proven> {
        match self {
            Self::Proven(proven) => Some(proven),
            Self::Published(_) => None,
        }
    }
}

async fn compare(
    server: &Server,
    owner: &UserId,
    taken: Result<Answered, MetadataError>,
    said: ProveUpload,
) -> Answer<Found> {
    let answered = match taken {
        Ok(answered) => answered,
        Err(MetadataError::UploadEnded) => {
            let upload = server.metadata.upload(owner, said.id).await?;
            let node = upload.node.ok_or(MetadataError::UploadEnded)?;
            return Ok(Found::Published(Box::new(server.metadata.node(owner, node).await?)));
        }
        Err(error) => return Err(error.into()),
    };
    match proof_of(server, &answered).await {
        Ok(proof) if proof == said.proof => Ok(Found::Proven(Proven {
            id: said.id,
            sha256: answered.challenge.sha256,
            object_key: answered.object_key,
        })),
        Ok(_) => Err(refused()),
        Err(error @ (ObjectError::NotFound | ObjectError::BadRange | ObjectError::Truncated)) => {
            tracing::error!(%error, object = answered.object_key, "a file's object is damaged or gone");
            Err(refused())
        }
        Err(error) => Err(error.into()),
    }
}

fn refused() -> Refusal {
    Refusal::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::ProofRefused,
        "This is not the content that you have here. Send it instead.",
    )
}

/// What the answer must be.
async fn proof_of(server: &Server, answered: &Answered) -> Result<Sha256, ObjectError> {
    let key = ObjectKey::parse(&answered.object_key)?;
    let nonce = answered.challenge.nonce;
    let mut hash = sha2::Sha256::new_with_prefix(hex::encode(nonce));
    let mut pieces = stream::iter(ranges(&nonce, answered.upload.wanted.size))
        .map(|range| read(server, &key, range))
        .buffered(READS_AT_ONCE);
    while let Some(piece) = pieces.try_next().await? {
        hash.update(piece);
    }
    Ok(Sha256::from_bytes(hash.finalize().into()))
}

async fn read(server: &Server, key: &ObjectKey, range: ContentRange) -> Result<Vec<u8>, ObjectError> {
    let (first, length) = (range.offset.get(), range.length.get());
    let range = ObjectRange { first, last: first + length - 1 };
    let mut stream = server.objects.read(key, Some(range)).await?;
    let mut bytes = Vec::with_capacity(PROOF_RANGE_BYTES as usize);
    while let Some(piece) = stream.next().await {
        bytes.extend_from_slice(&piece.map_err(|error| ObjectError::Unavailable(Box::new(error)))?);
    }
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(ObjectError::Truncated) }
}

/// What is to be read: one range somewhere in each of as many equal pieces of the content, so that whoever
/// lacks a piece is found out. Follows from the nonce alone: every version of the server draws the same.
fn ranges(nonce: &[u8; 32], size: ByteCount) -> Vec<ContentRange> {
    let (count, longest) = (u64::from(PROOF_RANGES), u64::from(PROOF_RANGE_BYTES));
    let piece = size.get() / count;
    let length = longest.min(piece);
    let range = |at: u64| {
        let drawn = sha2::Sha256::new_with_prefix(nonce).chain_update(at.to_be_bytes()).finalize();
        let drawn = drawn.iter().take(8).fold(0, |number: u64, byte| (number << 8) | u64::from(*byte));
        // What is left over by the division belongs to the last piece.
        let end = if at + 1 == count { size.get() } else { piece * (at + 1) };
        let from = piece * at;
        let offset = from + drawn % (end - from - length + 1);
        ContentRange { offset: ByteCount(offset), length: ByteCount(length) }
    };
    (0..count).map(range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_lie_in_order_over_the_whole_content_and_follow_from_the_nonce() {
        for size in [DEDUPE_ABOVE.get() + 1, 3_000_017, 5 << 40] {
            let drawn = ranges(&[7; 32], ByteCount(size));
            assert_eq!(drawn, ranges(&[7; 32], ByteCount(size)));
            // All of the smallest content is asked for, whatever the nonce.
            let others = ranges(&[8; 32], ByteCount(size));
            assert!(drawn != others || size == DEDUPE_ABOVE.get() + 1);
            assert_eq!(drawn.len(), 16);
            let mut end = 0;
            for (at, ContentRange { offset, length }) in (1..).zip(drawn) {
                assert!(offset.get() >= end && length == ByteCount(65536), "{size}");
                end = offset.get() + length.get();
                assert!(end <= size && end > size / 16 * (at - 1), "{size}");
            }
        }
    }
}
