//! Being told that revisions exist.

use std::time::Duration;

use futures_util::future::join_all;
use notespot_protocol::{ErrorCode, NewlyMadeToken, RevisionEvent, Scope};
use notespot_testkit::{Answer, Api, TestServer};
use reqwest::{Method, Response};
use serde_json::json;
use tokio::time::timeout;

use super::{ada, ada_and, folder, refusal, signed_in, somebody};

/// The longest that anything here waits.
const BOUND: Duration = Duration::from_secs(20);
/// Well before the first heartbeat.
const SOON: Duration = Duration::from_secs(8);
/// In which what was told to others would have come.
const MOMENT: Duration = Duration::from_millis(300);

/// A stream of events, as a browser reads it.
struct Events {
    response: Response,
    read: String,
}

/// What stands between two empty lines.
#[derive(Debug, PartialEq, Eq)]
enum Block {
    Revision(u64),
    Comment,
}

impl Events {
    async fn open(api: &Api, last: Option<&str>) -> Self {
        let mut request = api.request(Method::GET, "/v1/events").unwrap().header("accept-encoding", "gzip");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = timeout(BOUND, request.send()).await.unwrap().unwrap();
        assert_eq!(response.status(), 200);
        Self { response, read: String::new() }
    }

    /// The next block; `None` at the end of the stream.
    async fn next(&mut self) -> Option<Block> {
        while !self.read.contains("\n\n") {
            let piece = timeout(BOUND, self.response.chunk()).await.unwrap().unwrap()?;
            self.read.push_str(std::str::from_utf8(&piece).unwrap());
        }
        let (block, rest) = self.read.split_once("\n\n").unwrap();
        let (block, rest) = (block.to_owned(), rest.to_owned());
        self.read = rest;
        if block.starts_with(':') {
            return Some(Block::Comment);
        }
        let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim();
        let RevisionEvent { revision } = serde_json::from_str(field("data:")).unwrap();
        assert_eq!((field("event:"), field("id:")), ("revision", revision.to_string().as_str()));
        Some(Block::Revision(revision.0))
    }

    async fn revision(&mut self) -> u64 {
        loop {
            match self.next().await.expect("the stream ended") {
                Block::Revision(revision) => return revision,
                Block::Comment => {}
            }
        }
    }

    /// Reads until this revision is told.
    async fn is_told(&mut self, revision: u64) {
        let told = async { while self.revision().await < revision {} };
        timeout(SOON, told).await.unwrap_or_else(|_| panic!("nobody was told of {revision}"));
    }

    async fn ends(mut self) {
        let ended = async { while self.next().await.is_some() {} };
        timeout(SOON, ended).await.expect("the stream goes on");
    }
}

async fn newest(api: &Api) -> u64 {
    api.get("/v1/me").await.unwrap().value().unwrap()["revision"].as_u64().unwrap()
}

#[tokio::test]
async fn a_change_is_told_soon_after_it_was_made_and_to_nobody_else() {
    let (server, ada) = ada().await;
    let bob = somebody(&server, "Bob").await;
    folder(&ada, None, "before").await.value().unwrap();
    let (mut hers, mut his) = (Events::open(&ada, None).await, Events::open(&bob, None).await);
    let header = |name: &str| hers.response.headers().get(name).and_then(|value| value.to_str().ok());
    assert_eq!(header("content-type"), Some("text/event-stream"));
    assert_eq!(header("cache-control"), Some("no-store"));
    assert_eq!(header("x-accel-buffering"), Some("no"));
    assert_eq!(header("content-encoding"), None);
    assert_eq!((hers.next().await, his.next().await), (Some(Block::Revision(1)), Some(Block::Revision(0))));

    folder(&ada, None, "F").await.value().unwrap();
    hers.is_told(2).await;
    let file = ada.upload(None, "a.txt", b"a").await.unwrap();
    hers.is_told(file.revision.0).await;
    hers.is_told(ada.link(file.id).await.unwrap().revision.0).await;
    assert!(timeout(MOMENT, his.next()).await.is_err(), "these are hers");
    folder(&bob, None, "F").await.value().unwrap();
    his.is_told(1).await;
}

