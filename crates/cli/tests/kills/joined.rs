//! Content that is one object at the store already, and no file yet.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notespot_testkit::{Api, Direction, FaultProxy, TestServer};
use url::Url;

use crate::death::{Death, NEW_FOLDERS, REMOVALS};
use crate::replaced::files_at;
use crate::scene::{MIB, Scene};

const BOUND: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(5);

/// The one upload in parts that the store has (`embedded/layout.rs`).
struct Stored {
    parts: PathBuf,
    open: PathBuf,
    object: PathBuf,
}

impl Stored {
    /// Waits until a part has arrived: the server keeps a record of it then.
    async fn begun(server: &TestServer) -> Self {
        let objects = server.data_dir().join("objects");
        let begun = async {
            loop {
                let uploads =
                    fs::read_dir(objects.join("parts")).unwrap().map(|upload| upload.unwrap().path());
                if let Some(parts) = uploads.into_iter().find(|parts| count_parts(parts) > 0) {
                    return parts;
                }
                tokio::time::sleep(POLL).await;
            }
        };
        let parts = tokio::time::timeout(BOUND, begun).await.expect("no part has arrived");
        let key = parts.file_name().unwrap().to_str().unwrap().split_once('-').unwrap().0.to_owned();
        let object = objects.join("objects").join(&key[..2]).join(&key);
        Self { open: parts.join("open"), object, parts }
    }
}

fn count_parts(upload: &Path) -> usize {
    fs::read_dir(upload).unwrap().filter(|part| part.as_ref().unwrap().file_name() != "open").count()
}

/// The server dies in place of this call, having done everything before it: while it starts, or while it
/// serves.
async fn dies_on(server: &mut TestServer, calls: &'static str, path: &Path) {
    let death = Death::On(calls, path.to_owned(), 1);
    if death.begin(server, Vec::new()).await {
        let came = tokio::time::timeout(BOUND, death.come(server)).await;
        assert!(came.is_ok(), "{death:?} never came:\n{}", server.log().unwrap());
    }
}

/// How the server dies when the parts have become an object.
enum Dies {
    /// Before the upload is noted as ended.
    Open,
    /// After that.
    Ended,
}

/// The server dies when some parts have arrived, when all have, and when they are joined: they were not
/// published then. The command goes on by itself, and with nothing sent again they become one file.
async fn goes_on_by_itself(dies: Dies) {
    let proxy = FaultProxy::start().await.unwrap();
    let mut scene = Scene::with(TestServer::behind(&proxy).await.unwrap()).await;
    let direct = Url::parse(&format!("http://{}", scene.server.address())).unwrap();
    let direct = Api::new(direct, Some(scene.cli.token.clone())).unwrap();
    let tree = scene.tree("tree", 0, &[40 * MIB]);
    let upload = scene.cli.completes(&["upload", "tree", "--limit-up", "20M"]);
    let server = &mut scene.server;
    let deaths = async {
        let stored = Stored::begun(server).await;
        server.kill_9().await.unwrap();
        dies_on(server, NEW_FOLDERS, stored.object.parent().unwrap()).await;
        assert_eq!(count_parts(&stored.parts), 3, "all have arrived");
        assert!(!stored.object.exists(), "and are not joined");
        match dies {
            Dies::Open => {
                dies_on(server, REMOVALS, &stored.open).await;
                assert!(stored.open.exists());
                // Once more, when the store has found that it was joined.
                dies_on(server, "openat", &stored.object).await;
            }
            Dies::Ended => {
                dies_on(server, "fsync", &stored.parts).await;
                assert!(!stored.open.exists());
            }
        }
        assert!(stored.object.exists(), "they are joined");

        proxy.go_offline();
        server.start_again().await.unwrap();
        assert!(files_at(&direct).await.is_empty(), "it was not published");
        let sent = proxy.passed(Direction::ToServer);
        proxy.go_online();
        (sent, if matches!(dies, Dies::Open) { 4 } else { 3 })
    };
    let (_output, (sent, kills)) = tokio::join!(upload, deaths);
    scene.kills += kills;
    assert_eq!(files_at(&direct).await.len(), 1);
    assert!(proxy.passed(Direction::ToServer) - sent < MIB, "nothing is sent again");
    scene.uploaded(tree);
    scene.ends(kills).await;
}

#[tokio::test]
async fn what_was_joined_and_not_published_becomes_one_file() {
    goes_on_by_itself(Dies::Open).await;
}

#[tokio::test]
async fn what_was_joined_and_noted_and_not_published_becomes_one_file() {
    goes_on_by_itself(Dies::Ended).await;
}
