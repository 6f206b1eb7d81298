//! Files through the real server and its object store.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use notespot_app::{
    AppConfig, AppError, CancellationToken, Existing, FileToDownload, FileUpload, Keep, NetworkSettings,
    Redirect, Remote, SaveTo, Saved, Secret, TransferSettings,
};
use notespot_protocol::window::{NoticeKind, TargetAnswer, Transfer, TransferState};
use notespot_protocol::{ByteCount, ErrorCode, Failure, Node, Scope};
use notespot_testkit::{Direction, Fault, FaultKind, FaultProxy, TestServer, content, sha256_of};
use tempfile::TempDir;

use super::window::{Heard, Window, top};

pub(super) const BOUND: Duration = Duration::from_mins(1);
pub(super) const MIB: usize = 1024 * 1024;

/// One person at one machine.
pub(super) struct Person {
    pub(super) folder: TempDir,
    pub(super) config: AppConfig,
}

impl Person {
    fn new(server: &TestServer, token: String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let config = AppConfig {
            server_url: Some(server.base_url().clone()),
            data_dir: data.clone(),
            config_dir: data,
            token: Some(Secret::new(token)),
            redirect: Redirect::DeepLink,
            keep: Keep::Memory,
            transfers: TransferSettings::default(),
            network: NetworkSettings::default(),
            locale: "en".into(),
            patience: AppConfig::DEFAULT_PATIENCE,
        };
        Self { folder, config }
    }

    pub(super) async fn ada(server: &TestServer) -> Self {
        Self::new(server, server.somebody("Ada").await.unwrap())
    }

    pub(super) fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub(super) async fn remote(&self) -> Remote {
        Remote::start(self.config.clone(), Arc::new(Heard::default())).await.unwrap()
    }

    pub(super) async fn window(&self) -> Window {
        let window = Window::with(self.config.clone()).await;
        window.up_to_date().await;
        window
    }
}

pub(super) async fn upload(remote: &Remote, path: PathBuf) -> Result<Node, AppError> {
    let uploaded =
        remote.upload_file(&FileUpload::new(path, None), |_| {}, &CancellationToken::new()).await?;
    Ok(uploaded.node)
}

async fn download(remote: &Remote, node: &Node, to: &SaveTo) -> Result<Saved, AppError> {
    let file = FileToDownload { node: node.id, to: to.clone(), existing: Existing::KeepBoth };
    remote.download_file(&file, |_| {}, &CancellationToken::new()).await
}

/// Waits until nothing moves in the panel, and gives what is there, by name.
pub(super) async fn settled(window: &Window) -> Vec<Transfer> {
    window.until("no transfer moves", async |window| window.app.transfers().active == 0).await;
    let mut transfers = window.app.transfers().items;
    transfers.sort_by(|one, other| one.name.cmp(&other.name));
    transfers
}

#[tokio::test]
async fn what_goes_up_comes_down_the_same() {
    let server = TestServer::start().await.unwrap();
    let ada = Person::ada(&server).await;
    let remote = ada.remote().await;
    let to = SaveTo::Folder(ada.folder.path().join("downloads"));
    std::fs::create_dir(ada.folder.path().join("downloads")).unwrap();
    let files = [("Übung 3 \u{1f4c8}.pdf", 0), ("note.txt", 700_000), ("film.mkv", 40 * MIB + 1)];
    for (name, size) in files {
        let bytes = content(size as u64, size);
        let node = upload(&remote, ada.file(name, &bytes)).await.unwrap();
        assert_eq!(node.name.as_str(), name);
        assert_eq!(node.content.as_ref().unwrap().sha256, sha256_of(&bytes));
        let saved = download(&remote, &node, &to).await.unwrap();
        assert!(saved.path.ends_with(name) && saved.size == ByteCount(size as u64));
        assert!(std::fs::read(saved.path).unwrap() == bytes);
    }
}

