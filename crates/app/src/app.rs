//! What the desktop window shows and does.

use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use notespot_client::ClientError;
use notespot_protocol::window::{AppEvent, AppState, DropId};
use notespot_protocol::{Node, NodeId, PublicLink};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use crate::library::{Library, LibraryError};
use crate::offline::Offline;
use crate::remote::chosen_server;
use crate::shown::Shown;
use crate::transfers::TransferQueue;
use crate::use_cases::limit_transfers;
use crate::views::Views;
use crate::{AppConfig, AppError, Host, Remote, sync};

/// How often it is looked whether a folder was made.
const UNMADE_POLL: Duration = Duration::from_millis(200);
/// How long a copy waits for what was done to the originals.
const SENDING_TIME: Duration = Duration::from_secs(10);
/// How long shutting down waits for what is under way.
const CLOSING_TIME: Duration = Duration::from_secs(5);

/// The application behind a window. Cheap to clone; all clones are the same one.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    config: AppConfig,
    host: Arc<dyn Host>,
    shown: Shown,
    connection: Mutex<Connection>,
    views: Views,
    transfers: TransferQueue,
    dropped: Mutex<Dropped>,
    /// Wakes sync.
    nudge: Notify,
    tasks: TaskTracker,
    closing: CancellationToken,
}

/// To one server.
struct Connection {
    remote: Remote,
    /// Open while somebody is signed in.
    library: Option<Library>,
    /// Goes with the library.
    offline: Option<Arc<Offline>>,
    /// Ends what runs for this connection.
    over: CancellationToken,
}

/// What was dropped last.
#[derive(Default)]
struct Dropped {
    id: u32,
    paths: Vec<PathBuf>,
}

impl App {
    /// Starts: takes up the last session, opens its library and begins to sync, all in the
    /// background of the tokio runtime that calls this. Does not wait for the server.
    #[expect(clippy::unused_async, reason = "needs a runtime, and says so")]
    pub async fn start(config: AppConfig, host: Arc<dyn Host>) -> Result<Self, AppError> {
        let server = chosen_server(&config)?;
        let remote = Remote::at(&config, server, host.clone())?;
        remote.engine.set_limits(&limit_transfers::limits(&config));
        let closing = CancellationToken::new();
        let over = closing.child_token();
        let app = Self {
            inner: Arc::new(Inner {
                shown: Shown::new(remote.server_url().to_owned(), host.clone()),
                transfers: TransferQueue::new(),
                config,
                host,
                connection: Mutex::new(Connection {
                    remote: remote.clone(),
                    library: None,
                    offline: None,
                    over: over.clone(),
                }),
                views: Views::default(),
                dropped: Mutex::default(),
                nudge: Notify::new(),
                tasks: TaskTracker::new(),
                closing,
            }),
        };
        app.spawn_until(over, sync::run(app.clone(), remote));
        app.spawn(crate::transfers::tell_window(app.clone()));
        app.spawn(crate::transfers::keep_journal(app.clone()));
        app.spawn(crate::transfers::go_on_when_connected(app.clone()));
        Ok(app)
    }

    /// Server, session, sync and counts as they stand.
    #[must_use]
    pub fn state(&self) -> AppState {
        self.inner.shown.state()
    }

    /// Ends transfers and sync in order, and closes the library. What is not done goes on at the next
    /// start. Bound: 5 seconds.
    pub async fn shut_down(&self) {
        self.inner.transfers.close();
        let closing = async {
            // A renewed session that is not written down would be lost: see `Session`.
            self.remote().session().settle().await;
            self.inner.closing.cancel();
            self.inner.tasks.close();
            self.inner.tasks.wait().await;
            if let Some(library) = self.take_library() {
                self.settle_journal(&library).await;
                library.close().await;
            }
        };
        if tokio::time::timeout(CLOSING_TIME, closing).await.is_err() {
            tracing::warn!("closing took too long: the rest is left to the next start");
        }
    }

    /// Remembers what was dropped on the window, until the next drop, and tells the window by
    /// `FilesDropped`.
    pub fn files_dropped(&self, paths: Vec<PathBuf>, with_link: bool) {
        let count = u32::try_from(paths.len()).unwrap_or(u32::MAX);
        let drop = {
            let mut dropped = lock(&self.inner.dropped);
            dropped.id = dropped.id.wrapping_add(1);
            dropped.paths = paths;
            DropId(dropped.id)
        };
        self.inner.host.on_event(AppEvent::FilesDropped { drop, count, with_link });
    }

    /// Uploads what was dropped; once.
    pub async fn upload_dropped(
        &self,
        drop: DropId,
        folder: Option<NodeId>,
        with_link: bool,
    ) -> Result<(), AppError> {
        let paths = {
            let mut dropped = lock(&self.inner.dropped);
            if dropped.id != drop.0 || dropped.paths.is_empty() {
                return Err(AppError::NotHere { what: "What was dropped" });
            }
            std::mem::take(&mut dropped.paths)
        };
        self.upload_files(paths, folder, with_link).await
    }
}

/// What use cases, sync and transfers build on.
impl App {
    pub(crate) fn config(&self) -> &AppConfig {
        &self.inner.config
    }

    pub(crate) fn host(&self) -> &dyn Host {
        &*self.inner.host
    }

    pub(crate) fn shown(&self) -> &Shown {
        &self.inner.shown
    }

    pub(crate) fn views(&self) -> &Views {
        &self.inner.views
    }

    pub(crate) fn transfer_queue(&self) -> &TransferQueue {
        &self.inner.transfers
    }

    pub(crate) fn remote(&self) -> Remote {
        lock(&self.inner.connection).remote.clone()
    }

