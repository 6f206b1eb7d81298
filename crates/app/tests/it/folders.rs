//! Moving, copying, and what was seen when somebody began to type.

use notespot_protocol::window::{ConflictChoice, ConflictWhy, EditCounts, EditKind};
use notespot_protocol::{ErrorCode, NodePatch};

use super::offline::{go_offline, offline, only_conflict, resolve, sent};
use super::stand::Stand;
use super::window::{Window, inside, top};

#[tokio::test]
async fn what_came_from_elsewhere_while_somebody_typed_is_asked_about() {
    let stand = Stand::start().await;
    let file = stand.file(None, "a.txt").await;
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;
    // The field was opened on "a.txt"; then this came.
    stand.rename(file.id, "theirs.txt").await;
    window.until_names(top(), &["theirs.txt"]).await;
    window.app.rename(file.id, "a.txt", "mine.txt").await.unwrap();
    let conflict = only_conflict(&window).await;
    assert_eq!((conflict.kind, conflict.why), (EditKind::Rename, ConflictWhy::ChangedThere));
    assert_eq!(stand.node(file.id).await.name.as_str(), "theirs.txt");
    resolve(&window, &conflict, ConflictChoice::Theirs).await;

    let description = Some("theirs".to_owned());
    let tags = Some(vec!["theirs".to_owned()]);
    stand.edit(file.id, NodePatch { description, tags, ..NodePatch::default() }).await;
    window
        .until("both", async |window| {
            window.app.node_details(file.id).await.is_ok_and(|details| details.node.tags == ["theirs"])
        })
        .await;
    window.app.describe(file.id, "", "mine").await.unwrap();
    let conflict = only_conflict(&window).await;
    assert_eq!(conflict.kind, EditKind::Describe);
    resolve(&window, &conflict, ConflictChoice::Mine).await;
    window.app.tag(file.id, Vec::new(), vec!["mine".into()]).await.unwrap();
    let conflict = only_conflict(&window).await;
    assert_eq!(conflict.kind, EditKind::Tag);
    resolve(&window, &conflict, ConflictChoice::Theirs).await;
    let there = stand.node(file.id).await;
    assert_eq!((&*there.description, &*there.tags), ("mine", &["theirs".to_owned()][..]));
}

#[tokio::test]
async fn more_than_the_server_takes_is_refused_at_once() {
    let stand = Stand::start().await;
    let file = stand.file(None, "a.txt").await;
    let window = offline(&stand).await;
    let many = (0..51).map(|number| number.to_string()).collect();
    for refused in [
        window.tag(file.id, many).await,
        window.tag(file.id, vec!["x".repeat(101)]).await,
        window.describe(file.id, &"x".repeat(4001)).await,
    ] {
        assert_eq!(refused.unwrap_err().code(), ErrorCode::BadRequest);
    }
    assert_eq!(window.app.state().edits, EditCounts::default());
    window.tag(file.id, vec!["\u{fc}".repeat(100)]).await.unwrap();
}

#[tokio::test]
async fn things_of_many_folders_are_moved_and_go_back_to_where_they_were() {
    let stand = Stand::start().await;
    let (here, there) = (stand.folder(None, "here").await, stand.folder(None, "there").await);
    let (one, two) = (stand.file(None, "one.txt").await, stand.file(Some(here.id), "two.txt").await);
    let taken = stand.file(Some(here.id), "taken.txt").await;
    stand.file(Some(there.id), "taken.txt").await;
    let window = offline(&stand).await;
    let moved = window.app.move_to(vec![one.id, taken.id, two.id], Some(there.id)).await.unwrap();
    assert_eq!(moved.failure.as_ref().map(|failure| failure.code), Some(ErrorCode::NameTaken));
    assert_eq!(moved.moved.len(), 2);
    assert_eq!(window.names(inside(there.id)).await, ["one.txt", "taken.txt", "two.txt"]);
    // What is there already is moved by nobody, and goes nowhere when that is undone.
    assert!(window.app.move_to(vec![one.id], Some(there.id)).await.unwrap().moved.is_empty());
    window.app.move_back(moved.moved).await.unwrap();
    assert_eq!(window.names(top()).await, ["here", "there", "one.txt"]);
    assert_eq!(window.names(inside(here.id)).await, ["taken.txt", "two.txt"]);
    stand.go_online();
    sent(&window).await;
    assert_eq!(stand.node(two.id).await.parent, Some(here.id));
    assert_eq!(window.app.state().edits, EditCounts::default());
}

#[tokio::test]
async fn folders_to_move_to_are_found_from_above_and_by_their_names() {
    let stand = Stand::start().await;
    let outer = stand.folder(None, "Outer").await;
    let inner = stand.folder(Some(outer.id), "Inner papers").await;
    stand.file(Some(outer.id), "papers.txt").await;
    let window = offline(&stand).await;
    let top = window.app.choose_folder(None, "").await.unwrap();
    assert_eq!(top.folders.iter().map(|folder| folder.name.as_str()).collect::<Vec<_>>(), ["Outer"]);
    let inside = window.app.choose_folder(Some(outer.id), " ").await.unwrap();
    assert_eq!(inside.path[0].name.as_str(), "Outer");
    assert_eq!(inside.folders.iter().map(|folder| folder.id).collect::<Vec<_>>(), [inner.id]);
    let found = window.app.choose_folder(Some(inner.id), "PAP").await.unwrap();
    assert_eq!(found.folders.iter().map(|folder| folder.id).collect::<Vec<_>>(), [inner.id]);
    assert_eq!(found.folders[0].above[0].id, outer.id);
    window.app.trash(vec![outer.id]).await.unwrap();
    assert!(window.app.choose_folder(None, "pap").await.unwrap().folders.is_empty());
}

#[tokio::test]
async fn copies_stand_in_the_list_with_what_was_done_to_the_originals_before() {
    let stand = Stand::start().await;
    let folder = stand.folder(None, "folder").await;
    let file = stand.file(Some(folder.id), "a.txt").await;
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;
    let fresh = window.app.create_folder(None, "fresh").await.unwrap();
    window.rename(file.id, "renamed.txt").await.unwrap();
    let copied = window.app.copy_to(vec![file.id, folder.id], Some(fresh.id)).await.unwrap();
    assert_eq!((copied.copies.len(), copied.failure), (2, None));
    // Without waiting for sync.
    assert_eq!(window.names(inside(fresh.id)).await, ["folder", "renamed.txt"]);
    let copy = window.rows(inside(fresh.id)).await[0].id;
    window.until_names(inside(copy), &["renamed.txt"]).await;
    window.app.make_copies(vec![file.id, folder.id]).await.unwrap();
    assert_eq!(window.names(inside(folder.id)).await, ["renamed (2).txt", "renamed.txt"]);
    assert_eq!(window.names(top()).await, ["folder", "folder (2)", "fresh"]);
    let refused = window.app.copy_to(vec![folder.id], Some(folder.id)).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::BadRequest);

    go_offline(&stand, &window).await;
    let refused = window.app.make_copies(vec![file.id]).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::ServerUnreachable);
    assert!(refused.to_string().contains("Copy again when you are online"));
}
