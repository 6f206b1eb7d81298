//! Public links.

use notespot_protocol::ErrorCode;
use notespot_protocol::window::{NoticeKind, ViewSource};

use super::offline::{offline, sent};
use super::stand::Stand;
use super::window::{Window, top};

#[tokio::test]
async fn a_public_link_is_on_the_clipboard_and_stays_the_same() {
    let stand = Stand::start().await;
    let file = stand.file(None, "shared.txt").await;
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;
    let refused = window.app.open_public_link(file.id).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::NotFound);

    let link = window.app.copy_public_link(file.id).await.unwrap();
    assert_eq!(window.heard.clipboard.lock().unwrap().as_deref(), Some(link.url.as_str()));
    assert!(window.heard_notice(NoticeKind::LinkCopied));
    assert_eq!(window.app.copy_public_link(file.id).await.unwrap().slug, link.slug);
    assert_eq!(window.names(ViewSource::SharedLinks).await, ["shared.txt"]);
    assert_eq!(window.app.state().counts.links, 1);
    window.app.open_public_link(file.id).await.unwrap();
    assert_eq!(*window.heard.browser.lock().unwrap(), std::slice::from_ref(&link.url));

    window.app.end_public_link(file.id).await.unwrap();
    assert!(window.names(ViewSource::SharedLinks).await.is_empty());
    assert_ne!(
        window.app.copy_public_link(file.id).await.unwrap().slug,
        link.slug,
        "an ended one never returns"
    );
}

#[tokio::test]
async fn views_of_a_link_are_heard_of_when_its_details_are_looked_at() {
    let stand = Stand::start().await;
    let file = stand.file(None, "shared.txt").await;
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;
    let link = window.app.copy_public_link(file.id).await.unwrap();
    window.until_state("sent", |state| state.edits.waiting == 0).await;
    assert!(stand.open_page(&link).await.is_success());
    window
        .until("one view", async |window| {
            let details = window.app.node_details(file.id).await.unwrap();
            details.link.is_some_and(|link| link.views == 1)
        })
        .await;
    assert_eq!(window.rows(top()).await[0].link.unwrap().views, 1);
}

#[tokio::test]
async fn a_link_that_is_ended_offline_is_ended_and_stays_so() {
    let stand = Stand::start().await;
    let file = stand.file(None, "shared.txt").await;
    let link = stand.link(file.id).await;
    let window = offline(&stand).await;
    window.app.end_public_link(file.id).await.unwrap();
    assert!(window.names(ViewSource::SharedLinks).await.is_empty());
    stand.go_online();
    sent(&window).await;
    assert!(window.names(ViewSource::SharedLinks).await.is_empty());
    assert_eq!(stand.open_page(&link).await, 410);
}

#[tokio::test]
async fn links_that_two_devices_made_of_one_file_both_open() {
    let stand = Stand::start().await;
    let file = stand.file(None, "a.txt").await;
    let window = offline(&stand).await;
    let mine = window.app.copy_public_link(file.id).await.unwrap();
    let theirs = stand.link(file.id).await;
    stand.go_online();
    sent(&window).await;
    assert_ne!(mine.slug, theirs.slug);
    for link in [&mine, &theirs] {
        assert!(stand.open_page(link).await.is_success());
    }
    window.app.end_public_link(file.id).await.unwrap();
    sent(&window).await;
    for link in [&mine, &theirs] {
        assert_eq!(stand.open_page(link).await, 410);
    }
}
