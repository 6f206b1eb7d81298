//! The store by function call, on a way that counts what is under way, holds it back, and answers in the
//! store's place.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use notespot_transfer::{Engine, Settings, Wire, WireError};
use reqwest::{Request, Response};
use tokio::sync::watch;
use tower::ServiceExt as _;

use super::control::Stand;
use super::store::Store;

/// What comes in place of the store's answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instead {
    pub(crate) status: u16,
    /// S3's word for it.
    pub(crate) code: &'static str,
    pub(crate) retry_after_secs: Option<u64>,
}

const BUSY: Instead = Instead { status: 503, code: "SlowDown", retry_after_secs: None };

impl Instead {
    fn answer(self) -> Result<Response, WireError> {
        let mut answer = http::Response::builder().status(self.status);
        if let Some(secs) = self.retry_after_secs {
            answer = answer.header("retry-after", secs);
        }
        let body = format!("<Error><Code>{}</Code><Message>no</Message></Error>", self.code);
        Ok(answer.body(body)?.into())
    }
}

/// The way to one store.
#[derive(Debug)]
pub(crate) struct Watched {
    store: Router,
    /// How long each request is on its way.
    takes: Duration,
    seen: watch::Sender<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    requests: usize,
    under_way: usize,
    most_under_way: usize,
    instead: VecDeque<Instead>,
    is_busy: bool,
    holds: bool,
    held: usize,
    lets_go: bool,
}

/// A store that is reached by such a way only.
pub(crate) fn watched(store: Store, takes: Duration, settings: Settings) -> (Stand, Arc<Watched>) {
    let store = Arc::new(store);
    let way = Arc::new(Watched { store: store.router(), takes, seen: watch::Sender::default() });
    let mut stand = Stand::over(store, Engine::over(way.clone(), settings));
    spare_the_disk(&mut stand);
    (stand, way)
}

/// A disk would be the slowest part of it.
pub(crate) fn spare_the_disk(stand: &mut Stand) {
    if Path::new("/dev/shm").is_dir() {
        stand.folder = tempfile::tempdir_in("/dev/shm").unwrap();
    }
}

impl Watched {
    /// How many requests there were.
    pub(crate) fn requests(&self) -> usize {
        self.seen.borrow().requests
    }

    /// How many wait for the head of their answer.
    pub(crate) fn under_way(&self) -> usize {
        self.seen.borrow().under_way
    }

    /// The most of them at any time since the beginning, or since [`Self::forget_most`].
    pub(crate) fn most_under_way(&self) -> usize {
        self.seen.borrow().most_under_way
    }

    pub(crate) fn forget_most(&self) {
        self.seen.send_modify(|seen| seen.most_under_way = seen.under_way);
    }

    /// One of the next requests, those before it answered, is answered so.
    pub(crate) fn answer_next(&self, instead: Instead) {
        self.seen.send_modify(|seen| seen.instead.push_back(instead));
    }

    /// Whether all requests hear that the store is overloaded.
    pub(crate) fn set_busy(&self, is_busy: bool) {
        self.seen.send_modify(|seen| seen.is_busy = is_busy);
    }

    /// Whether requests that come from now on are held back.
    pub(crate) fn set_holds(&self, holds: bool) {
        self.seen.send_modify(|seen| seen.holds = holds);
    }

    /// Waits until so many are held back.
    pub(crate) async fn held(&self, requests: usize) {
        self.seen.subscribe().wait_for(|seen| seen.held >= requests).await.unwrap();
    }

    /// Lets go what is held back, and what comes.
    pub(crate) fn let_go(&self) {
        self.seen.send_modify(|seen| seen.lets_go = true);
    }

    fn instead(&self) -> Option<Instead> {
        let mut instead = None;
        self.seen.send_modify(|seen| {
            instead = seen.instead.pop_front().or(seen.is_busy.then_some(BUSY));
        });
        instead
    }

    async fn carry(&self, request: Request) -> Result<Response, WireError> {
        let _under_way = UnderWay::begin(&self.seen);
        tokio::time::sleep(self.takes).await;
        let is_held = self.seen.send_if_modified(|seen| {
            seen.held += usize::from(seen.holds);
            seen.holds
        });
        if is_held {
            self.seen.subscribe().wait_for(|seen| seen.lets_go).await?;
        }
        if let Some(instead) = self.instead() {
            return instead.answer();
        }
        let (head, body) = http::Request::try_from(request)?.into_parts();
        let answer = self.store.clone().oneshot(http::Request::from_parts(head, Body::new(body))).await?;
        let (head, body) = answer.into_parts();
        Ok(http::Response::from_parts(head, reqwest::Body::wrap_stream(body.into_data_stream())).into())
    }
}

impl Wire for Watched {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, WireError>> {
        self.carry(request).boxed()
    }
}

struct UnderWay<'a>(&'a watch::Sender<Seen>);

impl<'a> UnderWay<'a> {
    fn begin(seen: &'a watch::Sender<Seen>) -> Self {
        seen.send_modify(|seen| {
            seen.requests += 1;
            seen.under_way += 1;
            seen.most_under_way = seen.most_under_way.max(seen.under_way);
        });
        Self(seen)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|seen| seen.under_way -= 1);
    }
}
