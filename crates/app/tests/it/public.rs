//! Public files: listing what is one's own, and browsing everybody's.

use notespot_protocol::window::{
    ConflictChoice, ConflictWhy, EditCounts, EditKind, NoticeKind, ServerStatus, SyncStatus,
};
use notespot_protocol::{ErrorCode, NodeId};

use super::stand::Stand;
use super::window::Window;

async fn open(stand: &Stand) -> Window {
    let window = Window::open(stand, "a").await;
    window.up_to_date().await;
    window
}

async fn go_offline(stand: &Stand, window: &Window) {
    stand.go_offline();
    window.until_state("offline", |state| state.sync.status == SyncStatus::Offline).await;
}

async fn sent(window: &Window) {
    window
        .until_state("everything sent", |state| {
            state.sync.status == SyncStatus::UpToDate && state.edits == EditCounts::default()
        })
        .await;
}

async fn is_listed(window: &Window, id: NodeId) -> bool {
    window.app.node_details(id).await.unwrap().link.is_some_and(|link| link.listed)
}

async fn until_listed(window: &Window, id: NodeId, listed: bool) {
    window.until("listed or not", async |window| is_listed(window, id).await == listed).await;
}

async fn found(window: &Window, search: &str) -> Vec<String> {
    let page = window.app.public_files(search, None).await.unwrap();
    assert_eq!(page.next, None);
    page.files.into_iter().map(|file| file.name.to_string()).collect()
}

#[tokio::test]
async fn what_is_listed_here_is_found_by_everybody_and_followed_by_other_devices() {
    let stand = Stand::start().await;
    let file = stand.file(None, "R\u{e9}sum\u{e9}.txt").await;
    let window = open(&stand).await;
    let other = Window::open(&stand, "b").await;
    other.up_to_date().await;
    let refused = window.app.list_publicly(file.id, true).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::NotFound, "it has no link");
    window.app.copy_public_link(file.id).await.unwrap();
    assert!(!is_listed(&window, file.id).await);
    assert!(window.app.list_publicly(file.id, true).await.unwrap().listed);
    assert!(is_listed(&window, file.id).await, "shown at once");
    sent(&window).await;
    assert_eq!(found(&window, "").await, found(&window, "resume").await);
    assert_eq!(found(&window, "resume").await, ["R\u{e9}sum\u{e9}.txt"]);
    assert!(found(&window, "other").await.is_empty());
    until_listed(&other, file.id, true).await;

    other.app.list_publicly(file.id, false).await.unwrap();
    until_listed(&window, file.id, false).await;
    assert!(found(&window, "").await.is_empty());
}

#[tokio::test]
async fn a_public_file_is_opened_and_copied_by_its_link_at_this_server() {
    let stand = Stand::start().await;
    let link = stand.link(stand.file(None, "a.txt").await.id).await;
    stand.list(&link, true).await;
    let window = open(&stand).await;
    let file = window.app.public_files("", None).await.unwrap().files.remove(0);
    assert_eq!(file.url, link.url);
    window.app.open_public_file(&file.slug).await.unwrap();
    assert_eq!(*window.heard.browser.lock().unwrap(), std::slice::from_ref(&link.url));
    window.app.copy_public_file(&file.slug).await.unwrap();
    assert_eq!(window.heard.clipboard.lock().unwrap().as_deref(), Some(link.url.as_str()));
    assert!(window.heard_notice(NoticeKind::LinkCopied));
}

#[tokio::test]
async fn public_files_need_a_connection_and_say_so() {
    let stand = Stand::start().await;
    let window = open(&stand).await;
    go_offline(&stand, &window).await;
    let refused = window.app.public_files("", None).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::ServerUnreachable);
    stand.go_online();
    assert!(found(&window, "").await.is_empty());
    assert_eq!(window.app.state().server.status, ServerStatus::Reachable);
}

#[tokio::test]
async fn a_file_is_shared_and_listed_offline_and_listed_when_the_server_has_it() {
    let stand = Stand::start().await;
    let file = stand.file(None, "a.txt").await;
    let window = open(&stand).await;
    go_offline(&stand, &window).await;
    window.app.copy_public_link(file.id).await.unwrap();
    window.app.list_publicly(file.id, true).await.unwrap();
    window.app.list_publicly(file.id, false).await.unwrap();
    window.app.list_publicly(file.id, true).await.unwrap();
    window.app.list_publicly(file.id, true).await.unwrap();
    assert_eq!(window.app.state().edits.waiting, 4, "what is so already is no edit");
    window.app.shut_down().await;
    let window = Window::open(&stand, "a").await;
    window.until_state("what waits", |state| state.edits.waiting == 4).await;
    assert!(is_listed(&window, file.id).await);
    stand.go_online();
    sent(&window).await;
    assert!(is_listed(&window, file.id).await);
    assert_eq!(found(&window, "").await, ["a.txt"]);
}

#[tokio::test]
async fn a_link_that_was_ended_elsewhere_is_not_listed_and_the_person_is_told() {
    let stand = Stand::start().await;
    let (one, other) = (stand.file(None, "one.txt").await, stand.file(None, "other.txt").await);
    let (first, second) = (stand.link(one.id).await, stand.link(other.id).await);
    stand.list(&second, true).await;
    let window = open(&stand).await;
    go_offline(&stand, &window).await;
    window.app.list_publicly(one.id, true).await.unwrap();
    window.app.list_publicly(other.id, false).await.unwrap();
    stand.end(&first).await;
    stand.end(&second).await;
    stand.go_online();
    // What was to be taken out is out.
    window.until_state("one conflict", |state| state.edits == EditCounts { waiting: 1, conflicts: 1 }).await;
    let conflict = window.app.conflicts().await.unwrap().remove(0);
    assert_eq!(
        (conflict.node, conflict.kind, conflict.why),
        (one.id, EditKind::List, ConflictWhy::LinkEnded)
    );
    assert_eq!(conflict.choices, [ConflictChoice::Theirs]);
    window.app.resolve(conflict.id, ConflictChoice::Theirs).await.unwrap();
    sent(&window).await;
    assert_eq!(window.app.node_details(one.id).await.unwrap().link, None);
    assert!(found(&window, "").await.is_empty());
}

#[tokio::test]
async fn what_was_trashed_elsewhere_is_listed_only_if_the_person_wants_it_back() {
    let stand = Stand::start().await;
    let file = stand.file(None, "a.txt").await;
    stand.link(file.id).await;
    let window = open(&stand).await;
    go_offline(&stand, &window).await;
    window.app.list_publicly(file.id, true).await.unwrap();
    stand.trash(file.id).await;
    stand.go_online();
    window.until_state("a conflict", |state| state.edits.conflicts == 1).await;
    let conflict = window.app.conflicts().await.unwrap().remove(0);
    assert_eq!(conflict.why, ConflictWhy::TrashedThere);
    assert!(found(&window, "").await.is_empty());
    window.app.resolve(conflict.id, ConflictChoice::Mine).await.unwrap();
    sent(&window).await;
    assert_eq!(found(&window, "").await, ["a.txt"]);
    assert_eq!(stand.node(file.id).await.trashed_at, None);
}
