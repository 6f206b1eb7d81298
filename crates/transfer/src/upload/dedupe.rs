//! Content that its owner has at the server already: proven to be here, and not sent.
//!
//! Reading a file twice costs time too. A larger file is read before it is sent only where the server has
//! something of its size, and no longer when that turned out to say nothing: a folder of images of one size.

use std::sync::atomic::{AtomicU32, Ordering};

use notespot_protocol::{
    Challenge, ClientRef, DEDUPE_ABOVE, ErrorCode, Node, ProveUpload, Sha256, UploadPlan, UploadState,
};
use sha2::Digest as _;

use super::Upload;
use super::hashing::{self, Known};
use super::source::Source;
use crate::settings::CHUNK_BYTES;
use crate::{TransferError, UploadControl};

/// More than any server needs to see: a challenge beyond it is not answered.
const PROOF_MAX_BYTES: u64 = 16 * 1024 * 1024;
/// Files of a size that the server has, and of another content, in a row: then a size is no sign any more.
const MISSES_MAX: u32 = 8;

/// How often a size was a sign. Shared by all uploads of an engine.
#[derive(Debug, Default)]
pub(crate) struct Guesses {
    misses: AtomicU32,
}

impl Guesses {
    fn is_worth(&self) -> bool {
        self.misses.load(Ordering::Relaxed) < MISSES_MAX
    }

    fn was_right(&self, right: bool) {
        if right {
            self.misses.store(0, Ordering::Relaxed);
        } else {
            self.misses.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// What is to be done about an upload that was planned.
pub(super) enum Next {
    /// Nothing: it is published.
    Published(Box<Node>),
    /// It is to be sent, with the checksums that are known by now.
    Send(Option<Known>),
}

impl<C: UploadControl> Upload<'_, C> {
    /// The hash to plan with, where it is known and may save sending.
    pub(super) fn claim(&self, known: Option<&Known>) -> Option<Sha256> {
        let known = known.filter(|known| known.whole.size > DEDUPE_ABOVE.get())?;
        self.engine.settings.dedupe.then_some(known.whole.sha256)
    }

    /// Publishes an open upload by proof, if its owner has the content; `FileChanged` when the file is no
    /// longer what was hashed.
    pub(super) async fn copy_or_send(
        &self,
        client_ref: ClientRef,
        plan: &mut UploadPlan,
        source: &Source,
        mut known: Option<Known>,
    ) -> Result<Next, TransferError> {
        if plan.state != UploadState::Open {
            return Ok(Next::Send(known));
        }
        if known.is_none() && self.is_worth_hashing(plan).await? {
            let hashed = hashing::in_parts(self.engine, source, plan.part_bytes.get(), plan.checksum).await?;
            let again = self.plan(client_ref, source, Some(&hashed)).await?;
            (plan.state, plan.requests, plan.challenge) = (again.state, again.requests, again.challenge);
            self.engine.guesses.was_right(plan.challenge.is_some());
            known = Some(hashed);
        }
        let Some(challenge) = plan.challenge.take() else { return Ok(Next::Send(known)) };
        let Some(proof) = proof_of(source, challenge).await? else { return Ok(Next::Send(known)) };
        match self.control.prove(ProveUpload { id: plan.id, proof }).await {
            Ok(node) => Ok(Next::Published(Box::new(node))),
            Err(error) if error.code() == ErrorCode::ProofRefused => {
                tracing::info!(upload = %plan.id, "a proof was refused: the file is sent");
                Ok(Next::Send(known))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn is_worth_hashing(&self, plan: &UploadPlan) -> Result<bool, TransferError> {
        if !self.engine.settings.dedupe || !plan.same_size || !self.engine.guesses.is_worth() {
            return Ok(false);
        }
        // What has arrived was found to be worth sending before.
        Ok(!plan.resumed || self.control.arrived(plan.id).await?.is_empty())
    }
}

/// The answer to a challenge; `None` to one that makes no sense for this file.
async fn proof_of(source: &Source, challenge: Challenge) -> Result<Option<Sha256>, TransferError> {
    let ends = challenge.ranges.iter().map(|range| range.offset.get().checked_add(range.length.get()));
    let sensible = ends.into_iter().all(|end| end.is_some_and(|end| end <= source.size()));
    let total = challenge.ranges.iter().map(|range| range.length.get()).fold(0, u64::saturating_add);
    if !sensible || total > PROOF_MAX_BYTES {
        return Ok(None);
    }
    let source = source.clone();
    let read = tokio::task::spawn_blocking(move || read_proof(&source, &challenge));
    read.await.map_err(|_| TransferError::Closing)?.map(Some)
}

fn read_proof(source: &Source, challenge: &Challenge) -> Result<Sha256, TransferError> {
    let mut hash = sha2::Sha256::new_with_prefix(&challenge.nonce);
    let mut buffer = vec![0; CHUNK_BYTES];
    for range in &challenge.ranges {
        let (mut offset, mut left) = (range.offset.get(), range.length.get());
        while left > 0 {
            let wanted = usize::try_from(left).unwrap_or(CHUNK_BYTES).min(CHUNK_BYTES);
            let chunk = &mut buffer[..wanted];
            source.read_exactly(chunk, offset)?;
            hash.update(&*chunk);
            offset += wanted as u64;
            left -= wanted as u64;
        }
    }
    source.check_unchanged()?;
    Ok(Sha256::from_bytes(hash.finalize().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_sign_until_it_was_none_too_often() {
        let guesses = Guesses::default();
        for _ in 0..3 {
            (1..MISSES_MAX).for_each(|_| guesses.was_right(false));
            assert!(guesses.is_worth());
            guesses.was_right(true);
        }
        (0..MISSES_MAX).for_each(|_| guesses.was_right(false));
        assert!(!guesses.is_worth());
    }
}
