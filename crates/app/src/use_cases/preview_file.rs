//! Pictures as the window shows them beside the list.

use notespot_protocol::window::ServerStatus;
use notespot_protocol::{ByteCount, NodeId, VersionId};
use notespot_transfer::Progress;
use tokio_util::sync::CancellationToken;

use crate::offline::{Content, Picture, fetch};
use crate::{App, AppError};

/// Larger pictures are not shown: their bytes are held in memory for a moment.
const LARGEST: ByteCount = ByteCount(20_000_000);

impl App {
    /// A picture whose current content is this version, verified: from this machine, or fetched, and then among what was
    /// seen last. `NotHere` for what is no picture that the window shows, or larger than 20 MB.
    ///
    /// Memory: twice at a time, the picture.
    pub async fn preview(&self, id: NodeId, version: VersionId) -> Result<Picture, AppError> {
        const NONE: AppError = AppError::NotHere { what: "This picture" };
        let (library, offline) = (self.library()?, self.offline()?);
        let row = library.row(id).await?.ok_or(NONE)?;
        let content = row.node.content.as_ref().filter(|content| content.version == version);
        let content = content.filter(|content| content.size <= LARGEST).ok_or(NONE)?;
        if !Picture::may_be(row.node.name.as_str()) {
            return Err(NONE);
        }
        let content = Content { node: id, version, sha256: content.sha256, size: content.size };
        let _turn = offline.preview_turn().await;
        if let Some(bytes) = offline.bytes(&content).await.map_err(AppError::Kept)? {
            return Picture::of(bytes).ok_or(NONE);
        }
        if matches!(self.state().server.status, ServerStatus::Unreachable { .. }) {
            return Err(AppError::NotOffline { name: row.node.name.to_string() });
        }
        let (progress, never) = (Progress::new(), CancellationToken::new());
        fetch(&self.remote(), &offline.seen, content, &progress, &never).await?;
        offline.trim_seen().await;
        let bytes = offline.bytes(&content).await.map_err(AppError::Kept)?;
        bytes.and_then(Picture::of).ok_or(NONE)
    }
}