#[tokio::test]
async fn a_taken_name_is_numbered_here_and_there() {
    let server = TestServer::start().await.unwrap();
    let ada = Person::ada(&server).await;
    let remote = ada.remote().await;
    let path = ada.file("note.txt", b"one");
    let first = upload(&remote, path.clone()).await.unwrap();
    let second = upload(&remote, path).await.unwrap();
    ada.file("note.txt", b"two");
    assert_eq!((first.name.as_str(), second.name.as_str()), ("note.txt", "note (2).txt"));
    let saved = download(&remote, &first, &SaveTo::Folder(ada.folder.path().to_owned())).await.unwrap();
    assert!(saved.path.ends_with("note (2).txt"));
}

#[tokio::test]
async fn a_bad_network_is_got_over() {
    let proxy = FaultProxy::start().await.unwrap();
    let server = TestServer::behind(&proxy).await.unwrap();
    let ada = Person::ada(&server).await;
    let remote = ada.remote().await;
    let fault = |direction, after_bytes, kind| Fault { direction, after_bytes, kind };
    proxy.inject(fault(Direction::ToServer, 7 << 20, FaultKind::Drop));
    proxy.inject(fault(Direction::ToServer, 30 << 20, FaultKind::Drop));
    let bytes = content(7, 40 * MIB);
    let node = upload(&remote, ada.file("film.mkv", &bytes)).await.unwrap();
    proxy.inject(fault(Direction::ToClient, 9 << 20, FaultKind::Drop));
    let saved = download(&remote, &node, &SaveTo::File(ada.folder.path().join("back.mkv"))).await.unwrap();
    proxy.struck(3, BOUND).await.unwrap();
    assert!(std::fs::read(saved.path).unwrap() == bytes);
}

#[tokio::test]
async fn the_server_s_refusals_arrive_as_its_own() {
    let server = TestServer::start().await.unwrap();
    let ada = Person::ada(&server).await;
    let node = upload(&ada.remote().await, ada.file("note.txt", b"one")).await.unwrap();

    let mallory = Person::new(&server, server.somebody("Mallory").await.unwrap());
    let here = SaveTo::Folder(mallory.folder.path().to_owned());
    let refused = download(&mallory.remote().await, &node, &here).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::NotFound);

    let token = server.token("ada@example.org", &[Scope::Read]).await.unwrap();
    let reader = Person::new(&server, token);
    let refused = upload(&reader.remote().await, reader.file("note.txt", b"one")).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Forbidden);
    assert!(Failure::from(refused).request_id.is_some());
}

#[tokio::test]
async fn dropped_files_appear_in_the_list_and_their_links_on_the_clipboard() {
    let server = TestServer::start().await.unwrap();
    let ada = Person::ada(&server).await;
    let window = ada.window().await;
    let album = ada.folder.path().join("album");
    std::fs::create_dir(&album).unwrap();
    std::fs::write(album.join("inner.txt"), b"inner").unwrap();
    let paths = vec![
        ada.file("a.txt", b"first"),
        album,
        ada.file("b.bin", &content(8, 20 * MIB)),
        ada.folder.path().join("c.txt"),
    ];
    window.app.upload_files(paths, None, true).await.unwrap();
    let transfers = settled(&window).await;
    window.until_names(top(), &["album", "a.txt", "b.bin"]).await;

    let failed_with = |transfer: &&Transfer| match &transfer.state {
        TransferState::Failed { failure } => Some(failure.code),
        _ => None,
    };
    let codes: Vec<_> = transfers.iter().filter_map(|transfer| failed_with(&transfer)).collect();
    assert_eq!(transfers.len(), 4);
    assert_eq!(codes, [ErrorCode::FileMissing]);
    let done: Vec<_> = transfers.iter().filter(|one| one.state == TransferState::Done).collect();
    assert!(done.len() == 3 && done.iter().all(|one| one.link_copied && one.done == one.size), "{done:?}");

    assert!(window.heard_notice(NoticeKind::LinkCopied));
    let clipboard = window.heard.clipboard.lock().unwrap().clone().unwrap();
    let links: Vec<_> = clipboard.lines().collect();
    assert_eq!(links.len(), 3);
    let mut bodies = Vec::new();
    for link in links {
        let path = link.strip_prefix(server.base_url().as_str().trim_end_matches('/')).unwrap();
        let answer = server.stranger().unwrap().get(&format!("{path}/download")).await.unwrap();
        assert!(answer.status.is_success());
        bodies.push(answer.body);
    }
    assert!(bodies.contains(&b"first".to_vec()) && bodies.contains(&b"inner".to_vec()));
    assert!(bodies.contains(&content(8, 20 * MIB)));
}

