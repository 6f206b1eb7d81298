//! What is kept available offline: brought here, kept as it is at the server, and taken away.

use std::path::{Path, PathBuf};

use notespot_protocol::window::{OfflineState, SyncStatus, TransferLimits, ViewSource};
use notespot_protocol::{ByteCount, ErrorCode, NodeId, NodePatch};

use super::stand::Stand;
use super::window::{Window, inside, library_file, search, top};

const MIB: usize = 1 << 20;

/// Contents that are whole on this machine.
pub(crate) fn kept_files(stand: &Stand) -> Vec<PathBuf> {
    let accounts = std::fs::read_dir(stand.folder.path().join("a/offline")).into_iter().flatten();
    let kept = accounts.flat_map(|account| std::fs::read_dir(account.unwrap().path().join("kept")).unwrap());
    kept.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect()
}

fn kept_contents(stand: &Stand) -> Vec<Vec<u8>> {
    let mut contents: Vec<_> = kept_files(stand).iter().map(|path| std::fs::read(path).unwrap()).collect();
    contents.sort();
    contents
}

pub(crate) async fn state_of(window: &Window, source: ViewSource, name: &str) -> Option<OfflineState> {
    let rows = window.rows(source).await;
    rows.into_iter().find(|row| row.name.as_str() == name).and_then(|row| row.offline)
}

pub(crate) async fn until_kept(window: &Window, count: u32) {
    window.until_state(&format!("{count} kept"), |state| state.counts.offline == count).await;
}

#[tokio::test]
async fn a_file_that_is_kept_is_brought_here_shown_and_found() {
    let stand = Stand::start().await;
    let file = stand.content(None, "report.pdf", b"the report").await;
    stand.file(None, "other.txt").await;
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;
    assert_eq!(state_of(&window, top(), "report.pdf").await, None);
    window.app.keep_offline(vec![file.id], true).await.unwrap();
    assert!(state_of(&window, top(), "report.pdf").await.is_some(), "it is shown at once");
    until_kept(&window, 1).await;
    assert_eq!(state_of(&window, top(), "report.pdf").await, Some(OfflineState::Kept));
    assert_eq!(kept_contents(&stand), [b"the report"]);
    assert_eq!(window.names(ViewSource::AvailableOffline).await, ["report.pdf"]);
    assert_eq!(window.names(search("is:offline")).await, ["report.pdf"]);
    assert_eq!(window.names(search("offline:no")).await, ["other.txt"]);
    let usage = window.app.offline_usage();
    assert_eq!((usage.kept, usage.used, usage.waiting), (1, ByteCount(10), 0));
    let details = window.app.node_details(file.id).await.unwrap().offline.unwrap();
    assert!(details.is_own && details.with.is_none());

    window.app.keep_offline(vec![file.id], false).await.unwrap();
    until_kept(&window, 0).await;
    window.until("the room is free", async |_| kept_files(&stand).is_empty()).await;
    assert!(window.names(ViewSource::AvailableOffline).await.is_empty());
}

#[tokio::test]
async fn a_folder_takes_along_what_comes_later_and_lets_go_what_leaves() {
    let stand = Stand::start().await;
    let folder = stand.folder(None, "trip").await;
    let inner = stand.folder(Some(folder.id), "day 1").await;
    stand.content(Some(inner.id), "a.txt", b"a").await;
    let outside = stand.content(None, "b.txt", b"bb").await;
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;
    window.app.keep_offline(vec![folder.id], true).await.unwrap();
    until_kept(&window, 1).await;
    assert_eq!(state_of(&window, top(), "trip").await, Some(OfflineState::Kept));
    assert_eq!(state_of(&window, inside(folder.id), "day 1").await, Some(OfflineState::Kept));
    assert_eq!(window.names(ViewSource::AvailableOffline).await, ["trip"], "and not what lies in it");

    stand.content(Some(inner.id), "later.txt", b"ccc").await;
    until_kept(&window, 2).await;
    window.app.move_to(vec![outside.id], Some(folder.id)).await.unwrap();
    until_kept(&window, 3).await;
    assert_eq!(kept_contents(&stand), [b"a".to_vec(), b"bb".to_vec(), b"ccc".to_vec()]);

    let refused = window.app.keep_offline(vec![outside.id], false).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::KeptWithFolder);
    let with = window.app.node_details(outside.id).await.unwrap().offline.unwrap().with.unwrap();
    assert_eq!((with.id, with.name.as_str()), (folder.id, "trip"));

    window.app.move_to(vec![outside.id], None).await.unwrap();
    until_kept(&window, 2).await;
    window.until("it is let go", async |_| kept_files(&stand).len() == 2).await;
    stand.trash(inner.id).await;
    until_kept(&window, 0).await;
    window.until("nothing is left", async |_| kept_files(&stand).is_empty()).await;
}

