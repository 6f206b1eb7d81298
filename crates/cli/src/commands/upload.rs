//! `notespot upload`.

use std::path::PathBuf;

use futures_util::{StreamExt as _, stream};
use notespot_app::{AppError, CancellationToken, FileUpload, Remote};
use notespot_protocol::{ByteCount, Node, NodeId, PublicLink};
use serde::Serialize;

use super::FILES_AT_ONCE;
use crate::exit::Ending;
use crate::output::{self, Form, Item};
use crate::progress::Progress;

#[derive(Serialize)]
struct Uploaded {
    node: Node,
    /// With `--link`.
    link: Option<PublicLink>,
}

/// Uploads files, three at once. One that fails is in no other's way.
pub(super) async fn upload(
    remote: &Remote,
    form: Form,
    paths: Vec<PathBuf>,
    to: Option<&str>,
    link: bool,
    cancel: &CancellationToken,
) -> Ending {
    let folder = match super::folder(remote, to).await {
        Ok(folder) => folder,
        Err(error) => return output::stopped(form, error),
    };
    let progress = Progress::new(form, total(&paths).await);
    let items: Vec<_> = stream::iter(paths)
        .map(|path| {
            let progress = &progress;
            async move {
                let given = path.display().to_string();
                Item::new(given, upload_one(remote, path, folder, link, progress, cancel).await)
            }
        })
        .buffered(FILES_AT_ONCE)
        .collect()
        .await;
    progress.finish();
    output::several(form, &items, |uploaded| match &uploaded.link {
        Some(link) => link.url.clone(),
        None => format!("{} ({})", uploaded.node.name, uploaded.node.id),
    })
}

async fn upload_one(
    remote: &Remote,
    path: PathBuf,
    folder: Option<NodeId>,
    link: bool,
    progress: &Progress,
    cancel: &CancellationToken,
) -> Result<Uploaded, AppError> {
    let node = remote.upload_file(&FileUpload::new(path, folder), progress.of_file(), cancel).await?;
    let link = if link { Some(remote.public_link(node.id).await?) } else { None };
    Ok(Uploaded { node, link })
}

/// What there is to send, as far as it can be seen; what cannot fails later, by itself.
async fn total(paths: &[PathBuf]) -> ByteCount {
    let mut total = ByteCount::ZERO;
    for path in paths {
        if let Ok(metadata) = tokio::fs::metadata(path).await {
            total = total + ByteCount(metadata.len());
        }
    }
    total
}
