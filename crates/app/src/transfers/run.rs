//! Moving files, a few at once.

use notespot_protocol::ByteCount;
use notespot_protocol::window::{Direction, NoticeKind, TransferId};
use tokio_util::sync::CancellationToken;

use super::{CopiedLinks, Job};
use crate::{App, AppError, FileToDownload, FileUpload, Uploaded};

impl App {
    /// Puts a file into the panel; [`start_transfers`](Self::start_transfers) sets it moving.
    pub(crate) fn add_transfer(&self, direction: Direction, name: String, size: ByteCount, job: Job) {
        self.transfer_queue().change(|queue| queue.add(direction, name, size, job));
    }

    /// Puts a file into the panel that cannot even begin.
    pub(crate) fn add_failed(&self, name: String, job: Job, error: &AppError) {
        self.transfer_queue().change(|queue| {
            let id = queue.add(Direction::Upload, name, ByteCount::ZERO, job);
            queue.finished(id, Err(error));
        });
    }

    /// Starts what waits, as far as there is room.
    pub(crate) fn start_transfers(&self) {
        while let Some((id, job, cancel)) = self.transfer_queue().change(super::Queue::take_next) {
            let app = self.clone();
            self.spawn(async move {
                let result = app.run_transfer(id, job, &cancel).await;
                if let Err(error) = &result {
                    tracing::warn!(transfer = id.0, %error, "a transfer did not finish");
                }
                app.transfer_queue().change(|queue| queue.finished(id, result.as_ref().copied()));
                app.start_transfers();
            });
        }
    }

    async fn run_transfer(
        &self,
        id: TransferId,
        job: Job,
        cancel: &CancellationToken,
    ) -> Result<(), AppError> {
        match job {
            Job::Upload { file, links } => self.run_upload(id, file, links, cancel).await,
            Job::Download { file } => self.run_download(id, &file, cancel).await,
        }
    }

    async fn run_upload(
        &self,
        id: TransferId,
        file: FileUpload,
        links: Option<CopiedLinks>,
        cancel: &CancellationToken,
    ) -> Result<(), AppError> {
        let app = self.clone();
        let progress = move |done| app.transfer_queue().progress(id, done);
        let Uploaded { node, was_there } = self.remote().upload_file(&file, progress, cancel).await?;
        self.took_in(std::slice::from_ref(&node)).await;
        self.transfer_queue().change(|queue| {
            if let Some(item) = queue.item(id) {
                item.shown.node = Some(node.id);
                item.shown.was_there = was_there;
                node.name.as_str().clone_into(&mut item.shown.name);
            }
        });
        let Some(links) = links else { return Ok(()) };
        let link = self.make_public_link(node.id).await?;
        self.host().copy_text(&links.add(link.url)).map_err(AppError::Clipboard)?;
        self.shown().notice(NoticeKind::LinkCopied, None);
        self.transfer_queue().change(|queue| {
            if let Some(item) = queue.item(id) {
                item.shown.link_copied = true;
            }
        });
        Ok(())
    }

    async fn run_download(
        &self,
        id: TransferId,
        file: &FileToDownload,
        cancel: &CancellationToken,
    ) -> Result<(), AppError> {
        let app = self.clone();
        let progress = move |done| app.transfer_queue().progress(id, done);
        self.remote().download_file(file, progress, cancel).await.map(|_| ())
    }
}