    /// The open library; without one, nobody is signed in.
    pub(crate) fn library(&self) -> Result<Library, AppError> {
        lock(&self.inner.connection).library.clone().ok_or(AppError::Client(ClientError::NotSignedIn))
    }

    /// What the account has on this machine; without one, nobody is signed in.
    pub(crate) fn offline(&self) -> Result<Arc<Offline>, AppError> {
        lock(&self.inner.connection).offline.clone().ok_or(AppError::Client(ClientError::NotSignedIn))
    }

    pub(crate) fn take_library(&self) -> Option<Library> {
        self.inner.views.close_all();
        self.inner.transfers.close();
        let mut connection = lock(&self.inner.connection);
        connection.offline = None;
        connection.library.take()
    }

    /// Puts a library in place, if the connection that it was opened for is still the one.
    pub(crate) fn put_library(&self, of: &Remote, library: Library, offline: Arc<Offline>) -> bool {
        let mut connection = lock(&self.inner.connection);
        let is_the_one = connection.remote.server_url() == of.server_url();
        if is_the_one {
            connection.library = Some(library);
            connection.offline = Some(offline);
        }
        is_the_one
    }

    /// Goes over to a server.
    pub(crate) async fn connect(&self, server: Url) -> Result<(), AppError> {
        let remote = Remote::at(self.config(), server, self.inner.host.clone())?;
        remote.engine.set_limits(&limit_transfers::limits(self.config()));
        self.stop_transfers();
        let over = self.inner.closing.child_token();
        let before = {
            let mut connection = lock(&self.inner.connection);
            let next =
                Connection { remote: remote.clone(), library: None, offline: None, over: over.clone() };
            std::mem::replace(&mut *connection, next)
        };
        before.over.cancel();
        self.inner.views.close_all();
        self.inner.shown.restart(remote.server_url().to_owned());
        if let Some(library) = before.library {
            // What was cancelled does not come back with the server.
            if let Err(error) = library.end_all_transfers().await {
                tracing::warn!(%error, "cancelled transfers could not be taken out of the journal");
            }
            library.close().await;
        }
        self.spawn_until(over, sync::run(self.clone(), remote));
        Ok(())
    }

    /// Runs beside everything else, until it is done or the application ends.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.spawn_until(self.inner.closing.clone(), task);
    }

    fn spawn_until(&self, over: CancellationToken, task: impl Future<Output = ()> + Send + 'static) {
        self.inner.tasks.spawn(async move {
            tokio::select! {
                () = over.cancelled() => {}
                () = task => {}
            }
        });
    }

    /// Waits until nothing says that the server is away.
    pub(crate) async fn connected(&self) {
        let mut reachable = self.inner.shown.reachable();
        // It ends with the application only.
        let _ = reachable.wait_for(|reachable| *reachable).await;
    }

    /// Waits until the server has a folder that was made here: what goes into it comes after it.
    pub(crate) async fn until_made(&self, folder: Option<NodeId>) -> Result<(), AppError> {
        let Some(folder) = folder else { return Ok(()) };
        while self.library()?.waits_to_be_made(folder).await? {
            self.connected().await;
            tokio::time::sleep(UNMADE_POLL).await;
        }
        Ok(())
    }

    /// Waits until the server has what was done here to these: while it is there, and at most 10 seconds.
    pub(crate) async fn until_sent(&self, nodes: &[NodeId]) -> Result<(), AppError> {
        let library = self.library()?;
        let reachable = self.inner.shown.reachable();
        let until = tokio::time::Instant::now() + SENDING_TIME;
        self.nudge();
        while library.has_to_send(nodes).await? && *reachable.borrow() && tokio::time::Instant::now() < until
        {
            tokio::time::sleep(UNMADE_POLL).await;
        }
        Ok(())
    }

    /// Makes sync go at once.
    pub(crate) fn nudge(&self) {
        self.inner.nudge.notify_one();
    }

    pub(crate) async fn nudged(&self) {
        self.inner.nudge.notified().await;
    }

    /// Notes what an answer says of the server.
    pub(crate) fn answered<T>(&self, result: Result<T, ClientError>) -> Result<T, AppError> {
        let result = result.map_err(AppError::from);
        self.inner.shown.server_answered(&result);
        result
    }

    /// Takes nodes into the library. The server has them already: a library that cannot be written
    /// is told to the person, and is no failure of the mutation.
    pub(crate) async fn took_in(&self, nodes: &[Node]) {
        if let Ok(library) = self.library() {
            let changed = library.apply_nodes(nodes.to_vec()).await;
            self.library_took(&library, changed);
        }
    }

    pub(crate) async fn took_in_link(&self, link: &PublicLink) {
        if let Ok(library) = self.library() {
            let changed = library.apply_link(link.clone()).await;
            self.library_took(&library, changed);
        }
    }

    /// Tells the window that rows look different, and what waits to be sent.
    pub(crate) fn tell_changes(&self, library: &Library) {
        if let Ok(offline) = self.offline() {
            offline.wake();
        }
        self.tell_offline(library);
    }

    /// The same, where only what is on this machine is different.
    pub(crate) fn tell_offline(&self, library: &Library) {
        let (edits, counts) = (library.edit_counts(), library.counts());
        self.inner.shown.update(|state| (state.edits, state.counts) = (edits, counts));
        self.inner.shown.library_changed();
    }

    fn library_took(&self, library: &Library, changed: Result<bool, LibraryError>) {
        match changed {
            Ok(true) => self.tell_changes(library),
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, "an answer could not be kept: sync brings it again");
                self.inner.shown.library_changed();
            }
        }
        self.nudge();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
