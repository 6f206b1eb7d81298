//! Machines of one person, on each of which the application dies once.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{Read as _, Seek as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;

use notespot_app::{
    AppConfig, Host, HostError, Keep, NetworkSettings, Redirect, Remote, Secret, TransferSettings,
};
use notespot_protocol::window::{AppEvent, Direction};
use notespot_protocol::{ErrorCode, Node, NodeId};
use notespot_testkit::TestServer;
use tempfile::TempDir;
use tokio::process::Command;

use crate::trees;
use crate::window::{Wishes, library_in, shown_file};

/// Set for the processes that die: what is wished there.
pub(crate) const WISHES: &str = "NOTESPOT_TEST_WISHES";
const LIBRARIES: &str = ".local/share/notespot/libraries";
const OFFLINE: &str = ".local/share/notespot/offline";
const GIVEN: &str = "given";
const FIRST: &str = "first";

/// A server, and what one person has there.
pub(crate) struct Scene {
    server: TestServer,
    token: String,
    folder: TempDir,
    pub(crate) remote: Remote,
    /// A folder that is to be downloaded.
    given: NodeId,
    /// The test whose program the processes are.
    test: &'static str,
}

struct Nobody;

impl Host for Nobody {
    fn open_browser(&self, _: &str) -> Result<(), HostError> {
        Ok(())
    }

    fn copy_text(&self, _: &str) -> Result<(), HostError> {
        Ok(())
    }

    fn on_event(&self, _: AppEvent) {}
}

impl Scene {
    /// `test` gives way to [`run`](crate::window::run) where [`WISHES`] is set.
    pub(crate) async fn begin(test: &'static str) -> Self {
        let server = TestServer::start().await.unwrap();
        let token = server.somebody("Ada").await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("no window");
        let config = AppConfig {
            server_url: Some(server.base_url().clone()),
            data_dir: data.clone(),
            config_dir: data,
            token: Some(Secret::new(&*token)),
            redirect: Redirect::DeepLink,
            keep: Keep::Memory,
            transfers: TransferSettings::default(),
            network: NetworkSettings::default(),
            locale: "en".into(),
            patience: AppConfig::DEFAULT_PATIENCE,
        };
        let remote = Remote::start(config, Arc::new(Nobody)).await.unwrap();
        let mut scene = Self { server, token, folder, remote, given: NodeId::generate(), test };
        let first = scene.first();
        trees::make(&first.tree(), 0);
        let wishes = Wishes { upload: Some(first.tree()), ..Wishes::default() };
        assert!(!first.runs(&wishes, &[]).await);
        scene.given = scene.remote.find(GIVEN).await.unwrap().id;
        scene
    }

    /// Else the next machines would write down first what the ones before them have uploaded.
    pub(crate) async fn bring_library_up_to_date(&self) {
        assert!(!self.first().runs(&Wishes::default(), &[]).await);
    }

    fn first(&self) -> Machine<'_> {
        Machine { scene: self, home: self.folder.path().join(FIRST), name: GIVEN.to_owned() }
    }

    /// One more machine, whose library is that of the first.
    pub(crate) fn machine(&self, seed: u64) -> Machine<'_> {
        let machine = Machine::new(self, &format!("tree {seed}"));
        let library = self.first().library("");
        let copy = machine.home.join(LIBRARIES).join(library.file_name().unwrap());
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(library, copy).unwrap();
        trees::make(&machine.tree(), seed);
        fs::create_dir_all(machine.back()).unwrap();
        fs::write(machine.back().join("a.txt"), "mine").unwrap();
        machine
    }

    /// Downloads whole folders: what the server says of its files is one thing, their bytes another.
    pub(crate) async fn require_bytes(&self, machines: &[Machine<'_>]) {
        let last = Machine::new(self, "last");
        let mut download = Vec::new();
        for machine in machines {
            download.push(self.remote.find(&machine.name).await.unwrap().id);
        }
        let wishes = Wishes { download, to: last.home.join("all"), ..Wishes::default() };
        fs::create_dir(&wishes.to).unwrap();
        assert!(!last.runs(&wishes, &[]).await);
        for machine in machines {
            trees::require(&wishes.to.join(&machine.name), &trees::read(&machine.tree()));
        }
    }
}

/// A home folder, with a tree to upload and a folder to download to.
pub(crate) struct Machine<'a> {
    scene: &'a Scene,
    home: PathBuf,
    /// Of the tree, here and at the server.
    name: String,
}

impl<'a> Machine<'a> {
    fn new(scene: &'a Scene, name: &str) -> Self {
        let home = scene.folder.path().join(name);
        fs::create_dir(&home).unwrap();
        Self { scene, home, name: name.to_owned() }
    }

