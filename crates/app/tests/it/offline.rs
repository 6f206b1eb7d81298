//! A server that goes away and comes back.

use notespot_protocol::ErrorCode;
use notespot_protocol::window::{ServerStatus, SessionState, SyncStatus};

use super::stand::Stand;
use super::window::{Window, search, top};

#[tokio::test]
async fn the_list_stays_while_the_server_is_away_and_catches_up_by_itself() {
    let mut stand = Stand::start().await;
    let file = stand.file(None, "before.txt").await;
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;

    stand.stop().await;
    window.until_state("offline", |state| state.sync.status == SyncStatus::Offline).await;
    let state = window.app.state();
    assert!(matches!(state.server.status, ServerStatus::Unreachable { .. }));
    assert!(state.sync.as_of.is_some() && matches!(state.session, SessionState::SignedIn { .. }));
    assert_eq!(window.names(top()).await, ["before.txt"]);
    assert_eq!(window.names(search("before")).await, ["before.txt"]);

    let refused = window.app.rename(file.id, "after.txt").await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::ServerUnreachable);
    assert_eq!(window.names(top()).await, ["before.txt"], "nothing is lost and nothing is pretended");

    stand.file(None, "meanwhile.txt").await;
    stand.start_again().await;
    window.until_names(top(), &["before.txt", "meanwhile.txt"]).await;
    window.up_to_date().await;
    assert_eq!(window.app.state().server.status, ServerStatus::Reachable);
}

#[tokio::test]
async fn a_check_by_hand_does_not_wait_for_the_next_try() {
    let mut stand = Stand::start().await;
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;
    stand.stop().await;
    assert_eq!(window.app.check_server().await.unwrap_err().code(), ErrorCode::ServerUnreachable);
    window.until_state("offline", |state| state.sync.status == SyncStatus::Offline).await;
    stand.start_again().await;
    window.app.check_server().await.unwrap();
    window.up_to_date().await;
}

#[tokio::test]
async fn another_server_is_another_list() {
    let (here, there) = (Stand::start().await, Stand::start().await);
    here.file(None, "here.txt").await;
    there.file(None, "there.txt").await;
    let window = Window::open(&here, "a").await;
    window.until_names(top(), &["here.txt"]).await;
    window.app.use_server(&there.address.to_string()).await.unwrap();
    window.until_names(top(), &["there.txt"]).await;
    assert_eq!(window.app.state().server.url, format!("http://{}", there.address));
    let refused = window.app.use_server("ftp://example.org").await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::BadRequest);
}
