//! The transfer engine's control side, over the REST API.

use futures_util::FutureExt as _;
use notespot_client::ApiClient;
use notespot_protocol::{
    CompleteUpload, DamagedContent, DownloadPlan, DownloadRequest, NewUpload, Node, PartToSend, PresignParts,
    PresignedPart, ProveUpload, UploadId, UploadPlan,
};
use notespot_transfer::{ControlError, DownloadControl, UploadControl};

use super::together::{Together, wrapped};

/// Speaks for the account of one client. Calls for many files go together.
pub(crate) struct OverRest {
    api: ApiClient,
    plans: Together<NewUpload, UploadPlan>,
    completions: Together<CompleteUpload, Node>,
    proofs: Together<ProveUpload, Node>,
    downloads: Together<DownloadRequest, DownloadPlan>,
}

impl OverRest {
    pub(crate) fn new(api: &ApiClient) -> Self {
        let api = api.patient();
        let (plan, complete, prove, download) = (api.clone(), api.clone(), api.clone(), api.clone());
        Self {
            api,
            plans: Together::new(move |uploads| {
                let api = plan.clone();
                async move { api.plan_uploads(uploads).await }.boxed()
            }),
            completions: Together::new(move |uploads| {
                let api = complete.clone();
                async move { api.complete_uploads(uploads).await }.boxed()
            }),
            proofs: Together::new(move |proofs| {
                let api = prove.clone();
                async move { api.prove_uploads(proofs).await }.boxed()
            }),
            downloads: Together::new(move |files| {
                let api = download.clone();
                async move { api.plan_downloads(files).await }.boxed()
            }),
        }
    }
}

impl UploadControl for OverRest {
    async fn plan(&self, upload: NewUpload) -> Result<UploadPlan, ControlError> {
        self.plans.call(upload).await
    }

    async fn presign(
        &self,
        upload: UploadId,
        parts: Vec<PartToSend>,
    ) -> Result<Vec<PresignedPart>, ControlError> {
        self.api.presign_parts(upload, &PresignParts { parts }).await.map_err(wrapped)
    }

    async fn arrived(&self, upload: UploadId) -> Result<Vec<PartToSend>, ControlError> {
        Ok(self.api.upload_status(upload).await.map_err(wrapped)?.arrived)
    }

    async fn complete(&self, upload: CompleteUpload) -> Result<Node, ControlError> {
        self.completions.call(upload).await
    }

    async fn prove(&self, proof: ProveUpload) -> Result<Node, ControlError> {
        self.proofs.call(proof).await
    }

    async fn abort(&self, upload: UploadId) -> Result<(), ControlError> {
        self.api.abort_upload(upload).await.map_err(wrapped)
    }
}

impl DownloadControl for OverRest {
    async fn plan(&self, file: DownloadRequest) -> Result<DownloadPlan, ControlError> {
        self.downloads.call(file).await
    }

    async fn report_damaged(&self, damaged: DamagedContent) -> Result<(), ControlError> {
        self.api.report_damaged(&damaged).await.map_err(wrapped)
    }
}
