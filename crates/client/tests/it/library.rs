//! The calls that a library is kept up to date with, at the real server.

use std::time::Duration;

use notespot_client::api::Events;
use notespot_client::{ApiClient, MemoryStore, Secret, Session, SessionConfig};
use notespot_protocol::{
    BatchItem, ChangeKind, ChangesQuery, ClientRef, CopyNode, EmptiedTrash, ErrorCode, NewFolder, Node,
    NodeAt, NodeEdit, NodeId, NodeName, NodePatch, OnConflict, Revision,
};
use notespot_testkit::TestServer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use super::scripted::{Scripted, answer};
use super::stand::BOUND;

async fn ada(server: &TestServer) -> ApiClient {
    let token = Some(Secret::new(server.somebody("Ada").await.unwrap()));
    let lock_file = server.data_dir().join("unused.lock");
    let config =
        SessionConfig::new(server.base_url().clone(), std::sync::Arc::new(MemoryStore::default()), lock_file);
    ApiClient::new(Session::new(SessionConfig { token, ..config }).unwrap())
}

async fn folder(api: &ApiClient, parent: Option<NodeId>, name: &str) -> Node {
    let folder = NewFolder {
        client_ref: ClientRef::generate(),
        id: Some(NodeId::generate()),
        parent,
        name: NodeName::new(name).unwrap(),
        on_conflict: OnConflict::Fail,
        reuse: false,
    };
    let made = api.create_folder(&folder).await.unwrap();
    assert_eq!(Some(made.id), folder.id);
    made
}

fn at(node: &Node) -> NodeAt {
    NodeAt { id: node.id, if_match: None }
}

fn outcomes<T>(items: Vec<BatchItem<T>>) -> Vec<Result<T, ErrorCode>> {
    items.into_iter().map(|item| item.into_result().map_err(|problem| problem.code)).collect()
}

async fn next(events: &mut Events) -> Option<Revision> {
    timeout(BOUND, events.next()).await.unwrap().unwrap()
}

#[tokio::test]
async fn many_nodes_are_changed_copied_and_deleted_in_one_call() {
    let server = TestServer::start().await.unwrap();
    let api = ada(&server).await;
    let (a, b) = (folder(&api, None, "a").await, folder(&api, None, "b").await);
    let patch = NodePatch { parent: Some(Some(b.id)), ..NodePatch::default() };
    let edit = |if_match| NodeEdit { id: a.id, if_match, patch: patch.clone() };
    let edited =
        outcomes(api.edit_nodes(vec![edit(Some(a.revision)), edit(Some(a.revision))]).await.unwrap());
    assert_eq!(edited[0].as_ref().unwrap().parent, Some(b.id));
    assert_eq!(edited[1], Err(ErrorCode::StaleRevision));
    let copy = CopyNode {
        client_ref: ClientRef::generate(),
        node: b.id,
        parent: None,
        on_conflict: OnConflict::KeepBoth,
    };
    let copied = outcomes(api.copy_nodes(vec![copy.clone(), copy]).await.unwrap());
    assert_eq!(copied[0], copied[1]);
    assert_eq!(copied[0].as_ref().unwrap().name.as_str(), "b (2)");

    let trashed = outcomes(api.trash_nodes(vec![at(&b), at(&a)]).await.unwrap());
    assert!(trashed.iter().all(|node| node.as_ref().unwrap().trashed_at.is_some()));
    assert!(outcomes(api.restore_nodes(vec![at(&b)]).await.unwrap())[0].is_ok());
    assert_eq!(
        outcomes(api.delete_nodes(vec![at(&b), at(&a)]).await.unwrap()),
        [Err(ErrorCode::WrongKind), Ok(a.id)]
    );
    api.trash_nodes(vec![at(&b)]).await.unwrap();
    assert_eq!(api.empty_trash().await.unwrap(), EmptiedTrash { deleted: 1, more: false });
}

#[tokio::test]
async fn a_first_fill_goes_on_from_where_its_first_page_was() {
    let server = TestServer::start().await.unwrap();
    let api = ada(&server).await;
    let mut made = Vec::new();
    for name in ["a", "b", "c"] {
        made.push(folder(&api, None, name).await);
    }
    let limit = Some(1);
    let first = api.changes(ChangesQuery { limit, ..ChangesQuery::default() }).await.unwrap();
    assert_eq!((first.newest, first.revision, first.more), (Revision(3), Revision(1), true));
    for node in [&made[0], &made[2]] {
        api.trash_nodes(vec![at(node)]).await.unwrap();
        api.delete_nodes(vec![at(node)]).await.unwrap();
    }
    let (mut since, mut told) = (first.revision, Vec::new());
    loop {
        let query = ChangesQuery { since, filling_since: Some(first.newest), limit };
        let page = api.changes(query).await.unwrap();
        told.extend(page.changes.into_iter().map(|change| match change.kind {
            ChangeKind::Node { node } => ("node", node.id),
            ChangeKind::NodeDeleted { id } => ("gone", id),
            ChangeKind::Link { link } => ("link", link.node),
        }));
        since = page.revision;
        if !page.more {
            break;
        }
    }
    assert_eq!(told, [("node", made[1].id), ("gone", made[0].id), ("gone", made[2].id)]);
}