#[tokio::test]
async fn a_new_version_is_fetched_and_takes_the_place_of_the_old_one() {
    let stand = Stand::start().await;
    let file = stand.content(None, "draft.txt", b"one").await;
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;
    window.app.keep_offline(vec![file.id], true).await.unwrap();
    until_kept(&window, 1).await;
    stand.content(None, "draft.txt", b"two, longer").await;
    window.until("the new one alone", async |_| kept_contents(&stand) == [b"two, longer"]).await;
    until_kept(&window, 1).await;
}

#[tokio::test]
async fn wishes_and_contents_outlive_restarts_damage_and_a_fresh_fill() {
    let stand = Stand::start().await;
    let folder = stand.folder(None, "kept").await;
    stand.content(Some(folder.id), "a.txt", b"content").await;
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;
    window.app.keep_offline(vec![folder.id], true).await.unwrap();
    until_kept(&window, 1).await;
    window.app.shut_down().await;
    let made = std::fs::metadata(&kept_files(&stand)[0]).unwrap();

    let library = library_file(&stand.folder.path().join("a"));
    for broken in [false, true] {
        if broken {
            std::fs::write(&library, b"no library any more").unwrap();
        }
        let window = Window::open(&stand, "a").await;
        until_kept(&window, 1).await;
        assert_eq!(window.names(ViewSource::AvailableOffline).await, ["kept"]);
        window.app.shut_down().await;
    }
    let now = std::fs::metadata(&kept_files(&stand)[0]).unwrap();
    assert_eq!(made.created().ok(), now.created().ok(), "nothing was fetched twice");
}

#[tokio::test]
async fn what_has_no_room_says_so_and_comes_when_there_is_some() {
    let stand = Stand::start().await;
    let first = stand.content(None, "first.bin", &notespot_testkit::content(1, MIB)).await;
    let second = stand.content(None, "second.bin", &notespot_testkit::content(2, MIB)).await;
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;
    window.app.set_offline_budget(ByteCount(1_500_000)).await.unwrap();
    window.app.keep_offline(vec![first.id], true).await.unwrap();
    window.app.keep_offline(vec![second.id], true).await.unwrap();
    until_kept(&window, 1).await;
    assert_eq!(state_of(&window, top(), "first.bin").await, Some(OfflineState::Kept));
    assert_eq!(state_of(&window, top(), "second.bin").await, Some(OfflineState::NoRoom));
    let usage = window.app.offline_usage();
    assert_eq!(
        (usage.no_room, usage.lacking, usage.budget),
        (1, ByteCount(MIB as u64), ByteCount(1_500_000))
    );

    window.app.set_offline_budget(ByteCount(5_000_000)).await.unwrap();
    until_kept(&window, 2).await;
    window.app.set_offline_budget(ByteCount(1_100_000)).await.unwrap();
    until_kept(&window, 1).await;
    window.until("the newest gave way", async |_| kept_files(&stand).len() == 1).await;
    assert_eq!(state_of(&window, top(), "first.bin").await, Some(OfflineState::Kept));

    window.app.keep_nothing_offline().await.unwrap();
    until_kept(&window, 0).await;
    window.until("all of it is free", async |_| kept_files(&stand).is_empty()).await;
    assert_eq!(window.app.offline_usage().used, ByteCount::ZERO);
}