    /// The file that the journal is in, or one that SQLite keeps beside it.
    pub(crate) fn library(&self, suffix: &str) -> PathBuf {
        let mut path = library_in(&self.home.join(LIBRARIES)).into_os_string();
        path.push(suffix);
        path.into()
    }

    fn tree(&self) -> PathBuf {
        self.home.join(&self.name)
    }

    fn back(&self) -> PathBuf {
        self.home.join("back").join(GIVEN)
    }

    /// To upload the tree, and to download what is given beside what is there.
    pub(crate) fn wishes(&self) -> Wishes {
        let (upload, download) = (Some(self.tree()), vec![self.scene.given]);
        Wishes { upload, download, to: self.home.join("back"), ..Wishes::default() }
    }

    /// To keep what is given available offline; where that is known already, only to wait for it.
    pub(crate) fn keeping(&self) -> Wishes {
        let is_known = self.library("").with_extension("pins").exists();
        let keep = if is_known { Vec::new() } else { vec![self.scene.given] };
        let kept = u32::try_from(trees::read(&self.scene.first().tree()).len()).unwrap();
        Wishes { keep, kept, ..Wishes::default() }
    }

    /// Each file that is given is here once, whole, and nothing else is.
    pub(crate) fn require_kept(&self) {
        let account = fs::read_dir(self.home.join(OFFLINE)).unwrap().next().unwrap().unwrap().path();
        let mut contents = Vec::new();
        for entry in fs::read_dir(account.join("kept")).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                assert_eq!(
                    fs::read_dir(path).unwrap().count(),
                    0,
                    "{}: something is still arriving",
                    self.name
                );
            } else {
                contents.push(fs::read(path).unwrap());
            }
        }
        let mut expected: Vec<_> = trees::read(&self.scene.first().tree()).into_values().collect();
        contents.sort_unstable();
        expected.sort_unstable();
        assert!(contents == expected, "{}: {} contents", self.name, contents.len());
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.home.join(file)).unwrap()
    }

    /// Runs the application until it has done what is wished, or dies of what it runs `under`; whether
    /// it died.
    pub(crate) async fn runs(&self, wishes: &Wishes, under: &[String]) -> bool {
        let program = std::env::current_exe().unwrap().into_os_string();
        let mut words = under.iter().map(OsString::from).chain([program]);
        let mut command = Command::new(words.next().unwrap());
        command.args(words).args(["--exact", self.scene.test, "--nocapture"]).current_dir(&self.home);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", &self.home).env(WISHES, serde_json::to_string(wishes).unwrap());
        command.env("NOTESPOT_SERVER", self.scene.server.base_url().as_str());
        command.env("NOTESPOT_TOKEN", &self.scene.token).kill_on_drop(true);
        let mut said = tempfile::tempfile().unwrap();
        let told = || Stdio::from(said.try_clone().unwrap());
        command.stdin(Stdio::null()).stdout(told()).stderr(told());
        let status = command.spawn().unwrap().wait().await.unwrap();
        let died = status.signal() == Some(9);
        if !died && !status.success() {
            let mut text = String::new();
            said.rewind().and_then(|()| said.read_to_string(&mut text)).unwrap();
            panic!("{}, {under:?}: {status}\n{text}", self.name);
        }
        died
    }

    /// What was asked for and never reached the journal, to be asked for again. What was shown to be under
    /// way did reach it, and is done.
    pub(crate) async fn not_asked_for(&self) -> Wishes {
        let mut wishes = self.wishes();
        let is_lost = |direction| {
            assert!(!shown_file(&self.home, direction).exists(), "{}: {direction:?} was lost", self.name);
        };
        if self.uploaded().await.is_some() {
            wishes.upload = None;
        } else {
            is_lost(Direction::Upload);
        }
        if trees::read(&self.back()).len() > 1 {
            wishes.download.clear();
        } else {
            is_lost(Direction::Download);
        }
        wishes
    }

    async fn uploaded(&self) -> Option<Node> {
        match self.scene.remote.find(&self.name).await {
            Ok(node) => Some(node),
            Err(error) if error.code() == ErrorCode::NotFound => None,
            Err(error) => panic!("{error}"),
        }
    }

    /// Everything is where it was wished, once, and nothing else.
    pub(crate) async fn require_done(&self) {
        let uploaded = self.uploaded().await.unwrap();
        trees::require_at_server(&self.scene.remote, &self.tree(), uploaded.id).await;
        trees::require(&self.back(), &self.expected_back());
    }

    fn expected_back(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut expected = trees::read(&self.scene.first().tree());
        let given = expected.insert("a.txt".into(), b"mine".to_vec()).unwrap();
        expected.insert("a (2).txt".into(), given);
        expected
    }
}
