//! Fetching one content.

use notespot_protocol::{
    ByteCount, DamagedContent, DownloadPlan, DownloadRequest, ErrorCode, NodeId, Problem, Sha256, VersionId,
};
use notespot_transfer::{ControlError, DownloadControl, Existing, FileToDownload, Progress, SaveTo};
use tokio_util::sync::CancellationToken;

use super::blocking;
use super::shelf::Shelf;
use crate::transfers::OverRest;
use crate::{AppError, Remote};

/// One content of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) node: NodeId,
    pub(crate) version: VersionId,
    pub(crate) sha256: Sha256,
    pub(crate) size: ByteCount,
}

/// Fetches exactly this content into a shelf, verified. What has arrived when it is dropped, or the program dies, is
/// gone on from by the next one.
pub(crate) async fn fetch(
    remote: &Remote,
    shelf: &std::sync::Arc<Shelf>,
    content: Content,
    progress: &Progress,
    cancel: &CancellationToken,
) -> Result<(), AppError> {
    let arriving = shelf.clone();
    let folder = blocking(move || arriving.arriving(&content)).await.map_err(AppError::Kept)?;
    let file = FileToDownload { node: content.node, to: SaveTo::Folder(folder), existing: Existing::Replace };
    let control = Exactly { control: &remote.control, content };
    let saved = remote.engine.download_file(&control, &file, progress, cancel).await?;
    let shelf = shelf.clone();
    blocking(move || shelf.take_in(&saved.path, &content)).await.map_err(AppError::Kept)
}

/// Asks for this version and no other, whatever the file's current one is by now.
struct Exactly<'a> {
    control: &'a OverRest,
    content: Content,
}

impl DownloadControl for Exactly<'_> {
    async fn plan(&self, file: DownloadRequest) -> Result<DownloadPlan, ControlError> {
        let asked = DownloadRequest { version: Some(self.content.version), ..file };
        let plan = DownloadControl::plan(self.control, asked).await?;
        if (plan.sha256, plan.size) == (self.content.sha256, self.content.size) {
            return Ok(plan);
        }
        // It is what the engine verifies by.
        let words = "The server describes this file otherwise than before.";
        let problem = Problem::new(409, ErrorCode::StaleRevision, words);
        let error = notespot_client::ClientError::Refused(Box::new(problem));
        Err(ControlError::new(error.code(), error))
    }

    async fn report_damaged(&self, damaged: DamagedContent) -> Result<(), ControlError> {
        DownloadControl::report_damaged(self.control, damaged).await
    }
}
