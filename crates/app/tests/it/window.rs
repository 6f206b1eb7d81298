//! A window: hears events, reads lists.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use notespot_app::{
    App, AppConfig, Host, HostError, Keep, NetworkSettings, Redirect, Secret, TransferSettings,
};
use notespot_protocol::window::{AppEvent, AppState, NoticeKind, SyncStatus, ViewQuery, ViewRow, ViewSource};
use notespot_protocol::{NodeId, Order, SortKey};
use tokio::sync::watch;

use super::stand::Stand;

const BOUND: Duration = Duration::from_secs(20);

/// Keeps what it hears.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) clipboard: Mutex<Option<String>>,
    pub(crate) browser: Mutex<Vec<String>>,
    events: Mutex<Vec<(Instant, AppEvent)>>,
    count: watch::Sender<usize>,
}

impl Host for Heard {
    fn open_browser(&self, url: &str) -> Result<(), HostError> {
        self.browser.lock().unwrap().push(url.to_owned());
        Ok(())
    }

    fn copy_text(&self, text: &str) -> Result<(), HostError> {
        *self.clipboard.lock().unwrap() = Some(text.to_owned());
        Ok(())
    }

    fn on_event(&self, event: AppEvent) {
        self.events.lock().unwrap().push((Instant::now(), event));
        self.count.send_modify(|count| *count += 1);
    }
}

pub(crate) struct Window {
    pub(crate) app: App,
    pub(crate) heard: Arc<Heard>,
}

impl Window {
    /// A window on this server, with Ada's token and data in `data`.
    pub(crate) async fn open(stand: &Stand, data: &str) -> Self {
        let data = stand.folder.path().join(data);
        let config = AppConfig {
            server_url: Some(format!("http://{}", stand.address).parse().unwrap()),
            data_dir: data.clone(),
            config_dir: data,
            token: Some(Secret::new("ada's token")),
            redirect: Redirect::DeepLink,
            keep: Keep::Memory,
            transfers: TransferSettings::default(),
            network: NetworkSettings::default(),
            patience: AppConfig::DEFAULT_PATIENCE,
        };
        Self::with(config).await
    }

    pub(crate) async fn with(config: AppConfig) -> Self {
        let heard = Arc::new(Heard::default());
        let app = App::start(config, heard.clone()).await.unwrap();
        Self { app, heard }
    }

    /// Waits until the condition holds; looks after each event, and never without one.
    pub(crate) async fn until(&self, what: &str, mut holds: impl AsyncFnMut(&Self) -> bool) {
        let mut count = self.heard.count.subscribe();
        let waiting = async {
            while !holds(self).await {
                count.changed().await.unwrap();
            }
        };
        let waited = tokio::time::timeout(BOUND, waiting).await;
        assert!(waited.is_ok(), "never came: {what}; the state is {:#?}", self.app.state());
    }

    pub(crate) async fn until_state(&self, what: &str, holds: impl Fn(&AppState) -> bool) {
        self.until(what, async |window| holds(&window.app.state())).await;
    }

    pub(crate) async fn up_to_date(&self) {
        self.until_state("up to date", |state| state.sync.status == SyncStatus::UpToDate).await;
    }

    /// Waits until a list names exactly these.
    pub(crate) async fn until_names(&self, source: ViewSource, expected: &[&str]) {
        self.until(&format!("{expected:?}"), async |window| window.names(source.clone()).await == expected)
            .await;
    }

    pub(crate) async fn rows(&self, source: ViewSource) -> Vec<ViewRow> {
        let query = ViewQuery { source, sort: SortKey::Name, order: Order::Ascending };
        let Ok(view) = self.app.open_view(query).await else { return Vec::new() };
        self.app.view_rows(view.id, 0, view.total).await.unwrap()
    }

    pub(crate) async fn names(&self, source: ViewSource) -> Vec<String> {
        self.rows(source).await.into_iter().map(|row| row.name.to_string()).collect()
    }

    pub(crate) fn heard_notice(&self, kind: NoticeKind) -> bool {
        let events = self.heard.events.lock().unwrap();
        events.iter().any(|(_, event)| matches!(event, AppEvent::Notice { notice } if notice.kind == kind))
    }

    /// What these events told, and when, in order.
    pub(crate) fn heard_of<T>(&self, told: impl Fn(&AppEvent) -> Option<T>) -> Vec<(Instant, T)> {
        let events = self.heard.events.lock().unwrap();
        events.iter().filter_map(|(at, event)| Some((*at, told(event)?))).collect()
    }
}

pub(crate) fn top() -> ViewSource {
    ViewSource::Folder { id: None }
}

pub(crate) fn inside(id: NodeId) -> ViewSource {
    ViewSource::Folder { id: Some(id) }
}

pub(crate) fn search(text: &str) -> ViewSource {
    ViewSource::Search { text: text.into() }
}

/// The one library file under a window's data.
pub(crate) fn library_file(data: &Path) -> std::path::PathBuf {
    let files = std::fs::read_dir(data.join("libraries")).unwrap().map(|entry| entry.unwrap().path());
    files.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "sqlite")).unwrap()
}
