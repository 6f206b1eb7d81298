//! Deleting for ever, with a network and without.

use notespot_protocol::window::{
    ConflictChoice, ConflictWhy, EditCounts, EditKind, FolderContents, LibraryCounts, ViewQuery, ViewSort,
    ViewSource,
};
use notespot_protocol::{ByteCount, ErrorCode, Order};

use super::offline::{go_offline, offline, only_conflict, resolve, sent};
use super::stand::Stand;
use super::window::{Window, inside, search, top};

async fn open_trash(window: &Window) -> notespot_protocol::window::ViewId {
    let query = ViewQuery { source: ViewSource::Trash, sort: ViewSort::Name, order: Order::Ascending };
    window.app.open_view(query).await.unwrap().id
}

#[tokio::test]
async fn what_is_deleted_for_ever_offline_is_gone_at_once_and_at_the_server_after() {
    let stand = Stand::start().await;
    let outer = stand.folder(None, "outer").await;
    let deep = stand.file(Some(outer.id), "deep.txt").await;
    let kept = stand.file(None, "kept.txt").await;
    let window = offline(&stand).await;
    window.app.trash(vec![outer.id, kept.id]).await.unwrap();
    assert_eq!(
        window.app.weigh(vec![outer.id, kept.id]).await.unwrap(),
        FolderContents { items: 2, files: 2, bytes: ByteCount(6) }
    );
    window.app.delete_for_ever(vec![outer.id]).await.unwrap();
    let as_it_is_shown = async |window: &Window| {
        assert_eq!(window.names(ViewSource::Trash).await, ["kept.txt"]);
        assert!(window.names(search("deep")).await.is_empty());
        assert!(window.names(ViewSource::Recent).await.is_empty());
        assert_eq!(window.app.state().counts, LibraryCounts { files: 0, links: 0, trashed: 1, offline: 0 });
        assert_eq!(window.app.node_details(outer.id).await.unwrap_err().code(), ErrorCode::NotFound);
        assert_eq!(window.app.restore(vec![outer.id]).await.unwrap_err().code(), ErrorCode::NotFound);
    };
    as_it_is_shown(&window).await;
    assert_eq!(window.app.state().edits, EditCounts { waiting: 3, conflicts: 0 });

    window.app.shut_down().await;
    let window = Window::open(&stand, "a").await;
    window.until_state("what waits", |state| state.edits.waiting == 3).await;
    as_it_is_shown(&window).await;
    stand.go_online();
    sent(&window).await;
    as_it_is_shown(&window).await;
    assert!(stand.is_gone(outer.id).await && stand.is_gone(deep.id).await);
    assert!(!stand.is_gone(kept.id).await);
}

#[tokio::test]
async fn only_what_is_in_the_trash_is_deleted_for_ever() {
    let stand = Stand::start().await;
    let file = stand.file(None, "a.txt").await;
    let window = offline(&stand).await;
    assert_eq!(window.app.delete_for_ever(vec![file.id]).await.unwrap_err().code(), ErrorCode::BadRequest);
    assert_eq!(window.app.state().edits, EditCounts::default());
}

#[tokio::test]
async fn the_trash_is_emptied_of_what_was_seen_in_it() {
    let stand = Stand::start().await;
    let (first, second) = (stand.file(None, "a.txt").await, stand.file(None, "b.txt").await);
    let later = stand.file(None, "c.txt").await;
    stand.trash(first.id).await;
    stand.trash(second.id).await;
    let window = offline(&stand).await;
    let seen = open_trash(&window).await;
    assert_eq!(window.app.weigh_view(seen).await.unwrap().files, 2);
    window.app.trash(vec![later.id]).await.unwrap();
    window.app.empty_trash(seen).await.unwrap();
    assert_eq!(window.names(ViewSource::Trash).await, ["c.txt"]);
    stand.go_online();
    sent(&window).await;
    assert!(stand.is_gone(first.id).await && stand.is_gone(second.id).await);
    assert!(stand.node(later.id).await.trashed_at.is_some());
}

#[tokio::test]
async fn what_was_restored_elsewhere_is_not_deleted_for_ever_unasked() {
    for (choice, lives) in [(ConflictChoice::Mine, false), (ConflictChoice::Theirs, true)] {
        let stand = Stand::start().await;
        let file = stand.file(None, "a.txt").await;
        stand.trash(file.id).await;
        let window = offline(&stand).await;
        window.app.delete_for_ever(vec![file.id]).await.unwrap();
        stand.restore(file.id).await;
        stand.go_online();
        let conflict = only_conflict(&window).await;
        assert_eq!((conflict.kind, conflict.why), (EditKind::Delete, ConflictWhy::ChangedThere));
        assert!(window.names(top()).await.is_empty(), "it is shown as it was done");
        resolve(&window, &conflict, choice).await;
        window.until_names(top(), if lives { &["a.txt"] } else { &[] }).await;
        assert_eq!(stand.is_gone(file.id).await, !lives);
    }
}

