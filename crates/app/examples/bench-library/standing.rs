//! The app as a window runs it, and what the window would hear.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use notespot_app::{
    App, AppConfig, Host, HostError, Keep, NetworkSettings, Redirect, Secret, TransferSettings,
};
use notespot_protocol::Order;
use notespot_protocol::window::{AppEvent, OpenedView, SyncStatus, ViewQuery, ViewSort, ViewSource};
use tokio::sync::Notify;

pub(crate) const SERVER: &str = "BENCH_SERVER";
pub(crate) const TOKEN: &str = "BENCH_TOKEN";
pub(crate) const DATA: &str = "BENCH_DATA";

/// Rows that fill a window.
pub(crate) const WINDOW_ROWS: u32 = 60;
/// Longer than anything here takes.
const BOUND: Duration = Duration::from_mins(10);

/// How an app is started.
pub(crate) struct Standing {
    pub(crate) server: url::Url,
    pub(crate) token: String,
    pub(crate) data: PathBuf,
}

/// Counts what the window is told.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) library_changed: AtomicU32,
    pub(crate) state_changed: AtomicU32,
    pub(crate) told: Notify,
}

impl Host for Heard {
    fn open_browser(&self, _: &str) -> Result<(), HostError> {
        Ok(())
    }

    fn copy_text(&self, _: &str) -> Result<(), HostError> {
        Ok(())
    }

    fn on_event(&self, event: AppEvent) {
        match event {
            AppEvent::LibraryChanged => self.library_changed.fetch_add(1, Ordering::Relaxed),
            AppEvent::StateChanged { .. } => self.state_changed.fetch_add(1, Ordering::Relaxed),
            _ => 0,
        };
        self.told.notify_one();
    }
}

impl Standing {
    pub(crate) fn from_environment() -> Self {
        let set = |name| std::env::var(name).unwrap();
        Self { server: set(SERVER).parse().unwrap(), token: set(TOKEN), data: set(DATA).into() }
    }

    pub(crate) async fn start(&self) -> (App, Arc<Heard>) {
        let heard = Arc::new(Heard::default());
        (App::start(self.config(), heard.clone()).await.unwrap(), heard)
    }

    /// An app that has everything.
    pub(crate) async fn settled(&self) -> (App, Arc<Heard>) {
        let (app, heard) = self.start().await;
        until_up_to_date(&app).await;
        (app, heard)
    }

    fn config(&self) -> AppConfig {
        AppConfig {
            server_url: Some(self.server.clone()),
            data_dir: self.data.clone(),
            config_dir: self.data.clone(),
            token: Some(Secret::new(&self.token)),
            redirect: Redirect::DeepLink,
            keep: Keep::Memory,
            transfers: TransferSettings::default(),
            network: NetworkSettings::default(),
            locale: "en".into(),
            patience: AppConfig::DEFAULT_PATIENCE,
        }
    }

    /// The library's file.
    pub(crate) fn library(&self) -> PathBuf {
        let found = walkdir::WalkDir::new(&self.data).into_iter().flatten();
        let mut files = found.filter(|entry| entry.path().extension().is_some_and(|end| end == "sqlite"));
        files.next().unwrap().into_path()
    }
}

pub(crate) async fn until_up_to_date(app: &App) {
    let end = Instant::now() + BOUND;
    while app.state().sync.status != SyncStatus::UpToDate {
        assert!(Instant::now() < end, "{:?}", app.state());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

pub(crate) fn top() -> ViewSource {
    ViewSource::Folder { id: None }
}

pub(crate) fn search(text: &str) -> ViewSource {
    ViewSource::Search { text: text.into() }
}

pub(crate) async fn open(app: &App, source: ViewSource, sort: ViewSort, order: Order) -> OpenedView {
    app.open_view(ViewQuery { source, sort, order }).await.unwrap()
}

/// As the window does when it begins: asks again until somebody is signed in. Gives how long the answer took that had
/// rows, and how many there are.
pub(crate) async fn first_rows(app: &App) -> (Duration, u32) {
    loop {
        let began = Instant::now();
        let query = ViewQuery { source: top(), sort: ViewSort::Name, order: Order::Ascending };
        if let Ok(view) = app.open_view(query).await {
            let rows = app.view_rows(view.id, 0, WINDOW_ROWS).await.unwrap();
            assert_eq!(rows.len(), view.total.min(WINDOW_ROWS) as usize);
            return (began.elapsed(), view.total);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