#[tokio::test]
async fn who_comes_back_is_told_at_once_of_what_it_does_not_know_and_of_nothing_else() {
    let (_server, ada) = ada().await;
    for name in ["a", "b", "c"] {
        folder(&ada, None, name).await.value().unwrap();
    }
    for (last, told) in [
        (None, Block::Revision(3)),
        (Some("1"), Block::Revision(3)),
        (Some("3"), Block::Comment),
        (Some("nonsense"), Block::Revision(3)),
        (Some("-1"), Block::Revision(3)),
        (Some("99999999999999999999999"), Block::Revision(3)),
    ] {
        assert_eq!(Events::open(&ada, last).await.next().await, Some(told), "{last:?}");
    }
    let mut events = Events::open(&ada, Some("3")).await;
    folder(&ada, None, "d").await.value().unwrap();
    events.is_told(4).await;
}

#[tokio::test]
async fn nobody_listens_who_may_not_read() {
    let (server, _, uploads) = ada_and(&[Scope::Upload, Scope::Manage]).await;
    let refused = uploads.get("/v1/events").await.unwrap();
    assert_eq!(refusal(&refused), (403, ErrorCode::Forbidden));
    let refused = server.stranger().unwrap().get("/v1/events").await.unwrap();
    assert_eq!(refusal(&refused), (401, ErrorCode::NotSignedIn));
}

#[tokio::test]
async fn a_stream_ends_with_its_token_and_with_no_other() {
    let server = TestServer::start().await.unwrap();
    let person = signed_in::ada(&server).await;
    let make = async || {
        let wanted = json!({ "name": "t", "scopes": ["read"] });
        let made: NewlyMadeToken = person.post("/v1/tokens", &wanted).await.unwrap().json().unwrap();
        (made.token.id, server.api(made.secret).unwrap())
    };
    let ((revoked, one), (_, other)) = (make().await, make().await);
    let ends = Events::open(&one, None).await;
    let mut go_on = [Events::open(&other, None).await, Events::open(&person, None).await];
    assert_eq!(person.delete(&format!("/v1/tokens/{revoked}")).await.unwrap().status, 204);
    ends.ends().await;
    folder(&person, None, "F").await.value().unwrap();
    for events in &mut go_on {
        events.is_told(1).await;
    }
}

#[tokio::test]
async fn a_server_that_ends_does_not_wait_for_those_who_listen() {
    let (mut server, ada) = ada().await;
    let mut streams = join_all((0..5).map(|_| Events::open(&ada, None))).await;
    for events in &mut streams {
        events.next().await.unwrap();
    }
    server.ask_to_stop().unwrap();
    join_all(streams.into_iter().map(Events::ends)).await;
    drop(ada);
    assert_eq!(server.ended().await.unwrap().code(), Some(0));
    assert!(!server.log().unwrap().contains("cut off"));
}

#[tokio::test]
async fn many_who_listen_leave_the_server_free_to_answer_and_are_all_told() {
    const EACH: usize = 50;
    let server = TestServer::start().await.unwrap();
    let names = ["Ada", "Bob", "Eve", "Mallory"];
    let people = join_all(names.map(|name| somebody(&server, name))).await;
    let mut streams = Vec::new();
    for person in &people {
        // Over HTTP/1: a connection each.
        streams.push(join_all((0..EACH).map(|_| Events::open(person, None))).await);
    }
    for events in streams.iter_mut().flatten() {
        assert_eq!(events.next().await, Some(Block::Revision(0)));
    }
    for person in &people {
        folder(person, None, "F").await.value().unwrap();
    }
    assert_eq!(server.stranger().unwrap().get("/readyz").await.unwrap().status, 204);
    join_all(streams.iter_mut().flatten().map(|events| events.is_told(1))).await;

    let more = join_all((EACH..64).map(|_| Events::open(&people[0], None))).await;
    let refused = people[0].get("/v1/events").await.unwrap();
    assert_eq!(refusal(&refused), (429, ErrorCode::RateLimited));
    assert_eq!(refused.headers["retry-after"], "30");
    assert_eq!(newest(&people[0]).await, 1, "it can look for itself");
    Events::open(&people[1], None).await.next().await.unwrap();
    drop((streams, more));
    // Connections that were closed are noticed when the server writes to them, or at once.
    let free = async {
        let open = || people[0].request(Method::GET, "/v1/events").unwrap().send();
        while open().await.unwrap().status() != 200 {}
    };
    timeout(BOUND, free).await.unwrap();
}

#[tokio::test]
async fn the_answer_to_a_stream_is_no_problem_document_and_a_refusal_is_one() {
    let (_server, ada) = ada().await;
    let wrong = Answer::of(ada.request(Method::POST, "/v1/events").unwrap()).await.unwrap();
    assert_eq!(refusal(&wrong), (405, ErrorCode::BadRequest));
}
