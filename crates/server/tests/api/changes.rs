//! The change feed.

use notespot_protocol::{ChangeKind, ChangesPage, NodeId, Revision};
use notespot_testkit::Api;

use super::nodes::post;
use super::{ada, folder, somebody};

async fn changes(api: &Api, since: Revision, limit: u32) -> ChangesPage {
    api.get(&format!("/v1/changes?since={}&limit={limit}", since.0)).await.unwrap().json().unwrap()
}

fn said(page: &ChangesPage) -> Vec<(&'static str, NodeId)> {
    let said = |change: &notespot_protocol::Change| match &change.kind {
        ChangeKind::Node { node } if node.trashed_at.is_some() => ("trashed", node.id),
        ChangeKind::Node { node } => ("node", node.id),
        ChangeKind::NodeDeleted { id } => ("deleted", *id),
        ChangeKind::Link { link } => (if link.ended_at.is_some() { "ended" } else { "link" }, link.node),
    };
    page.changes.iter().map(said).collect()
}

#[tokio::test]
async fn everything_that_happened_is_told_in_order_and_once() {
    let (server, ada) = ada().await;
    assert!(changes(&ada, Revision(0), 10).await.changes.is_empty());
    let file = ada.upload(None, "a.txt", b"a").await.unwrap();
    let link = ada.link(file.id).await.unwrap();
    let first = changes(&ada, Revision(0), 10).await;
    assert_eq!(said(&first), [("node", file.id), ("link", file.id)]);
    assert!(!first.more);
    ada.delete(&format!("/v1/links/{}", link.slug)).await.unwrap().value().unwrap();
    post(&ada, file.id, "trash").await.value().unwrap();
    let second = changes(&ada, first.revision, 10).await;
    assert_eq!(said(&second), [("ended", file.id), ("trashed", file.id)]);
    ada.delete(&format!("/v1/nodes/{}", file.id)).await.unwrap();
    let third = changes(&ada, second.revision, 10).await;
    assert!(said(&third).contains(&("deleted", file.id)), "{third:?}");
    assert!(changes(&ada, third.revision, 10).await.changes.is_empty());
    let bob = somebody(&server, "Bob").await;
    assert!(changes(&bob, Revision(0), 10).await.changes.is_empty());
}

#[tokio::test]
async fn the_feed_is_read_in_pieces_without_a_gap() {
    let (_server, ada) = ada().await;
    let mut made = Vec::new();
    for number in 0..7 {
        let node: notespot_protocol::Node = folder(&ada, None, &format!("F{number}")).await.json().unwrap();
        made.push(("node", node.id));
    }
    let (mut read, mut since) = (Vec::new(), Revision(0));
    loop {
        let page = changes(&ada, since, 3).await;
        assert!(page.changes.len() <= 3);
        assert!(page.changes.iter().all(|change| change.revision > since));
        read.extend(said(&page));
        since = page.revision;
        if !page.more {
            break;
        }
    }
    assert_eq!(read, made);
}
