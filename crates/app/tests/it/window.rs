//! A window: hears events, reads lists.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use notespot_app::{
    App, AppConfig, AppError, Host, HostError, Keep, NetworkSettings, Redirect, Secret, TransferSettings,
};
use notespot_protocol::window::{
    AppEvent, AppState, NoticeKind, SyncStatus, ViewQuery, ViewRow, ViewSort, ViewSource,
};
use notespot_protocol::{Node, NodeId, Order};
use tokio::sync::watch;

use super::stand::Stand;

const BOUND: Duration = Duration::from_secs(20);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Keeps what it hears.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) clipboard: Mutex<Option<String>>,
    pub(crate) browser: Mutex<Vec<String>>,
    /// Files that programs were given.
    pub(crate) opened: Mutex<Vec<PathBuf>>,
    /// Files whose folders were shown.
    pub(crate) shown: Mutex<Vec<PathBuf>>,
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

    fn open_file(&self, path: &Path) -> Result<(), HostError> {
        self.opened.lock().unwrap().push(path.to_owned());
        Ok(())
    }

    fn show_in_folder(&self, path: &Path) -> Result<(), HostError> {
        self.shown.lock().unwrap().push(path.to_owned());
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
            server_url: Some(stand.server.base_url().clone()),
            data_dir: data.clone(),
            config_dir: data,
            token: Some(Secret::new(&*stand.token)),
            redirect: Redirect::DeepLink,
            keep: Keep::Memory,
            transfers: TransferSettings::default(),
            network: NetworkSettings::default(),
            locale: "en".into(),
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

    /// The same of what nobody tells the window of, such as what is on the disk.
    pub(crate) async fn until_untold(&self, what: &str, mut holds: impl AsyncFnMut(&Self) -> bool) {
        let waiting = async {
            while !holds(self).await {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        assert!(tokio::time::timeout(BOUND, waiting).await.is_ok(), "never came: {what}");
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
        let query = ViewQuery { source, sort: ViewSort::Name, order: Order::Ascending };
        let Ok(view) = self.app.open_view(query).await else { return Vec::new() };
        self.app.view_rows(view.id, 0, view.total).await.unwrap()
    }

    pub(crate) async fn names(&self, source: ViewSource) -> Vec<String> {
        self.rows(source).await.into_iter().map(|row| row.name.to_string()).collect()
    }

    /// As the window does it: with what it shows as what was seen.
    pub(crate) async fn rename(&self, id: NodeId, name: &str) -> Result<Node, AppError> {
        let seen = self.shown(id).await.map(|node| node.name.to_string());
        self.app.rename(id, seen.as_deref().unwrap_or("unknown"), name).await
    }

    pub(crate) async fn describe(&self, id: NodeId, text: &str) -> Result<Node, AppError> {
        let seen = self.shown(id).await.map(|node| node.description).unwrap_or_default();
        self.app.describe(id, &seen, text).await
    }

    pub(crate) async fn tag(&self, id: NodeId, tags: Vec<String>) -> Result<Node, AppError> {
        let seen = self.shown(id).await.map(|node| node.tags).unwrap_or_default();
        self.app.tag(id, seen, tags).await
    }

    async fn shown(&self, id: NodeId) -> Option<Node> {
        self.app.node_details(id).await.ok().map(|details| details.node)
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
pub(crate) fn library_file(data: &Path) -> PathBuf {
    let files = std::fs::read_dir(data.join("libraries")).unwrap().map(|entry| entry.unwrap().path());
    files.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "sqlite")).unwrap()
}