#[tokio::test]
async fn what_is_done_without_a_network_can_be_undone_without_one() {
    let stand = Stand::start().await;
    let file = stand.content(None, "a.txt", b"content").await;
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;
    window.app.keep_offline(vec![file.id], true).await.unwrap();
    until_kept(&window, 1).await;
    stand.go_offline();
    window.until_state("offline", |state| state.sync.status == SyncStatus::Offline).await;
    window.app.trash(vec![file.id]).await.unwrap();
    until_kept(&window, 0).await;
    window.app.restore(vec![file.id]).await.unwrap();
    until_kept(&window, 1).await;
    window.app.trash(vec![file.id]).await.unwrap();
    until_kept(&window, 0).await;
    assert_eq!(kept_files(&stand).len(), 1, "the server does not know yet");
    stand.go_online();
    window.until("it goes when the server knows", async |_| kept_files(&stand).is_empty()).await;
}

#[tokio::test]
async fn what_was_deleted_for_ever_is_wished_for_no_more() {
    let stand = Stand::start().await;
    let file = stand.content(None, "a.txt", b"content").await;
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;
    window.app.keep_offline(vec![file.id], true).await.unwrap();
    until_kept(&window, 1).await;
    stand.delete(file.id).await;
    let pins = library_file(&stand.folder.path().join("a")).with_extension("pins");
    window.until_untold("forgotten", async |_| std::fs::read(&pins).unwrap().is_empty()).await;
    window.until_untold("and gone", async |_| kept_files(&stand).is_empty()).await;
    let refused = window.app.keep_offline(vec![NodeId::generate()], true).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn the_connection_may_go_and_come_while_it_is_brought_here() {
    let stand = Stand::start().await;
    let content = notespot_testkit::content(3, 24 * MIB);
    let file = stand.content(None, "film.mkv", &content).await;
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;
    let limits = window.app.transfer_limits();
    // One range after the other, so that some are whole.
    let slow = TransferLimits { down: Some(ByteCount(6_000_000)), parallel: Some(1), ..limits.clone() };
    window.app.set_transfer_limits(slow).await.unwrap();
    let keeping = window.app.keep_offline(vec![file.id], true);
    let ((), kept) = tokio::join!(stand.go_offline_after(16 * MIB as u64), keeping);
    kept.unwrap();
    window.until_state("offline", |state| state.sync.status == SyncStatus::Offline).await;
    assert!(kept_files(&stand).is_empty(), "half a file is none");
    window.app.shut_down().await;
    assert!(part_files(&stand.folder.path().join("a")) > 0, "what has arrived stays");
    window.app.set_transfer_limits(limits).await.unwrap();
    let before = stand.passed_down();
    stand.go_online();
    let window = Window::open(&stand, "a").await;
    until_kept(&window, 1).await;
    assert_eq!(kept_contents(&stand), [content]);
    let fetched = stand.passed_down() - before;
    assert!(fetched < 23 * MIB as u64, "it went on from what had arrived: {fetched}");
    assert_eq!(part_files(&stand.folder.path().join("a")), 0);
}

fn part_files(data: &Path) -> usize {
    let arriving = |account: std::fs::DirEntry| account.path().join("kept/arriving");
    let folders = std::fs::read_dir(data.join("offline")).unwrap().map(|entry| arriving(entry.unwrap()));
    folders.map(|folder| std::fs::read_dir(folder).unwrap().count()).sum()
}

#[tokio::test]
async fn renaming_a_kept_file_fetches_nothing_again() {
    let stand = Stand::start().await;
    let file = stand.content(None, "a.txt", b"content").await;
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;
    window.app.keep_offline(vec![file.id], true).await.unwrap();
    until_kept(&window, 1).await;
    let name = Some("b.txt".parse().unwrap());
    stand.edit(file.id, NodePatch { name, ..NodePatch::default() }).await;
    window.until_names(top(), &["b.txt"]).await;
    assert_eq!(state_of(&window, top(), "b.txt").await, Some(OfflineState::Kept));
}
