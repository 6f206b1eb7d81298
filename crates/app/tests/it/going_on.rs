//! The window's transfers over crashes, pauses and a connection that comes and goes.

use std::path::PathBuf;
use std::time::Duration;

use notespot_app::{AppConfig, SaveTo};
use notespot_protocol::ByteCount;
use notespot_protocol::window::{MoveTo, TransferId, TransferLimits, TransferState};
use notespot_testkit::{Direction, Fault, FaultKind, FaultProxy, TestServer, content, days_later};
use tokio::runtime::Runtime;

use super::transfers::{BOUND, MIB, Person, settled, upload};
use super::window::{Window, top};

/// One run of the app that ends as `kill -9` ends it: nothing of it runs any further, and nothing is
/// written or closed in order. (That a kill of the real program does the same is shown in `e2e`.)
struct Run {
    runtime: Runtime,
}

impl Run {
    async fn of<T: Send + 'static, F>(
        config: AppConfig,
        work: impl FnOnce(Window) -> F + Send + 'static,
    ) -> (Self, T)
    where
        F: Future<Output = T>,
    {
        let runtime = Runtime::new().unwrap();
        let handle = runtime.handle().clone();
        let done = tokio::task::spawn_blocking(move || {
            handle.block_on(async move {
                let window = Window::with(config).await;
                window.up_to_date().await;
                work(window).await
            })
        });
        (Self { runtime }, done.await.unwrap())
    }

    fn kill(self) {
        self.runtime.shutdown_background();
    }
}

fn stall(direction: Direction, after_bytes: u64) -> Fault {
    Fault { direction, after_bytes, kind: FaultKind::Stall }
}

async fn begin_upload(window: Window, paths: Vec<PathBuf>) -> Window {
    window.app.upload_files(paths, None, false).await.unwrap();
    window
}

/// The same, with one part after the other: of those that are sent side by side, none may be whole when the stream
/// stops.
async fn begin_upload_in_turn(window: Window, paths: Vec<PathBuf>) -> Window {
    let limits = TransferLimits { parallel: Some(1), ..window.app.transfer_limits() };
    window.app.set_transfer_limits(limits).await.unwrap();
    begin_upload(window, paths).await
}

#[tokio::test]
async fn an_upload_that_was_killed_goes_on_by_itself_and_sends_only_the_rest() {
    let proxy = FaultProxy::start().await.unwrap();
    let server = TestServer::behind(&proxy).await.unwrap();
    let ada = Person::ada(&server).await;
    let path = ada.file("film.mkv", &content(1, 64 * MIB));
    proxy.inject(stall(Direction::ToServer, 48 << 20));
    let (run, window) = Run::of(ada.config.clone(), |window| begin_upload_in_turn(window, vec![path])).await;
    proxy.struck(1, BOUND).await.unwrap();
    run.kill();
    drop(window);
    proxy.heal();

    let before = proxy.passed(Direction::ToServer);
    let window = ada.window().await;
    window.until("the upload is done", async |window| window.app.transfers().done == 1).await;
    let sent = proxy.passed(Direction::ToServer) - before;
    assert!(sent < 56 << 20, "{sent} bytes were sent again");
    assert_eq!(ada.remote().await.list(None).await.unwrap().len(), 1);
    assert_eq!(window.app.transfers().total, 1);
    window.app.shut_down().await;
    assert_eq!(ada.window().await.app.transfers().total, 0, "what is done has left the journal");
}

#[tokio::test]
async fn a_download_that_was_killed_goes_on_from_its_part_file() {
    let proxy = FaultProxy::start().await.unwrap();
    let server = TestServer::behind(&proxy).await.unwrap();
    let ada = Person::ada(&server).await;
    let bytes = content(2, 64 * MIB);
    let node = upload(&ada.remote().await, ada.file("film.mkv", &bytes)).await.unwrap();
    let target = ada.folder.path().join("back.mkv");
    proxy.inject(stall(Direction::ToClient, 48 << 20));
    let to = SaveTo::File(target.clone());
    let (run, window) = Run::of(ada.config.clone(), move |window| async move {
        window.app.download_files(vec![node.id], to).await.unwrap();
        window
    })
    .await;
    proxy.struck(1, BOUND).await.unwrap();
    run.kill();
    drop(window);
    proxy.heal();

    let window = ada.window().await;
    window.until("the download is done", async |window| window.app.transfers().done == 1).await;
    assert!(std::fs::read(target).unwrap() == bytes);
}

