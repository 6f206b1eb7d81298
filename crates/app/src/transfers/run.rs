//! Moving files, a few at once.

use std::path::Path;

use notespot_protocol::window::{NoticeKind, TransferId};
use notespot_protocol::{ByteCount, Failure, NodeName};
use notespot_transfer::{Existing, Fate, Saved, TransferError};
use tokio_util::sync::CancellationToken;

use super::connection::passes;
use super::queue::{Ended, Started};
use super::{CopiedLinks, Job, Queue};
use crate::{App, AppError, FileToDownload, FileUpload, Uploaded};

impl App {
    /// Starts what waits, as far as there is room.
    pub(crate) fn start_transfers(&self) {
        while let Some(started) = self.transfer_queue().change(Queue::take_next) {
            let app = self.clone();
            self.spawn(async move {
                let id = started.id;
                let how = app.run_transfer(started).await;
                app.transfer_ended(id, how);
                app.start_transfers();
            });
        }
    }

    fn transfer_ended(&self, id: TransferId, how: Ended) {
        let queue = self.transfer_queue();
        let (left, is_held) = queue.change(|queue| (queue.ended(id, how), queue.is_held()));
        if is_held {
            queue.held.notify_one();
        }
        queue.over.notify_one();
        queue.room.notify_waiters();
        self.give_up(left);
    }

    async fn run_transfer(&self, Started { id, name, job, run, links }: Started) -> Ended {
        let result = tokio::select! {
            biased;
            result = self.move_file(id, &name, &job, links, &run.cancel) => result,
            () = run.stop.cancelled() => return Ended::Stopped,
        };
        match result {
            Ok(ended) => ended,
            Err(AppError::Cancelled) => Ended::Cancelled,
            Err(error) if passes(&error) => {
                tracing::info!(transfer = id.0, %error, "a transfer waits for the connection");
                Ended::Offline
            }
            Err(AppError::Transfer(TransferError::TargetExists { .. })) if asks(&job) => Ended::TargetExists,
            Err(error) => {
                tracing::warn!(transfer = id.0, %error, "a transfer did not finish");
                Ended::Failed(Failure::from(&error))
            }
        }
    }

    async fn move_file(
        &self,
        id: TransferId,
        name: &str,
        job: &Job,
        links: Option<CopiedLinks>,
        cancel: &CancellationToken,
    ) -> Result<Ended, AppError> {
        match job {
            Job::Upload { file, .. } => self.run_upload(id, file, links, cancel).await,
            Job::Download { file } => self.run_download(id, name, file, cancel).await,
        }
    }

    async fn run_upload(
        &self,
        id: TransferId,
        file: &FileUpload,
        links: Option<CopiedLinks>,
        cancel: &CancellationToken,
    ) -> Result<Ended, AppError> {
        let app = self.clone();
        self.until_made(file.folder).await?;
        let opening = self.transfer_queue().lock().opening();
        let progress = move |done| app.transfer_queue().progress(id, done);
        let Uploaded { node, was_there } = self.remote().upload_file(file, progress, cancel).await?;
        self.uploaded(opening, node.clone());
        self.transfer_queue().change(|queue| {
            if let Some(item) = queue.item(id) {
                item.shown.node = Some(node.id);
                item.shown.was_there = was_there;
                node.name.as_str().clone_into(&mut item.shown.name);
            }
        });
        let link_copied = links.is_some();
        if let Some(links) = links {
            let link = self.make_public_link(node.id).await?;
            self.host().copy_text(&links.add(link.url)).map_err(AppError::Clipboard)?;
            self.shown().notice(NoticeKind::LinkCopied, None);
        }
        Ok(Ended::Done { node: Some(node.id), link_copied, called: None })
    }

    async fn run_download(
        &self,
        id: TransferId,
        name: &str,
        file: &FileToDownload,
        cancel: &CancellationToken,
    ) -> Result<Ended, AppError> {
        let app = self.clone();
        let progress = move |done| app.transfer_queue().progress(id, done);
        let Saved { path, fate, .. } = self.remote().download_file(file, progress, cancel).await?;
        if fate == Fate::Skipped {
            return Ok(Ended::Skipped);
        }
        let called = path.file_name().map(|called| called.to_string_lossy().into_owned());
        Ok(Ended::Done { node: None, link_copied: false, called: called.filter(|called| called != name) })
    }

    /// Takes away what cancelled transfers have left: what arrived of an upload at the store, what
    /// arrived of a download on this disk. In the background; where it fails, the server finds out by
    /// itself after some days.
    pub(super) fn give_up(&self, left: impl IntoIterator<Item = (String, ByteCount, Job)>) {
        let left: Vec<_> = left.into_iter().collect();
        if left.is_empty() {
            return;
        }
        let remote = self.remote();
        self.spawn(async move {
            for (name, size, job) in left {
                let given_up = match &job {
                    Job::Upload { file, .. } => remote.give_up_upload(file, size).await,
                    Job::Download { file } => match NodeName::new(name) {
                        Ok(name) => remote.engine.forget_download(file, &name).await.map_err(AppError::from),
                        Err(error) => Err(error.into()),
                    },
                };
                if let Err(error) = given_up {
                    tracing::warn!(%error, "what a cancelled transfer has left could not be taken away");
                }
            }
        });
    }
}

/// Whether the person is asked what becomes of a file that is there.
fn asks(job: &Job) -> bool {
    matches!(job, Job::Download { file } if file.existing == Existing::Fail)
}

/// Where the file of an upload is, for people: never shown with its folders.
pub(super) fn size_of(path: &Path) -> Result<ByteCount, AppError> {
    let name = || crate::use_cases::upload_files::shown_name(path);
    let metadata = std::fs::metadata(path).map_err(|source| AppError::File { name: name(), source })?;
    if metadata.is_dir() { Err(AppError::IsFolder { name: name() }) } else { Ok(ByteCount(metadata.len())) }
}
