//! The application as a process that may die. Everything but the window is that of the desktop.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notespot_app::{App, AppConfig, Host, HostError, Keep, Redirect, SaveTo};
use notespot_protocol::window::{
    AppEvent, Direction, MoveTo, SyncStatus, TargetAnswer, TransferState, Transfers, ViewQuery, ViewSort,
    ViewSource,
};
use notespot_protocol::{NodeId, Order};
use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Serialize};

const BOUND: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(20);

/// What a person asks for, as it is handed to the process.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Wishes {
    pub(crate) upload: Option<PathBuf>,
    pub(crate) download: Vec<NodeId>,
    pub(crate) to: PathBuf,
    /// To be kept available offline.
    pub(crate) keep: Vec<NodeId>,
    /// So many files are to be kept in the end; where none, nobody looks.
    pub(crate) kept: u32,
    /// Before that, the disk is to be full: what that is told by is written to [`FULL`].
    pub(crate) until_full: bool,
}

/// What the person was told, by its code.
pub(crate) const FULL: &str = "the disk is full";

/// The file that says that something of this kind was shown to be under way: a crash may not lose it.
pub(crate) fn shown_file(home: &Path, direction: Direction) -> PathBuf {
    home.join(match direction {
        Direction::Upload => "an upload was shown",
        Direction::Download => "a download was shown",
    })
}

struct Shown {
    home: PathBuf,
}

impl Host for Shown {
    fn open_browser(&self, _: &str) -> Result<(), HostError> {
        Ok(())
    }

    fn copy_text(&self, _: &str) -> Result<(), HostError> {
        Ok(())
    }

    fn on_event(&self, event: AppEvent) {
        let AppEvent::TransfersChanged { transfers } = event else { return };
        for direction in [Direction::Upload, Direction::Download] {
            let file = shown_file(&self.home, direction);
            if transfers.items.iter().any(|one| one.direction == direction) && !file.exists() {
                fs::write(file, "").unwrap();
            }
        }
    }
}

/// Asks for these, has everything done that was asked for here at any time, and ends in order.
pub(crate) async fn run(wishes: &str) {
    let wishes: Wishes = serde_json::from_str(wishes).unwrap();
    let config = AppConfig { keep: Keep::Memory, ..AppConfig::from_environment(Redirect::DeepLink).unwrap() };
    let libraries = config.data_dir.join("libraries");
    let home = std::env::current_dir().unwrap();
    let app = App::start(config, Arc::new(Shown { home })).await.unwrap();
    until(&app, "the library", || app.state().sync.status == SyncStatus::UpToDate).await;
    tokio::join!(upload(&app, &wishes), download(&app, &wishes), meddle(&app, &wishes));
    let read_only = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let journal = Connection::open_with_flags(library_in(&libraries), read_only).unwrap();
    let waiting = async {
        while left(&journal) > 0 {
            decide(&app, &app.transfers()).await;
            tokio::time::sleep(POLL).await;
        }
    };
    let waited = tokio::time::timeout(BOUND, waiting).await;
    assert!(waited.is_ok(), "this was never done: {:#?}", app.transfers());
    journal.close().unwrap();
    if !wishes.keep.is_empty() {
        app.keep_offline(wishes.keep, true).await.unwrap();
    }
    if wishes.until_full {
        fs::write(FULL, until_failed(&app).await).unwrap();
    }
    if wishes.kept > 0 {
        until(&app, "all is kept", || app.state().counts.offline == wishes.kept).await;
    }
    app.shut_down().await;
}

async fn upload(app: &App, wishes: &Wishes) {
    if let Some(path) = &wishes.upload {
        app.upload_files(vec![path.clone()], None, false).await.unwrap();
    }
}

async fn download(app: &App, wishes: &Wishes) {
    if !wishes.download.is_empty() {
        app.download_files(wishes.download.clone(), SaveTo::Folder(wishes.to.clone())).await.unwrap();
    }
}

/// What else a person does that the journal remembers.
async fn meddle(app: &App, wishes: &Wishes) {
    if wishes.upload.is_none() && wishes.download.is_empty() {
        return;
    }
    until(app, "something under way", || app.transfers().total > 0).await;
    app.pause_all_transfers().await.unwrap();
    if let Some(held) = app.transfers().items.iter().rfind(|one| one.state == TransferState::Paused) {
        app.move_transfer(held.id, MoveTo::Top).await.unwrap();
    }
    app.resume_all_transfers().await.unwrap();
}

/// What a person does about transfers that do not go on by themselves.
async fn decide(app: &App, transfers: &Transfers) {
    if transfers.paused > 0 {
        app.resume_all_transfers().await.unwrap();
    }
    if let Some(asks) = transfers.items.iter().find(|one| one.state == TransferState::TargetExists) {
        app.answer_target(asks.id, TargetAnswer::KeepBoth, true).await.unwrap();
    }
}

/// Waits until a large file could not be kept; by the code that its details give as the reason.
async fn until_failed(app: &App) -> String {
    let source = ViewSource::Search { text: "film".to_owned() };
    let query = ViewQuery { source, sort: ViewSort::Name, order: Order::Ascending };
    let view = app.open_view(query).await.unwrap();
    let film = app.view_rows(view.id, 0, 1).await.unwrap()[0].id;
    let waiting = async {
        loop {
            let offline = app.node_details(film).await.unwrap().offline;
            if let Some(failure) = offline.and_then(|offline| offline.failure) {
                return serde_json::to_string(&failure.code).unwrap();
            }
            tokio::time::sleep(POLL).await;
        }
    };
    tokio::time::timeout(BOUND, waiting).await.expect("nothing failed")
}

/// What stands in the journal.
fn left(journal: &Connection) -> i64 {
    let count = "SELECT (SELECT count(*) FROM requests) + (SELECT count(*) FROM transfers)";
    journal.query_row(count, [], |row| row.get(0)).unwrap()
}

/// The one library in this folder.
pub(crate) fn library_in(folder: &Path) -> PathBuf {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.into_iter().find(|path| path.extension() == Some(OsStr::new("sqlite"))).unwrap()
}

async fn until(app: &App, what: &str, holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(POLL).await;
        }
    };
    let waited = tokio::time::timeout(BOUND, waiting).await;
    assert!(waited.is_ok(), "never came: {what}; the state is {:#?}", app.state());
}
