//! `notespot download`.

use std::path::{Path, PathBuf};

use futures_util::{StreamExt as _, stream};
use notespot_app::{AppError, CancellationToken, DownloadTo, Remote};
use notespot_protocol::{ByteCount, Node};
use serde::Serialize;

use super::FILES_AT_ONCE;
use crate::exit::Ending;
use crate::output::{self, Form, Item};
use crate::progress::Progress;

#[derive(Serialize)]
struct Downloaded {
    path: PathBuf,
    size: ByteCount,
}

/// Downloads files, three at once; numbered where one is there already.
pub(super) async fn download(
    remote: &Remote,
    form: Form,
    names: Vec<String>,
    to: &Path,
    cancel: &CancellationToken,
) -> Ending {
    let mut found = Vec::with_capacity(names.len());
    for name in names {
        let node = remote.find(&name).await;
        found.push((name, node));
    }
    let sizes = found.iter().filter_map(|(_, node)| Some(node.as_ref().ok()?.content.as_ref()?.size));
    let progress = Progress::new(form);
    progress.expect(sizes.sum());
    let items: Vec<_> = stream::iter(found)
        .map(|(name, node)| {
            let progress = &progress;
            async move { Item::new(name, download_one(remote, node, to, progress, cancel).await) }
        })
        .buffered(FILES_AT_ONCE)
        .collect()
        .await;
    progress.finish();
    output::several(form, &items, |downloaded| downloaded.path.display().to_string())
}

async fn download_one(
    remote: &Remote,
    node: Result<Node, AppError>,
    to: &Path,
    progress: &Progress,
    cancel: &CancellationToken,
) -> Result<Downloaded, AppError> {
    let to = DownloadTo::Folder(to.to_owned());
    let file = remote.download_file(&node?, &to, progress.of_file(), cancel).await?;
    Ok(Downloaded { path: file.path, size: file.size })
}