#[tokio::test]
async fn a_file_that_was_moved_is_chosen_again_without_a_second_file() {
    let server = TestServer::start().await.unwrap();
    let ada = Person::ada(&server).await;
    let window = ada.window().await;
    let (gone, there) = (ada.folder.path().join("note.txt"), ada.file("moved.txt", b"one"));
    window.app.upload_files(vec![gone], None, false).await.unwrap();
    let transfers = settled(&window).await;
    let TransferState::Failed { failure } = &transfers[0].state else { panic!("{transfers:?}") };
    assert_eq!(failure.code, ErrorCode::FileMissing);

    window.app.choose_again(transfers[0].id, there).await.unwrap();
    let transfers = settled(&window).await;
    assert_eq!(transfers[0].state, TransferState::Done);
    window.until_names(top(), &["moved.txt"]).await;
}

#[tokio::test]
async fn a_cancelled_upload_leaves_nothing_and_can_be_tried_again() {
    let proxy = FaultProxy::start().await.unwrap();
    let server = TestServer::behind(&proxy).await.unwrap();
    let ada = Person::ada(&server).await;
    let window = ada.window().await;
    proxy.inject(Fault { direction: Direction::ToServer, after_bytes: 5 << 20, kind: FaultKind::Stall });
    let path = ada.file("film.mkv", &content(9, 40 * MIB));
    window.app.upload_files(vec![path], None, false).await.unwrap();
    proxy.struck(1, BOUND).await.unwrap();
    let id = window.app.transfers().items[0].id;
    window.app.cancel_transfer(id).await.unwrap();
    assert_eq!(settled(&window).await[0].state, TransferState::Cancelled);
    assert!(ada.remote().await.list(None).await.unwrap().is_empty());

    window.app.retry_transfer(id).await.unwrap();
    assert_eq!(settled(&window).await[0].state, TransferState::Done);
    assert_eq!(ada.remote().await.list(None).await.unwrap().len(), 1);
}

#[tokio::test]
async fn downloads_of_the_window_ask_before_they_touch_what_is_there() {
    let server = TestServer::start().await.unwrap();
    let ada = Person::ada(&server).await;
    let window = ada.window().await;
    let album = ada.folder.path().join("album");
    std::fs::create_dir_all(album.join("inner")).unwrap();
    for (name, content) in [("a.txt", "a"), ("b.txt", "b"), ("inner/c.txt", "c")] {
        std::fs::write(album.join(name), content).unwrap();
    }
    window.app.upload_files(vec![album.clone()], None, false).await.unwrap();
    settled(&window).await;
    window.until_names(top(), &["album"]).await;
    window.app.clear_finished().await.unwrap();

    for name in ["a.txt", "inner/c.txt"] {
        std::fs::write(album.join(name), "mine").unwrap();
    }
    std::fs::remove_file(album.join("b.txt")).unwrap();
    let folder = window.rows(top()).await[0].id;
    let here = ada.folder.path().to_owned();
    window.app.download_files(vec![folder], SaveTo::Folder(here)).await.unwrap();
    window.until("two questions", async |window| window.app.transfers().asking == 2).await;
    assert_eq!(std::fs::read(album.join("b.txt")).unwrap(), b"b", "nobody waits for an answer");
    let asked = window.app.transfers().items[0].clone();
    assert_eq!(asked.state, TransferState::TargetExists);
    window.app.answer_target(asked.id, TargetAnswer::KeepBoth, true).await.unwrap();
    let transfers = settled(&window).await;
    assert!(transfers.iter().any(|one| one.saved_as.as_deref() == Some("a (2).txt")), "{transfers:?}");
    for (name, content) in [("a.txt", "mine"), ("a (2).txt", "a"), ("inner/c (2).txt", "c")] {
        assert_eq!(std::fs::read_to_string(album.join(name)).unwrap(), content);
    }
}