#[tokio::test]
async fn after_kills_at_any_instant_each_file_is_there_once() {
    let server = TestServer::start().await.unwrap();
    let ada = Person::ada(&server).await;
    let album = ada.folder.path().join("album");
    std::fs::create_dir(&album).unwrap();
    for number in 0..300 {
        std::fs::write(album.join(format!("{number:03}.txt")), format!("file {number}")).unwrap();
    }
    let mut album = Some(album);
    for instant in [0, 3, 10, 25, 40, 60, 90, 130] {
        let paths: Vec<_> = album.take().into_iter().collect();
        let (run, ()) = Run::of(ada.config.clone(), move |window| async move {
            if paths.is_empty() {
                return;
            }
            // What is asked for is to survive from the moment at which it is known to the journal.
            let app = window.app.clone();
            tokio::spawn(async move { app.upload_files(paths, None, false).await });
            window.until("something waits", async |window| window.app.transfers().total > 0).await;
        })
        .await;
        // Not to wait for anything: this is the instant of the kill.
        tokio::time::sleep(Duration::from_millis(instant)).await;
        run.kill();
    }
    let window = ada.window().await;
    let remote = ada.remote().await;
    let album = remote.find("album").await.unwrap();
    window
        .until("all are there", async |window| {
            window.app.transfers().active == 0
                && remote.list(Some(album.id)).await.is_ok_and(|nodes| nodes.len() >= 300)
        })
        .await;
    let mut names: Vec<_> =
        remote.list(Some(album.id)).await.unwrap().into_iter().map(|node| node.name.to_string()).collect();
    names.sort();
    let expected: Vec<_> = (0..300).map(|number| format!("{number:03}.txt")).collect();
    assert_eq!(names, expected);
}

#[tokio::test]
async fn a_pause_holds_over_a_restart_and_what_has_arrived_stays() {
    let proxy = FaultProxy::start().await.unwrap();
    let server = TestServer::behind(&proxy).await.unwrap();
    let ada = Person::ada(&server).await;
    let path = ada.file("film.mkv", &content(3, 64 * MIB));
    proxy.inject(stall(Direction::ToServer, 48 << 20));
    let window = begin_upload_in_turn(ada.window().await, vec![path]).await;
    proxy.struck(1, BOUND).await.unwrap();
    let id = window.app.transfers().items[0].id;
    window.app.pause_transfer(id).await.unwrap();
    assert_eq!(window.app.transfers().items[0].state, TransferState::Paused);
    window.app.shut_down().await;
    proxy.heal();

    let window = ada.window().await;
    assert_eq!(window.app.transfers().paused, 1);
    let before = proxy.passed(Direction::ToServer);
    window.app.resume_transfer(window.app.transfers().items[0].id).await.unwrap();
    window.until("the upload is done", async |window| window.app.transfers().done == 1).await;
    let sent = proxy.passed(Direction::ToServer) - before;
    assert!(sent < 56 << 20, "{sent} bytes were sent again");
}

