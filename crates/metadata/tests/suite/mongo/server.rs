//! The server that the tests share.
//!
//! nextest runs each test in a process of its own, and a server takes a second to start: so the first test that
//! needs it starts one for all, and a process beside it ends that server when no test has used it for a while.
//! Who uses it holds a lock that is gone with the process, however it ends.

use std::env;
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

use mongodb::bson::Uuid;

/// A real MongoDB to test on.
const REAL: &str = "NOTESPOT_TEST_MONGODB_URI";
/// Makes this program the process beside the server: the folder that both are in.
const KEEPS: &str = "NOTESPOT_TEST_MONGODB_KEEPS";
const SERVER: &str = "secantusd-py";

const BOUND: Duration = Duration::from_mins(2);
const PAUSE: Duration = Duration::from_millis(50);
/// So many times in a row, a second apart, nobody uses it.
const UNUSED: usize = 5;

/// A database of one test.
pub(super) struct Database {
    server: String,
    pub(super) name: String,
}

impl Database {
    pub(super) fn new() -> Self {
        let server = env::var(REAL).unwrap_or_else(|_| shared());
        Self { server, name: format!("notespot_test_{}", Uuid::new()).replace('-', "") }
    }

    /// Where it is.
    pub(super) fn address(&self) -> String {
        let (scheme, rest) = self.server.split_once("://").expect("an address of a MongoDB");
        let (place, options) = rest.split_once('?').unwrap_or((rest, ""));
        let hosts = place.split('/').next().unwrap_or_default();
        format!("{scheme}://{hosts}/{}?{options}", self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if !is_real() {
            // Goes with the server.
            return;
        }
        let (address, name) = (self.address(), self.name.clone());
        let dropping = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let client = mongodb::Client::with_uri_str(address).await.unwrap();
                client.database(&name).drop().await.unwrap();
            });
        };
        drop(std::thread::spawn(dropping).join());
    }
}

/// Whether the tests run on a real MongoDB.
pub(super) fn is_real() -> bool {
    env::var_os(REAL).is_some()
}

/// The address of the server that the tests of this machine share.
fn shared() -> String {
    static PORT: OnceLock<(u16, File)> = OnceLock::new();
    let (port, _) = PORT.get_or_init(|| use_server(&folder()));
    format!("mongodb://127.0.0.1:{port}/?directConnection=true")
}

/// Of this program: another build has its own server.
fn folder() -> PathBuf {
    let name = env::current_exe().unwrap().file_name().unwrap().to_string_lossy().into_owned();
    let folder = env::temp_dir().join(format!("notespot-mongodb-of-{name}"));
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn lock_file(folder: &Path, name: &str) -> File {
    File::options().create(true).truncate(false).read(true).write(true).open(folder.join(name)).unwrap()
}

/// Its port, and what has to be held for as long as it is used.
fn use_server(folder: &Path) -> (u16, File) {
    let starting = lock_file(folder, "starting");
    starting.lock().unwrap();
    let used = lock_file(folder, "used");
    used.lock_shared().unwrap();
    let port = running(folder).unwrap_or_else(|| start(folder));
    (port, used)
}

fn running(folder: &Path) -> Option<u16> {
    let port = fs::read_to_string(folder.join("port")).ok()?.parse().ok()?;
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok().map(|_| port)
}

#[expect(clippy::zombie_processes, reason = "it is there for the tests that come after this one")]
fn start(folder: &Path) -> u16 {
    drop(fs::remove_file(folder.join("port")));
    let log = File::create(folder.join("keeper")).unwrap();
    let mut keeper = Command::new(env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "mongo::server::a_server_ends_when_no_test_has_used_it_for_a_while"])
        .env(KEEPS, folder)
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .process_group(0)
        .spawn()
        .unwrap();
    let began = Instant::now();
    loop {
        if let Some(port) = running(folder) {
            return port;
        }
        let said = || fs::read_to_string(folder.join("keeper")).unwrap_or_default();
        if let Some(status) = keeper.try_wait().unwrap() {
            panic!("{SERVER} did not start ({status}); `npm test` installs it\n{}", said());
        }
        assert!(began.elapsed() < BOUND, "{SERVER} was not ready after {BOUND:?}\n{}", said());
        sleep(PAUSE);
    }
}

/// In a process of its own, for as long as tests use the server; as a test it looks whether that is so.
#[test]
fn a_server_ends_when_no_test_has_used_it_for_a_while() {
    if let Some(folder) = env::var_os(KEEPS) {
        return keep(Path::new(&folder));
    }
    if is_real() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (port, used) = use_server(folder.path());
    let (again, also_used) = use_server(folder.path());
    assert_eq!(port, again, "the second finds the first one's");
    drop(used);
    sleep(Duration::from_secs(UNUSED as u64 + 2));
    assert_eq!(running(folder.path()), Some(port), "it is used still");
    drop(also_used);
    let began = Instant::now();
    while running(folder.path()).is_some() {
        assert!(began.elapsed() < BOUND, "it still runs");
        sleep(PAUSE);
    }
}

fn keep(folder: &Path) {
    let data = tempfile::tempdir_in(folder).unwrap();
    let mut server = serve(folder, data.path());
    let (starting, used) = (lock_file(folder, "starting"), lock_file(folder, "used"));
    let mut unused = 0;
    while server.try_wait().unwrap().is_none() && unused < UNUSED {
        sleep(Duration::from_secs(1));
        let is_used = used.try_lock().is_err();
        if !is_used {
            used.unlock().unwrap();
        }
        unused = if is_used { 0 } else { unused + 1 };
        if unused == UNUSED {
            // Nobody begins to use it in this moment.
            starting.lock().unwrap();
            if used.try_lock().is_err() {
                starting.unlock().unwrap();
                unused = 0;
            }
        }
    }
    drop(fs::remove_file(folder.join("port")));
    drop(server.kill());
    drop(server.wait());
}

/// Starts the server on a port that is free.
fn serve(folder: &Path, data: &Path) -> Child {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let log = File::create(folder.join("server")).unwrap();
    let mut server = Command::new(SERVER)
        .args(["--host", "127.0.0.1", "--port", &port.to_string(), "--sync-on-commit", "--storage-path"])
        .arg(data)
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap();
    let began = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        assert!(server.try_wait().unwrap().is_none(), "the server ended");
        assert!(began.elapsed() < BOUND, "the server was not ready");
        sleep(PAUSE);
    }
    let written = folder.join("port.new");
    fs::write(&written, port.to_string()).unwrap();
    fs::rename(written, folder.join("port")).unwrap();
    server
}
