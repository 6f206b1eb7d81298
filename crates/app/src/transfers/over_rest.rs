//! The transfer engine's control side, over the REST API.

use notespot_client::{ApiClient, ClientError};
use notespot_protocol::{
    BatchItem, CompleteUpload, DownloadPlan, DownloadRequest, NewUpload, Node, PartToSend, PresignParts,
    PresignedPart, UploadId, UploadPlan,
};
use notespot_transfer::{ControlError, DownloadControl, UploadControl};

/// Speaks for the account of this client.
pub(crate) struct OverRest<'a>(pub(crate) &'a ApiClient);

impl UploadControl for OverRest<'_> {
    async fn plan(&self, upload: NewUpload) -> Result<UploadPlan, ControlError> {
        self.only(self.0.plan_uploads(vec![upload]).await)
    }

    async fn presign(
        &self,
        upload: UploadId,
        parts: Vec<PartToSend>,
    ) -> Result<Vec<PresignedPart>, ControlError> {
        self.0.presign_parts(upload, &PresignParts { parts }).await.map_err(wrapped)
    }

    async fn complete(&self, upload: CompleteUpload) -> Result<Node, ControlError> {
        self.only(self.0.complete_uploads(vec![upload]).await)
    }

    async fn abort(&self, upload: UploadId) -> Result<(), ControlError> {
        self.0.abort_upload(upload).await.map_err(wrapped)
    }
}

impl DownloadControl for OverRest<'_> {
    async fn plan(&self, file: DownloadRequest) -> Result<DownloadPlan, ControlError> {
        self.only(self.0.plan_downloads(vec![file]).await)
    }
}

impl OverRest<'_> {
    /// The outcome of a batch of one.
    fn only<T>(&self, batch: Result<Vec<BatchItem<T>>, ClientError>) -> Result<T, ControlError> {
        let outcome = batch.and_then(|items| match items.into_iter().next() {
            Some(item) => item.into_result().map_err(|problem| ClientError::Refused(Box::new(problem))),
            None => Err(ClientError::NotANotespotServer {
                server: self.0.session().server().to_string(),
                reason: "a batch of one came back empty",
            }),
        });
        outcome.map_err(wrapped)
    }
}

fn wrapped(error: ClientError) -> ControlError {
    ControlError::new(error.code(), error)
}