#[tokio::test]
async fn a_place_that_was_chosen_for_one_file_is_taken() {
    let server = TestServer::start().await.unwrap();
    let ada = Person::ada(&server).await;
    let node = upload(&ada.remote().await, ada.file("note.txt", b"one")).await.unwrap();
    let window = ada.window().await;
    let chosen = ada.file("chosen.txt", b"two");
    window.app.download_files(vec![node.id], SaveTo::File(chosen.clone())).await.unwrap();
    let nowhere = ada.folder.path().join("nowhere").join("chosen.txt");
    window.app.download_files(vec![node.id], SaveTo::File(nowhere)).await.unwrap();
    let transfers = settled(&window).await;
    let failed = transfers.iter().filter(|one| matches!(one.state, TransferState::Failed { .. })).count();
    assert_eq!((transfers.len(), failed), (2, 1));
    assert_eq!(std::fs::read(chosen).unwrap(), b"one");
}

#[tokio::test]
async fn content_that_is_there_goes_up_again_without_its_bytes() {
    let proxy = FaultProxy::start().await.unwrap();
    let server = TestServer::behind(&proxy).await.unwrap();
    let ada = Person::ada(&server).await;
    let remote = ada.remote().await;
    let files = [("film.mkv", 40 * MIB + 1), ("photo.jpg", 3 * MIB), ("song.flac", 9 * MIB)];
    let bytes = files.map(|(_, size)| content(size as u64, size));
    for ((name, _), bytes) in files.iter().zip(&bytes) {
        upload(&remote, ada.file(name, bytes)).await.unwrap();
    }
    let again = async |remote: &Remote| {
        let before = proxy.passed(Direction::ToServer);
        let cancel = CancellationToken::new();
        let all = files.map(|(name, _)| FileUpload::new(ada.folder.path().join(name), None));
        let all = all.iter().map(|file| remote.upload_file(file, |_| {}, &cancel));
        let uploaded = futures_util::future::try_join_all(all).await.unwrap();
        (uploaded, proxy.passed(Direction::ToServer) - before)
    };
    let (copies, sent) = again(&remote).await;
    assert!(copies.iter().all(|copy| copy.was_there));
    assert!(sent < 20_000, "{sent} bytes were sent");
    let to = SaveTo::Folder(ada.folder.path().to_owned());
    for (copy, bytes) in copies.iter().zip(&bytes) {
        let saved = download(&remote, &copy.node, &to).await.unwrap();
        assert!(std::fs::read(saved.path).unwrap() == *bytes);
    }

    let mut config = ada.config.clone();
    config.transfers.dedupe = false;
    let eager = Remote::start(config, Arc::new(Heard::default())).await.unwrap();
    let (copies, sent) = again(&eager).await;
    assert!(copies.iter().all(|copy| !copy.was_there));
    assert!(sent > 52 * MIB as u64, "{sent} bytes were sent");
}

#[tokio::test]
async fn the_panel_says_what_the_server_had_already() {
    let server = TestServer::start().await.unwrap();
    let ada = Person::ada(&server).await;
    let window = ada.window().await;
    for name in ["a.bin", "b.bin"] {
        window.app.upload_files(vec![ada.file(name, &content(9, 6 * MIB))], None, false).await.unwrap();
        settled(&window).await;
    }
    let told: Vec<_> = settled(&window).await.into_iter().map(|one| (one.name, one.was_there)).collect();
    assert_eq!(told, [("a.bin".to_owned(), false), ("b.bin".to_owned(), true)]);
}
