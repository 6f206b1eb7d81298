//! Between the journal and the queue.

use std::collections::HashSet;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use notespot_protocol::{ByteCount, NodeId};
use notespot_transfer::{Existing, SaveTo};
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use super::Job;
use super::connection::passes;
use crate::library::journal::{Entry, KeptPath, Request};
use crate::library::{Library, LibraryError};
use crate::use_cases::lanes::{Found, FoundFiles};
use crate::use_cases::upload_files::shown_name;
use crate::{App, AppError, FileToDownload, FileUpload, UploadCommand};

/// Files that are written down in one transaction, at most.
const BATCH: usize = 1000;
/// Files that are not over. More wait to be found: a search that is interrupted is begun again, and
/// what it found before is recognised.
const UNDER_WAY_MAX: usize = 50_000;
/// Between two transactions that take out what is done.
const WRITE_INTERVAL: Duration = Duration::from_millis(200);
/// Before a search that found the connection away is begun again.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

impl App {
    /// Takes up what the journal of a library holds that was just opened, and goes on with it.
    pub(crate) async fn take_up_transfers(&self, library: &Library) -> Result<(), LibraryError> {
        let (entries, requests) = (library.transfers().await?, library.requests().await?);
        let opening = self.transfer_queue().change(|queue| queue.open(entries));
        for (id, request) in requests {
            let search = Searching::new(self, library.clone(), id, opening);
            self.spawn(async move {
                if let Err(error) = search.run(request).await {
                    tracing::warn!(%error, "what was asked for before could not be found again");
                }
            });
        }
        self.start_transfers();
        Ok(())
    }

    /// Writes down what is asked for, finds it, and puts it into the panel. Returns when everything was
    /// found, or at the first thing that the library cannot keep.
    pub(crate) async fn request(&self, request: Request) -> Result<(), AppError> {
        // Without a session nothing could go: say so once, not for each file.
        let library = self.library()?;
        let opening = self.transfer_queue().lock().opening();
        let id = library.begin_request(&request).await?;
        Searching::new(self, library, id, opening).run(request).await
    }

    /// Writes one file down that needs no search, and puts it into the panel.
    pub(crate) async fn begin_transfer(
        &self,
        name: String,
        size: ByteCount,
        job: Job,
    ) -> Result<(), AppError> {
        let library = self.library()?;
        let opening = self.transfer_queue().lock().opening();
        Searching::new(self, library, 0, opening).begin(vec![(name, size, job)]).await
    }

    /// Takes out of the journal what is done.
    pub(crate) async fn settle_journal(&self, library: &Library) {
        let over = self.transfer_queue().lock().take_over();
        if over.is_empty() {
            return;
        }
        if let Err(error) = library.end_transfers(&over).await {
            // They are asked about again after the next start, and turn out to be done.
            tracing::warn!(%error, "finished transfers could not be taken out of the journal");
        }
    }
}

/// Takes out of the journal what is done, many at once.
pub(crate) async fn keep_journal(app: App) {
    loop {
        app.transfer_queue().over.notified().await;
        if let Ok(library) = app.library() {
            app.settle_journal(&library).await;
        }
        // Not to wait for anything: this is what makes many of few.
        tokio::time::sleep(WRITE_INTERVAL).await;
    }
}

/// The search for what one request means.
///
/// Memory: eight bytes for each file that was found, beside what the lanes hold.
struct Searching {
    app: App,
    library: Library,
    id: i64,
    opening: u32,
    /// What was found before, by its key: it may be done and out of the journal by now.
    seen: Mutex<HashSet<u64>>,
}

impl Searching {
    fn new(app: &App, library: Library, id: i64, opening: u32) -> Self {
        Self { app: app.clone(), library, id, opening, seen: Mutex::default() }
    }

    fn is_new(&self, job: &Job) -> bool {
        let [first @ .., _, _, _, _, _, _, _, _] = key_of(self.id, job);
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(u64::from_le_bytes(first))
    }