#[tokio::test]
async fn what_was_edited_in_the_trash_elsewhere_is_asked_about_too() {
    let stand = Stand::start().await;
    let file = stand.file(None, "a.txt").await;
    stand.trash(file.id).await;
    let window = offline(&stand).await;
    window.app.delete_for_ever(vec![file.id]).await.unwrap();
    stand.restore(file.id).await;
    stand.rename(file.id, "precious.txt").await;
    stand.trash(file.id).await;
    stand.go_online();
    let conflict = only_conflict(&window).await;
    assert_eq!((conflict.why, &*conflict.name), (ConflictWhy::ChangedThere, "precious.txt"));
    resolve(&window, &conflict, ConflictChoice::Mine).await;
    assert!(stand.is_gone(file.id).await);
}

#[tokio::test]
async fn what_is_gone_there_already_is_as_good_as_deleted() {
    let stand = Stand::start().await;
    let (file, other) = (stand.file(None, "a.txt").await, stand.file(None, "b.txt").await);
    for id in [file.id, other.id] {
        stand.trash(id).await;
    }
    let window = offline(&stand).await;
    window.app.delete_for_ever(vec![file.id, other.id]).await.unwrap();
    stand.delete(file.id).await;
    stand.go_online();
    sent(&window).await;
    assert_eq!(window.app.state().edits, EditCounts::default());
    assert!(stand.is_gone(other.id).await);
    assert!(window.names(ViewSource::Trash).await.is_empty());
}

#[tokio::test]
async fn whoever_keeps_what_was_trashed_here_keeps_it_from_being_deleted_too() {
    let stand = Stand::start().await;
    let file = stand.file(None, "a.txt").await;
    let window = offline(&stand).await;
    window.app.trash(vec![file.id]).await.unwrap();
    window.app.delete_for_ever(vec![file.id]).await.unwrap();
    stand.rename(file.id, "better.txt").await;
    stand.go_online();
    let conflict = only_conflict(&window).await;
    assert_eq!(conflict.kind, EditKind::Trash);
    resolve(&window, &conflict, ConflictChoice::Theirs).await;
    window.until_names(top(), &["better.txt"]).await;
}

#[tokio::test]
async fn a_folder_that_was_made_and_deleted_for_ever_offline_leaves_nothing() {
    let stand = Stand::start().await;
    let window = offline(&stand).await;
    let folder = window.app.create_folder(None, "made").await.unwrap();
    window.app.trash(vec![folder.id]).await.unwrap();
    window.app.delete_for_ever(vec![folder.id]).await.unwrap();
    assert!(window.names(ViewSource::Trash).await.is_empty());
    stand.go_online();
    sent(&window).await;
    assert!(stand.is_gone(folder.id).await);
    assert_eq!(window.app.state().edits, EditCounts::default());
}

#[tokio::test]
async fn thousands_go_in_few_calls_and_what_is_in_the_way_of_one_is_in_the_way_of_no_other() {
    let stand = Stand::start().await;
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;
    let place = window.app.create_folder(None, "place").await.unwrap();
    let mut ids = Vec::new();
    for number in 0..1100 {
        ids.push(stand.folder(None, &format!("Folder {number}")).await.id);
    }
    window.until("all of them", async |window| window.app.node_details(ids[1099]).await.is_ok()).await;
    sent(&window).await;
    go_offline(&stand, &window).await;
    window.app.move_to(ids.clone(), Some(place.id)).await.unwrap();
    window.app.trash(ids.clone()).await.unwrap();
    window.app.delete_for_ever(ids.clone()).await.unwrap();
    assert_eq!(window.app.state().edits, EditCounts { waiting: 3300, conflicts: 0 });
    stand.rename(ids[500], "changed elsewhere").await;
    let before = window.heard_of(changed).len();
    let begun = std::time::Instant::now();
    stand.go_online();
    let conflict = only_conflict(&window).await;
    assert_eq!((conflict.node, conflict.kind), (ids[500], EditKind::Trash));
    window.until_state("all others", |state| state.edits.waiting == 2).await;
    let told = window.heard_of(changed).len() - before;
    // One call each would have told 3,300 times.
    let tenths = usize::try_from(begun.elapsed().as_millis() / 100).unwrap();
    assert!(told <= tenths + 20, "told {told} times in {tenths} tenths of a second");
    assert!(stand.is_gone(ids[0]).await && stand.is_gone(ids[1099]).await);
    assert_eq!(stand.node(ids[500]).await.parent, Some(place.id));
    assert!(window.names(inside(place.id)).await.is_empty());
}

fn changed(event: &notespot_protocol::window::AppEvent) -> Option<()> {
    matches!(event, notespot_protocol::window::AppEvent::LibraryChanged).then_some(())
}
