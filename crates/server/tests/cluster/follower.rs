//! Somebody who listens, and keeps what the feed says.

use notespot_protocol::{Revision, RevisionEvent};
use notespot_testkit::Api;
use reqwest::{Method, Response};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::ledger::Seen;
use super::patient::{Patient, count};
use super::tree::Tree;
use super::{BOUND, PAUSE};

/// Opens a stream of events, and another when it ends. Of each revision that it is told, it fetches what is new.
pub(super) struct Follower {
    /// The last revision that it was told.
    told: watch::Receiver<Revision>,
    /// Up to which it follows.
    end: watch::Sender<Option<Revision>>,
    following: JoinHandle<Tree>,
}

impl Follower {
    pub(super) fn start(patient: Patient) -> Self {
        let (telling, told) = watch::channel(Revision::ZERO);
        let end = watch::Sender::new(None);
        let mut ends = end.subscribe();
        let following = tokio::spawn(async move {
            let mut tree = Tree::default();
            loop {
                let reached = *telling.borrow();
                if ends.borrow().is_some_and(|end| reached >= end) {
                    return tree;
                }
                tokio::select! {
                    () = listen(&patient, &telling, &mut tree) => {}
                    _ = ends.wait_for(|end| end.is_some_and(|end| *telling.borrow() >= end)) => {}
                }
            }
        });
        Self { told, end, following }
    }

    /// Waits until it was told of this revision: what it holds then, and what it saw on the way.
    pub(super) async fn reaches(mut self, newest: Revision) -> (Tree, Seen) {
        timeout(BOUND, self.told.wait_for(|told| *told >= newest)).await.expect("it is not told").unwrap();
        self.end.send_replace(Some(newest));
        let mut tree = timeout(BOUND, self.following).await.expect("it goes on").unwrap();
        assert_eq!(tree.held, newest);
        let seen = std::mem::take(&mut tree.seen);
        (tree, seen)
    }
}

/// One stream, to its end.
async fn listen(patient: &Patient, telling: &watch::Sender<Revision>, tree: &mut Tree) {
    let last = *telling.borrow();
    let opening = opened(&patient.api, last);
    let Ok(Some(mut stream)) = timeout(BOUND, opening).await else { return sleep(PAUSE).await };
    count(&patient.counts.streams);
    let mut read = String::new();
    // A heartbeat comes every 15 seconds: a stream that is silent for longer is dead.
    while let Ok(Ok(Some(piece))) = timeout(BOUND, stream.chunk()).await {
        read.push_str(std::str::from_utf8(&piece).unwrap());
        while let Some((block, rest)) = read.split_once("\n\n") {
            let revision = revision_in(block);
            read = rest.to_owned();
            let Some(revision) = revision else { continue };
            assert!(revision > *telling.borrow(), "{revision} was told before");
            count(&patient.counts.told);
            tree.go_on(patient).await;
            assert!(tree.held >= revision, "{revision} exists, and the feed ends at {}", tree.held);
            telling.send_replace(revision);
        }
    }
}

async fn opened(api: &Api, last: Revision) -> Option<Response> {
    let request = api.request(Method::GET, "/v1/events").unwrap();
    let request =
        if last == Revision::ZERO { request } else { request.header("last-event-id", last.to_string()) };
    request.send().await.ok().filter(|response| response.status().is_success())
}

fn revision_in(block: &str) -> Option<Revision> {
    let data = block.lines().find_map(|line| line.strip_prefix("data:"))?;
    Some(serde_json::from_str::<RevisionEvent>(data.trim()).unwrap().revision)
}