    async fn run(&self, request: Request) -> Result<(), AppError> {
        loop {
            // It ends with the program.
            let never = CancellationToken::new();
            let (all_found, result) = match &request {
                Request::Upload { seed, folder, with_link, paths } => {
                    self.app.until_made(*folder).await?;
                    let paths = paths.iter().map(KeptPath::to_path).collect();
                    let command = Arc::new(UploadCommand::of(*seed));
                    let found = self.app.remote().find_files(Some(&command), paths, *folder, &never);
                    let folder = *folder;
                    self.take(
                        found,
                        |file| Job::Upload { file, with_link: *with_link },
                        |path| {
                            Some(Job::Upload { file: FileUpload::new(path, folder), with_link: *with_link })
                        },
                    )
                    .await?
                }
                Request::Download { nodes, to } => {
                    let rows = self.library.rows_by_id(nodes).await?;
                    let nodes = rows.into_iter().map(|row| row.node).collect();
                    let found = self.app.remote().find_below(nodes, to.to_path(), Existing::Fail, &never);
                    self.take(found, |file| Job::Download { file }, |_| None).await?
                }
            };
            if all_found {
                self.library.end_request(self.id).await?;
                return result;
            }
            // Nothing is lost: what was found before is recognised.
            self.app.nudge();
            tokio::time::sleep(AGAIN_AFTER).await;
            self.app.connected().await;
            if !self.app.transfer_queue().lock().is_open(self.opening) {
                // It is in the journal, and goes on when the library is opened again.
                return Ok(());
            }
        }
    }

    /// Whether everything was found: else the connection was away. What was asked for and is not there
    /// stands in the panel as failed, or is the error where it cannot.
    async fn take<T>(
        &self,
        found: FoundFiles<T>,
        job: impl Fn(T) -> Job,
        failed_job: impl Fn(std::path::PathBuf) -> Option<Job>,
    ) -> Result<(bool, Result<(), AppError>), AppError> {
        let FoundFiles { mut small, mut large } = found;
        let (mut all_found, mut result) = (true, Ok(()));
        loop {
            self.room().await;
            let first = tokio::select! {
                Some(found) = small.recv() => found,
                Some(found) = large.recv() => found,
                else => return Ok((all_found, result)),
            };
            let mut batch = vec![first];
            while batch.len() < BATCH
                && let Some(found) = small.try_recv().or_else(|_| large.try_recv()).ok()
            {
                batch.push(found);
            }
            let mut jobs = Vec::with_capacity(batch.len());
            for Found { path, file } in batch {
                match file {
                    Ok((file, size)) => jobs.push((shown_name(&path), size, job(file))),
                    Err(error) if passes(&error) => all_found = false,
                    Err(error) => match failed_job(path.clone()) {
                        Some(job) if self.is_new(&job) => self.failed(shown_name(&path), job, &error),
                        Some(_) => {}
                        None => result = result.and(Err(error)),
                    },
                }
            }
            jobs.retain(|(_, _, job)| self.is_new(job));
            self.begin(jobs).await?;
        }
    }

    /// Writes files down, shows them, and starts what there is room for.
    async fn begin(&self, jobs: Vec<(String, ByteCount, Job)>) -> Result<(), AppError> {
        if jobs.is_empty() {
            return Ok(());
        }
        let queue = self.app.transfer_queue();
        let entries = {
            let mut queue = queue.lock();
            let entry = |(name, size, job)| {
                let (key, position) = (key_of(self.id, &job), queue.next_position());
                Entry { row: 0, request: self.id, key, position, paused: false, name, size, job }
            };
            jobs.into_iter().map(entry).collect()
        };
        let entries = self.library.begin_transfers(entries).await?;
        queue.change(|queue| queue.add(self.opening, entries));
        self.app.start_transfers();
        Ok(())
    }

    fn failed(&self, name: String, job: Job, error: &AppError) {
        let key = key_of(self.id, &job);
        let entry = Entry {
            row: 0,
            request: self.id,
            key,
            position: 0,
            paused: false,
            name,
            size: ByteCount::ZERO,
            job,
        };
        let failure = error.into();
        self.app.transfer_queue().change(|queue| queue.add_failed(self.opening, entry, failure));
    }

    /// Waits until there are few enough under way.
    async fn room(&self) {
        loop {
            let mut freed = pin!(self.app.transfer_queue().room.notified());
            freed.as_mut().enable();
            if self.app.transfer_queue().lock().len() < UNDER_WAY_MAX {
                return;
            }
            freed.await;
        }
    }
}

/// What tells one file of a request from another.
pub(super) fn key_of(request: i64, job: &Job) -> [u8; 16] {
    let (node, path) = match job {
        Job::Upload { file, .. } => (file.folder, &file.path),
        Job::Download {
            file: FileToDownload { node, to: SaveTo::File(path) | SaveTo::Folder(path), .. },
        } => (Some(*node), path),
    };
    let mut hash = Sha256::new_with_prefix(request.to_le_bytes());
    hash.update(node.map_or([0; 16], |NodeId(node)| node.into_bytes()));
    hash.update(path.as_os_str().as_encoded_bytes());
    let mut key = [0; 16];
    key.copy_from_slice(&hash.finalize()[..16]);
    key
}