#[tokio::test]
async fn who_listens_hears_of_changes_and_of_the_end() {
    let mut server = TestServer::start().await.unwrap();
    let api = ada(&server).await;
    folder(&api, None, "before").await;
    let mut events = api.events(None).await.unwrap();
    assert_eq!(next(&mut events).await, Some(Revision(1)));
    let mut informed = api.events(Some(Revision(1))).await.unwrap();
    folder(&api, None, "a").await;
    assert_eq!(next(&mut events).await, Some(Revision(2)));
    assert_eq!(next(&mut informed).await, Some(Revision(2)));
    server.ask_to_stop().unwrap();
    assert_eq!((next(&mut events).await, next(&mut informed).await), (None, None));
    drop((events, informed, api));
    server.ended().await.unwrap();
}

#[tokio::test]
async fn who_may_not_listen_is_told_why() {
    let server = TestServer::start().await.unwrap();
    ada(&server).await;
    let token = server.token("ada@example.org", &[notespot_protocol::Scope::Upload]).await.unwrap();
    let config = SessionConfig::new(
        server.base_url().clone(),
        std::sync::Arc::new(MemoryStore::default()),
        server.data_dir().join("unused.lock"),
    );
    let config = SessionConfig { token: Some(Secret::new(token)), ..config };
    let error = ApiClient::new(Session::new(config).unwrap()).events(None).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::Forbidden);
}

#[tokio::test]
async fn what_is_no_stream_of_events_is_told_apart() {
    let listened = async |answer: String| {
        let server = Scripted::start(vec![answer]).await;
        let heard = timeout(BOUND, server.client().events(Some(Revision(7)))).await.unwrap();
        assert!(server.heard()[0].to_lowercase().contains("last-event-id: 7"), "{}", server.heard()[0]);
        heard
    };
    for (headers, body) in [
        ("Content-Type: application/json\r\n", "{}"),
        ("Content-Type: text/html\r\n", "<html>Accept our terms</html>"),
        ("Content-Type: text/plain\r\n", "event: revision"),
    ] {
        let error = listened(answer("200 OK", headers, body)).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::NotANotespotServer, "{headers}");
    }
    let stream = |body: &str| answer("200 OK", "Content-Type: text/event-stream\r\n", body);
    let told = "event: other\ndata: 1\n\nevent: revision\ndata: {\"revision\":8}\n\n: x\n\nevent: revision\ndata: {\"revision\":9}\n\n";
    let mut events = listened(stream(told)).await.unwrap();
    assert_eq!((next(&mut events).await, next(&mut events).await), (Some(Revision(9)), None));
    for broken in ["event: revision\ndata: soon\n\n".to_owned(), "x".repeat(100_000)] {
        let mut events = listened(stream(&broken)).await.unwrap();
        let error = timeout(BOUND, events.next()).await.unwrap().unwrap_err();
        assert_eq!(error.code(), ErrorCode::NotANotespotServer);
    }
    let busy = answer("429 Too Many Requests", "Retry-After: 30\r\n", "");
    assert!(listened(busy).await.unwrap_err().is_passing());
}

#[tokio::test]
async fn a_stream_on_which_nothing_comes_is_given_up() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap()).parse().unwrap();
    let config = SessionConfig::new(url, std::sync::Arc::new(MemoryStore::default()), "unused.lock".into());
    let config = SessionConfig { token: Some(Secret::new("nsp_secret")), ..config };
    let api = ApiClient::new(Session::new(config).unwrap());
    let open = api.events(None);
    let head = async {
        let (mut socket, _) = silent.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            assert_ne!(socket.read_buf(&mut request).await.unwrap(), 0);
        }
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: here\n\n";
        socket.write_all(head.as_bytes()).await.unwrap();
        socket
    };
    let (events, _socket) = tokio::join!(open, head);
    let mut events = events.unwrap();
    // The heartbeat is read first; then the clock runs as fast as nothing happens.
    assert!(timeout(Duration::from_millis(200), events.next()).await.is_err());
    tokio::time::pause();
    let error = events.next().await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::ServerUnreachable);
}
