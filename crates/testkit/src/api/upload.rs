//! Uploading as the API's documentation says, part after part.

use anyhow::{Context as _, ensure};
use notespot_protocol::{
    Batch, BatchItem, ByteCount, Challenge, Checksum, ChecksumAlgorithm, ClientRef, CompleteUpload, Crc32c,
    Crc64Nvme, NewUpload, Node, NodeId, NodeName, OnConflict, PartToSend, PresignParts, PresignedPart,
    PresignedRequest, Problem, ProveUpload, Sha256, UploadPlan,
};
use sha2::Digest as _;

use super::{Answer, Api};

/// An upload of this content that nothing was asked for yet.
pub fn new_upload(parent: Option<NodeId>, name: &str, content: &[u8]) -> anyhow::Result<NewUpload> {
    Ok(NewUpload {
        client_ref: ClientRef::generate(),
        parent,
        name: NodeName::new(name)?,
        on_conflict: OnConflict::KeepBoth,
        size: size_of(content),
        content_type: None,
        modified_at: None,
        sha256: None,
        parts: Vec::new(),
    })
}

/// What the client says of the content when all of it has arrived.
#[must_use]
pub fn completion(plan: &UploadPlan, content: &[u8]) -> CompleteUpload {
    let count = if plan.checksum.is_composite() { plan.part_count } else { 0 };
    let parts = (1..=count).map(|number| part_of(plan, content, number).0.checksum).collect();
    CompleteUpload { id: plan.id, sha256: sha256_of(content), crc64nvme: crc_of(content), parts }
}

/// What proves that somebody has the content.
#[must_use]
pub fn proof_of(challenge: &Challenge, content: &[u8]) -> Sha256 {
    let mut hash = sha2::Sha256::new_with_prefix(&challenge.nonce);
    for range in &challenge.ranges {
        let from = usize::try_from(range.offset.get()).unwrap_or(usize::MAX).min(content.len());
        let length = usize::try_from(range.length.get()).unwrap_or(usize::MAX);
        hash.update(&content[from..from.saturating_add(length).min(content.len())]);
    }
    Sha256::from_bytes(hash.finalize().into())
}

/// A part of the content, counted from 1.
#[must_use]
pub fn part_of(plan: &UploadPlan, content: &[u8], number: u32) -> (PartToSend, Vec<u8>) {
    let bytes = usize::try_from(plan.part_bytes.get()).unwrap_or(usize::MAX);
    let from = bytes.saturating_mul(number.saturating_sub(1) as usize).min(content.len());
    let piece = &content[from..from.saturating_add(bytes).min(content.len())];
    (PartToSend { number, size: size_of(piece), checksum: checksum_of(plan.checksum, piece) }, piece.to_vec())
}

/// The SHA-256 of some content.
#[must_use]
pub fn sha256_of(content: &[u8]) -> Sha256 {
    Sha256::from_bytes(sha2::Sha256::digest(content).into())
}

/// The CRC-64/NVME of some content.
#[must_use]
pub fn crc_of(content: &[u8]) -> Crc64Nvme {
    Crc64Nvme(crc_fast::checksum(crc_fast::CrcAlgorithm::Crc64Nvme, content))
}

/// The checksum of some content that an object store is to verify.
#[must_use]
pub fn checksum_of(algorithm: ChecksumAlgorithm, content: &[u8]) -> Checksum {
    match algorithm {
        ChecksumAlgorithm::Crc64Nvme => crc_of(content).into(),
        ChecksumAlgorithm::Crc32c => {
            let crc = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32Iscsi, content);
            Checksum::Crc32c(Crc32c(u32::try_from(crc).unwrap_or_default()))
        }
        ChecksumAlgorithm::Sha256 => Checksum::Sha256(sha256_of(content)),
    }
}

fn size_of(content: &[u8]) -> ByteCount {
    ByteCount(content.len() as u64)
}

impl Api {
    /// Uploads content under a name, at the top level or in a folder, and gives what it became.
    pub async fn upload(&self, parent: Option<NodeId>, name: &str, content: &[u8]) -> anyhow::Result<Node> {
        self.upload_as(new_upload(parent, name, content)?, content).await
    }

    /// Uploads content as `new` announces it.
    pub async fn upload_as(&self, new: NewUpload, content: &[u8]) -> anyhow::Result<Node> {
        let plan = self.plan(new).await??;
        for number in 1..=plan.part_count {
            let answer = self.send_part(&plan, content, number).await?;
            ensure!(answer.status.is_success(), "part {number}: {} {}", answer.status, answer.text());
        }
        Ok(self.complete(completion(&plan, content)).await??)
    }

    /// Plans one upload.
    pub async fn plan(&self, new: NewUpload) -> anyhow::Result<Result<UploadPlan, Refused>> {
        self.one_of_batch("/v1/uploads", new).await
    }

    /// Completes one upload.
    pub async fn complete(&self, said: CompleteUpload) -> anyhow::Result<Result<Node, Refused>> {
        self.one_of_batch("/v1/uploads/complete", said).await
    }

    /// Answers the challenge of a plan.
    pub async fn prove(&self, plan: &UploadPlan, proof: Sha256) -> anyhow::Result<Result<Node, Refused>> {
        self.one_of_batch("/v1/uploads/prove", ProveUpload { id: plan.id, proof }).await
    }

    /// Presigns one part and sends its bytes to the object store.
    pub async fn send_part(&self, plan: &UploadPlan, content: &[u8], number: u32) -> anyhow::Result<Answer> {
        let (part, bytes) = part_of(plan, content, number);
        self.send(&self.presign(plan, part).await?, bytes).await
    }

    /// A presigned request for one part.
    pub async fn presign(&self, plan: &UploadPlan, part: PartToSend) -> anyhow::Result<PresignedRequest> {
        let path = format!("/v1/uploads/{}/parts", plan.id);
        let presigned: Vec<PresignedPart> =
            self.post(&path, &PresignParts { parts: vec![part] }).await?.json()?;
        Ok(presigned.into_iter().next().context("nothing was presigned")?.request)
    }

    /// Sends a presigned request, without this API's token.
    pub async fn send(&self, presigned: &PresignedRequest, body: Vec<u8>) -> anyhow::Result<Answer> {
        let mut request = self.http.request(presigned.method.parse()?, presigned.url.expose());
        for (name, value) in &presigned.headers {
            request = request.header(name, value);
        }
        Answer::of(if presigned.method == "GET" { request } else { request.body(body) }).await
    }

    /// Calls a batch with one item, and gives its outcome.
    pub async fn one_of_batch<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        item: impl serde::Serialize,
    ) -> anyhow::Result<Result<T, Refused>> {
        let answer: Batch<BatchItem<T>> = self.post(path, &Batch { items: vec![item] }).await?.json()?;
        let outcome = answer.items.into_iter().next().context("an empty batch came back")?;
        Ok(outcome.into_result().map_err(Refused))
    }
}

/// An item of a batch was refused.
#[derive(Debug, thiserror::Error)]
#[error("refused with {}: {}", .0.code, .0.detail)]
pub struct Refused(pub Problem);
