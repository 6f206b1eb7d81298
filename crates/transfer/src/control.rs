//! What the engine asks of whoever knows the server.

use std::error::Error;
use std::fmt;
use std::future::Future;

use notespot_protocol::{
    CompleteUpload, DamagedContent, DownloadPlan, DownloadRequest, ErrorCode, NewUpload, Node, PartToSend,
    PresignedPart, ProveUpload, UploadId, UploadPlan,
};

/// The control side of uploads.
///
/// Implementations repeat a call that is safe to repeat by themselves: the engine gives up at the
/// first error of a call. Every call but `abort` is dropped half-way when the upload is cancelled.
pub trait UploadControl: Send + Sync {
    /// Plans one file. The same client reference gives the same plan.
    fn plan(&self, upload: NewUpload) -> impl Future<Output = Result<UploadPlan, ControlError>> + Send;

    /// Presigns one request for each part, in any order.
    fn presign(
        &self,
        upload: UploadId,
        parts: Vec<PartToSend>,
    ) -> impl Future<Output = Result<Vec<PresignedPart>, ControlError>> + Send;

    /// Which parts of a planned upload the object store holds.
    fn arrived(&self, upload: UploadId)
    -> impl Future<Output = Result<Vec<PartToSend>, ControlError>> + Send;

    /// Publishes. Asked again, it gives the same file.
    fn complete(&self, upload: CompleteUpload) -> impl Future<Output = Result<Node, ControlError>> + Send;

    /// Publishes content that the owner has already. `ProofRefused` means that it has to be sent; asked
    /// again after it was published, it gives the same file.
    fn prove(&self, proof: ProveUpload) -> impl Future<Output = Result<Node, ControlError>> + Send;

    /// Gives the upload up; what has arrived goes.
    fn abort(&self, upload: UploadId) -> impl Future<Output = Result<(), ControlError>> + Send;
}

/// The control side of downloads.
pub trait DownloadControl: Send + Sync {
    /// How to fetch a file: its current content, or the given version when a presigned request for it
    /// has expired half-way.
    fn plan(&self, file: DownloadRequest) -> impl Future<Output = Result<DownloadPlan, ControlError>> + Send;

    /// Notes that a version was downloaded, all of it, and does not have its checksum.
    fn report_damaged(
        &self,
        damaged: DamagedContent,
    ) -> impl Future<Output = Result<(), ControlError>> + Send;
}

/// Why a control call did not work: the caller's own error, and the word for it.
#[derive(Debug)]
pub struct ControlError {
    code: ErrorCode,
    source: Box<dyn Error + Send + Sync>,
}

impl ControlError {
    /// Wraps the error of an implementation.
    pub fn new(code: ErrorCode, source: impl Error + Send + Sync + 'static) -> Self {
        Self { code, source: Box::new(source) }
    }

    /// The stable word for it.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// The implementation's own error, for whoever made it; `Err` when it is of another type.
    pub fn downcast<E: Error + 'static>(self) -> Result<E, Self> {
        let code = self.code;
        self.source.downcast().map(|own| *own).map_err(|source| Self { code, source })
    }
}

impl fmt::Display for ControlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl Error for ControlError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.source()
    }
}