#[tokio::test]
async fn a_download_that_is_cancelled_while_it_is_paused_leaves_no_part_file() {
    let proxy = FaultProxy::start().await.unwrap();
    let server = TestServer::behind(&proxy).await.unwrap();
    let ada = Person::ada(&server).await;
    let node = upload(&ada.remote().await, ada.file("film.mkv", &content(4, 40 * MIB))).await.unwrap();
    let here = ada.folder.path().join("here");
    std::fs::create_dir(&here).unwrap();
    let window = ada.window().await;
    proxy.inject(stall(Direction::ToClient, 20 << 20));
    window.app.download_files(vec![node.id], SaveTo::Folder(here.clone())).await.unwrap();
    proxy.struck(1, BOUND).await.unwrap();
    let id = window.app.transfers().items[0].id;
    window.app.pause_transfer(id).await.unwrap();
    let files = || std::fs::read_dir(&here).unwrap().count();
    assert_eq!(files(), 1, "a pause keeps what has arrived");
    window.app.cancel_transfer(id).await.unwrap();
    assert_eq!(settled(&window).await[0].state, TransferState::Cancelled);
    let gone = async {
        while files() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(BOUND, gone).await.expect("the part file goes");
}

#[tokio::test]
async fn without_the_server_transfers_wait_and_go_on_by_themselves() {
    let proxy = FaultProxy::start().await.unwrap();
    let server = TestServer::behind(&proxy).await.unwrap();
    let ada = Person::ada(&server).await;
    let album = ada.folder.path().join("album");
    std::fs::create_dir(&album).unwrap();
    std::fs::write(album.join("inner.txt"), b"inner").unwrap();
    let window = ada.window().await;
    proxy.go_offline();
    let app = window.app.clone();
    let paths = vec![ada.file("note.txt", b"one"), album];
    let asked = tokio::spawn(async move { app.upload_files(paths, None, false).await });
    window.until("the note waits", async |window| window.app.transfers().offline == 1).await;
    assert_eq!(window.app.transfers().items[0].state, TransferState::Offline);

    proxy.go_online();
    window.until("both are there", async |window| window.app.transfers().done == 2).await;
    asked.await.unwrap().unwrap();
    assert_eq!(window.app.transfers().total, 2, "what was found before is recognised");
    window.until_names(top(), &["album", "note.txt"]).await;
}

/// An access token lasts an hour by the server's clock, and a presigned request a quarter of one.
#[tokio::test]
async fn an_upload_outlasts_the_token_that_it_began_with() {
    let proxy = FaultProxy::start().await.unwrap();
    let mut server = TestServer::behind(&proxy).await.unwrap();
    let mut ada = Person::ada(&server).await;
    ada.config.token = None;
    let window = Window::with(ada.config.clone()).await;
    window.app.sign_in().await.unwrap();
    let page = window.heard.browser.lock().unwrap().pop().unwrap();
    let mut browser = notespot_testkit::Person::ada().unwrap();
    window.app.finish_sign_in(&browser.sign_in(&page).await.unwrap()).await.unwrap();
    window.up_to_date().await;

    proxy.inject(stall(Direction::ToServer, 48 << 20));
    let bytes = content(9, 64 * MIB);
    let window = begin_upload(window, vec![ada.file("film.mkv", &bytes)]).await;
    proxy.struck(1, BOUND).await.unwrap();
    server.kill_9().await.unwrap();
    proxy.go_offline();
    server.start_again_under(&days_later(1)).await.unwrap();
    proxy.go_online();
    window.until("the upload is done", async |window| window.app.transfers().done == 1).await;
    window.until_names(top(), &["film.mkv"]).await;
    let rows = window.rows(top()).await;
    let target = ada.folder.path().join("back.mkv");
    window.app.download_files(vec![rows[0].id], SaveTo::File(target.clone())).await.unwrap();
    window.until("the download is done", async |window| window.app.transfers().done == 2).await;
    assert!(std::fs::read(target).unwrap() == bytes);
}

#[tokio::test]
async fn a_limit_holds_at_once_and_is_remembered() {
    let server = TestServer::start().await.unwrap();
    let ada = Person::ada(&server).await;
    let window = ada.window().await;
    let mut limits = window.app.transfer_limits();
    limits.up = Some(ByteCount(2048));
    window.app.set_transfer_limits(limits.clone()).await.unwrap();
    let window = begin_upload(window, vec![ada.file("film.mkv", &content(5, 12 * MIB))]).await;
    window.until("it moves", async |window| window.app.transfers().bytes_per_second > 0).await;
    assert_eq!(window.app.transfers().done, 0, "12 MiB take more than an hour");
    window.app.shut_down().await;

    let window = ada.window().await;
    assert_eq!(window.app.transfer_limits(), limits);
    limits.up = None;
    window.app.set_transfer_limits(limits).await.unwrap();
    window.until("it is done", async |window| window.app.transfers().done == 1).await;
}

/// Small files are read whole: a budget holds so many of them, and with each goes half of it on top.
#[tokio::test]
async fn the_memory_that_is_set_decides_at_once_how_many_files_are_held() {
    let server = TestServer::start().await.unwrap();
    let ada = Person::ada(&server).await;
    let window = ada.window().await;
    let mut limits = window.app.transfer_limits();
    limits.up = Some(ByteCount(32 << 10));
    limits.memory_mib = 8;
    window.app.set_transfer_limits(limits.clone()).await.unwrap();
    let paths = (0..24).map(|number| ada.file(&format!("{number}.bin"), &content(number, MIB))).collect();
    let window = begin_upload(window, paths).await;
    let moved = |window: &Window| -> Vec<u64> {
        let items = window.app.transfers().items.into_iter();
        items.map(|one| one.done.get()).filter(|done| *done > 0).collect()
    };
    // They take turns, a kibibyte each: every one that is held has had several by now.
    window.until("all held ones move", async |window| moved(window).iter().sum::<u64>() > 80 << 10).await;
    let held = moved(&window).len();
    assert!((3..=5).contains(&held), "{held} files of 1 MiB are held in 8 MiB");

    limits.memory_mib = 64;
    window.app.set_transfer_limits(limits).await.unwrap();
    window.until("more are held", async |window| moved(window).len() >= 10).await;
    window.app.cancel_all_transfers().await.unwrap();
}

#[tokio::test]
async fn all_are_paused_put_in_order_and_cancelled() {
    let server = TestServer::start().await.unwrap();
    let ada = Person::ada(&server).await;
    let window = ada.window().await;
    let mut limits = window.app.transfer_limits();
    limits.up = Some(ByteCount(1024));
    window.app.set_transfer_limits(limits).await.unwrap();
    let names = ["a.bin", "b.bin", "c.bin"];
    let paths = names.map(|name| ada.file(name, &content(6, 2 * MIB))).to_vec();
    let window = begin_upload(window, paths).await;
    window.app.pause_all_transfers().await.unwrap();
    window.until("all are held", async |window| window.app.transfers().paused == 3).await;
    let id_of = |window: &Window, name: &str| -> TransferId {
        window.app.transfers().items.iter().find(|one| one.name == name).unwrap().id
    };
    // One whose run is just ending has no place in the queue yet.
    window
        .until_untold("it is the first", async |window| {
            window.app.move_transfer(id_of(window, "c.bin"), MoveTo::Top).await.unwrap();
            window.app.transfers().items[0].name == "c.bin"
        })
        .await;
    window.app.shut_down().await;

    let window = ada.window().await;
    let shown: Vec<_> = window.app.transfers().items.into_iter().map(|one| one.name).collect();
    assert_eq!(shown, ["c.bin", "a.bin", "b.bin"]);
    window.app.cancel_all_transfers().await.unwrap();
    assert_eq!(window.app.transfers().active, 0);
    window.app.shut_down().await;
    assert_eq!(ada.window().await.app.transfers().total, 0);
}
