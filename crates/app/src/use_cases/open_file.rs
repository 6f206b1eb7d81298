//! Opening a file in its own program.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use notespot_protocol::window::{AppEvent, OpenedFile, Opening, ServerStatus};
use notespot_protocol::{ByteCount, ErrorCode, Node, NodeId};
use notespot_transfer::Progress;

use crate::offline::{Content, CopyError, Offline, fetch, is_program};
use crate::transfers::passes;
use crate::{App, AppError, HostError};

/// Between two times at which the window hears how far a file has come.
const TELL_INTERVAL: Duration = Duration::from_millis(150);

impl App {
    /// Opens a file: what is on this machine at once, and else when it has been downloaded. Its program is given a copy
    /// that it may not write; a file that is a program itself is not started, but shown in its folder.
    ///
    /// Without a network, an earlier version that is here is better than none; where there is none, the answer is
    /// `not_offline`.
    pub async fn open_file(&self, id: NodeId) -> Result<OpenedFile, AppError> {
        let (library, offline) = (self.library()?, self.offline()?);
        let row = library.row(id).await?.ok_or(AppError::NotHere { what: "This file" })?;
        let content = content_of(&row.node)?;
        let name = row.node.name.as_str();
        if let Some(copy) = offline.copy(&content, name).await.map_err(trouble)? {
            return self.hand_over(copy, name, OpenedFile::Opened).await;
        }
        match self.fetch_to_open(&offline, &row.node, content).await {
            Ok(()) => {
                let copy = offline.copy(&content, name).await.map_err(trouble)?;
                offline.trim_seen().await;
                let copy = copy.ok_or_else(|| trouble(CopyError::Damaged))?;
                self.hand_over(copy, name, OpenedFile::Opened).await
            }
            Err(error) if passes(&error) || error.code() == ErrorCode::NotOffline => {
                match offline.copy_of_any(&content, name).await.map_err(trouble)? {
                    Some(copy) => self.hand_over(copy, name, OpenedFile::OpenedEarlier).await,
                    None => Err(AppError::NotOffline { name: name.to_owned() }),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// Gives up the download of a file that was to be opened.
    #[expect(clippy::unused_async, reason = "every command is called the same way")]
    pub async fn cancel_opening(&self, id: NodeId) -> Result<(), AppError> {
        self.offline()?.cancel_opening(id);
        Ok(())
    }

    /// Brings a content here, among what was seen last.
    async fn fetch_to_open(
        &self,
        offline: &Arc<Offline>,
        node: &Node,
        content: Content,
    ) -> Result<(), AppError> {
        if matches!(self.state().server.status, ServerStatus::Unreachable { .. }) {
            // Nobody waits for a connection that is known to be away; but it is looked at.
            self.nudge();
            return Err(AppError::NotOffline { name: node.name.to_string() });
        }
        let opening =
            Opening { node: node.id, name: node.name.clone(), size: content.size, done: ByteCount::ZERO };
        // The same again is the impatience of somebody who waits already.
        let Some(cancel) = offline.begin_opening(opening) else { return Err(AppError::Cancelled) };
        let _ended = Ended { app: self, offline, node: node.id };
        let arrived = offline.clone();
        let progress = Progress::told(move |done| arrived.opening_arrived(content.node, done));
        let remote = self.remote();
        let fetching = fetch(&remote, &offline.seen, content, &progress, &cancel);
        tokio::pin!(fetching);
        loop {
            tokio::select! {
                fetched = &mut fetching => return fetched,
                () = tokio::time::sleep(TELL_INTERVAL) => self.tell_opening(offline),
            }
        }
    }

    fn tell_opening(&self, offline: &Offline) {
        self.host().on_event(AppEvent::OpeningChanged { opening: offline.opening() });
    }

    async fn hand_over(&self, copy: PathBuf, name: &str, opened: OpenedFile) -> Result<OpenedFile, AppError> {
        let called = copy.file_name().map(|called| called.to_string_lossy().into_owned()).unwrap_or_default();
        let is_program = is_program(name) || is_program(&called);
        let app = self.clone();
        // Whoever asks the desktop waits for its answer.
        let handed = tokio::task::spawn_blocking(move || {
            if is_program { app.host().show_in_folder(&copy) } else { app.host().open_file(&copy) }
        });
        let handed = handed.await.unwrap_or_else(|error| Err(HostError(error.into())));
        handed.map_err(|source| AppError::NoProgram { name: name.to_owned(), source })?;
        Ok(if is_program { OpenedFile::ShownInFolder } else { opened })
    }
}

/// The window hears that a file is on its way no more, whatever ended it.
struct Ended<'a> {
    app: &'a App,
    offline: &'a Offline,
    node: NodeId,
}

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.offline.end_opening(self.node);
        self.app.tell_opening(self.offline);
    }
}

fn content_of(node: &Node) -> Result<Content, AppError> {
    let content = node.content.as_ref().ok_or_else(|| AppError::IsFolder { name: node.name.to_string() })?;
    Ok(Content { node: node.id, version: content.version, sha256: content.sha256, size: content.size })
}

fn trouble(error: CopyError) -> AppError {
    AppError::Kept(match error {
        CopyError::Io(error) => error,
        CopyError::Damaged => std::io::Error::other(CopyError::Damaged),
    })
}
