//! `notespot upload`.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::join;
use futures_util::{StreamExt as _, stream};
use notespot_app::{AppError, CancellationToken, FileUpload, Found, FoundFiles, Remote};
use notespot_protocol::{ByteCount, Node, PublicLink};
use serde::Serialize;
use tokio::sync::mpsc;

use crate::exit::Ending;
use crate::output::{self, Form, Item, Report};
use crate::progress::Progress;

/// Small files whose upload is under way at some stage: being read, planned, sent, published.
const SMALL_AT_ONCE: usize = 512;
/// The same for larger ones, whose parts move side by side.
const LARGE_AT_ONCE: usize = 8;

#[derive(Serialize)]
struct Uploaded {
    node: Node,
    /// With `--link`.
    link: Option<PublicLink>,
}

/// What all uploads of one command share.
struct Uploading<'a> {
    remote: &'a Remote,
    link: bool,
    progress: Progress,
    report: Report,
    cancel: &'a CancellationToken,
}

/// Uploads files, and folders with their tree. One that fails is in no other's way.
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
    let command = match remote.upload_command(&words(&paths, to)) {
        Ok(command) => Arc::new(command),
        Err(error) => return output::stopped(form, error),
    };
    let uploading =
        Uploading { remote, link, progress: Progress::new(form), report: Report::begin(form), cancel };
    let FoundFiles { small, large } = remote.find_files(Some(&command), paths, folder);
    join(uploading.empty(small, SMALL_AT_ONCE), uploading.empty(large, LARGE_AT_ONCE)).await;
    uploading.progress.finish();
    let ending = uploading.report.end("uploaded");
    if ending == Ending::Done {
        command.end();
    }
    ending
}

/// What makes it the same command when it is given again after it was interrupted.
fn words<'a>(paths: &'a [PathBuf], to: Option<&'a str>) -> Vec<&'a OsStr> {
    let to = OsStr::new(to.unwrap_or_default());
    [to].into_iter().chain(paths.iter().map(|path| path.as_os_str())).collect()
}

impl Uploading<'_> {
    /// Takes a lane until its end.
    async fn empty(&self, lane: mpsc::Receiver<Found>, at_once: usize) {
        stream::unfold(lane, async |mut lane| Some((lane.recv().await?, lane)))
            .for_each_concurrent(at_once, async |Found { path, file }| {
                let outcome = match file {
                    Ok((file, size)) => self.one(&file, size).await,
                    Err(error) => Err(error),
                };
                let item = Item::new(path.display().to_string(), outcome);
                self.progress.above(|| {
                    self.report.add(&item, |uploaded| match &uploaded.link {
                        Some(link) => link.url.clone(),
                        None => format!("{} ({})", uploaded.node.name, uploaded.node.id),
                    });
                });
            })
            .await;
    }

    async fn one(&self, file: &FileUpload, size: ByteCount) -> Result<Uploaded, AppError> {
        if self.cancel.is_cancelled() {
            return Err(AppError::Cancelled);
        }
        self.progress.expect(size);
        let node = self.remote.upload_file(file, self.progress.of_file(), self.cancel).await?;
        let link = if self.link { Some(self.remote.public_link(node.id).await?) } else { None };
        Ok(Uploaded { node, link })
    }
}
