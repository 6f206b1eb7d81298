//! Uploads and downloads: the control side. The bytes go to the object store.

use notespot_protocol::{
    Batch, BatchItem, CompleteUpload, DamagedContent, DownloadPlan, DownloadRequest, NewUpload, Node,
    PresignParts, PresignedPart, ProveUpload, UploadId, UploadPlan, UploadStatus,
};

use super::{ApiClient, Call};
use crate::ClientError;

impl ApiClient {
    /// Plans uploads; each succeeds or fails alone.
    pub async fn plan_uploads(
        &self,
        uploads: Vec<NewUpload>,
    ) -> Result<Vec<BatchItem<UploadPlan>>, ClientError> {
        let answer: Batch<BatchItem<UploadPlan>> =
            self.send(Call::post_again("/v1/uploads").json(&Batch { items: uploads })).await?;
        Ok(answer.items)
    }

    /// Presigns requests for parts.
    pub async fn presign_parts(
        &self,
        id: UploadId,
        parts: &PresignParts,
    ) -> Result<Vec<PresignedPart>, ClientError> {
        self.send(Call::post_again(format!("/v1/uploads/{id}/parts")).json(parts)).await
    }

    /// What has arrived.
    pub async fn upload_status(&self, id: UploadId) -> Result<UploadStatus, ClientError> {
        self.send(Call::get(format!("/v1/uploads/{id}"))).await
    }

    /// Verifies and publishes; each succeeds or fails alone.
    pub async fn complete_uploads(
        &self,
        uploads: Vec<CompleteUpload>,
    ) -> Result<Vec<BatchItem<Node>>, ClientError> {
        let answer: Batch<BatchItem<Node>> =
            self.send(Call::post_again("/v1/uploads/complete").json(&Batch { items: uploads })).await?;
        Ok(answer.items)
    }

    /// Publishes content that the owner has already; each succeeds or fails alone.
    pub async fn prove_uploads(&self, proofs: Vec<ProveUpload>) -> Result<Vec<BatchItem<Node>>, ClientError> {
        let answer: Batch<BatchItem<Node>> =
            self.send(Call::post_again("/v1/uploads/prove").json(&Batch { items: proofs })).await?;
        Ok(answer.items)
    }

    /// Gives an upload up; what had arrived goes.
    pub async fn abort_upload(&self, id: UploadId) -> Result<(), ClientError> {
        self.send_for_nothing(Call::delete(format!("/v1/uploads/{id}"))).await
    }

    /// Presigned reads; each succeeds or fails alone.
    pub async fn plan_downloads(
        &self,
        downloads: Vec<DownloadRequest>,
    ) -> Result<Vec<BatchItem<DownloadPlan>>, ClientError> {
        let answer: Batch<BatchItem<DownloadPlan>> =
            self.send(Call::post_again("/v1/downloads").json(&Batch { items: downloads })).await?;
        Ok(answer.items)
    }

    /// Says that what was downloaded does not have the checksum that it should have.
    pub async fn report_damaged(&self, damaged: &DamagedContent) -> Result<(), ClientError> {
        self.send_for_nothing(Call::post_again("/v1/downloads/damaged").json(damaged)).await
    }
}
