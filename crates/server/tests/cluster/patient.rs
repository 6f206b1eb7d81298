//! Asking until there is an answer.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use notespot_protocol::{Batch, BatchItem};
use notespot_testkit::{Answer, Api};
use reqwest::{Method, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep, timeout};

use super::{BOUND, PAUSE};

/// Over all devices.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Operations that were acknowledged.
    pub(super) acknowledged: AtomicUsize,
    /// Requests that had an answer.
    answered: AtomicUsize,
    /// Requests whose connection ended before there was an answer.
    cut: AtomicUsize,
    /// Requests that were answered with "not now".
    put_off: AtomicUsize,
    /// Operations that had happened already when they were asked for again.
    pub(super) had_happened: AtomicUsize,
    /// Times that somebody was told of a revision.
    pub(super) told: AtomicUsize,
    /// Event streams that were opened.
    pub(super) streams: AtomicUsize,
    /// The longest that an operation took, in milliseconds.
    longest: AtomicUsize,
}

pub(super) fn count(counter: &AtomicUsize) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
        write!(
            f,
            "{} operations acknowledged in {} answers; {} requests were cut and {} put off, {} had happened \
             when they were sent again; the longest took {} ms; {} events over {} streams",
            of(&self.acknowledged),
            of(&self.answered),
            of(&self.cut),
            of(&self.put_off),
            of(&self.had_happened),
            of(&self.longest),
            of(&self.told),
            of(&self.streams),
        )
    }
}

/// A way to the servers that is used again and again, until there is an answer.
pub(super) struct Patient {
    pub(super) api: Api,
    pub(super) counts: Arc<Counts>,
}

/// An answer, and what came before it.
pub(super) struct Answered {
    pub(super) answer: Answer,
    /// Whether it may be the answer to a second asking: what was asked for may have happened before.
    pub(super) is_again: bool,
}

impl Patient {
    pub(super) fn new(api: Api, counts: Arc<Counts>) -> Self {
        Self { api, counts }
    }

    /// Sends a request until it is answered: a connection that ends, "not now" and "too many" are no answers. Any
    /// other failure of the server is the end of the test.
    pub(super) async fn ask(&self, request: impl Fn(&Api) -> RequestBuilder) -> Answered {
        let began = Instant::now();
        let mut is_again = false;
        while began.elapsed() < BOUND {
            match timeout(BOUND, Answer::of(request(&self.api))).await {
                Ok(Ok(answer)) if matches!(answer.status.as_u16(), 429 | 502 | 503 | 504) => {
                    count(&self.counts.put_off);
                    let after =
                        answer.headers.get("retry-after").and_then(|after| after.to_str().ok()?.parse().ok());
                    sleep(after.map_or(PAUSE, Duration::from_secs).min(Duration::from_secs(2))).await;
                }
                Ok(Ok(answer)) => {
                    assert!(!answer.status.is_server_error(), "{}: {}", answer.status, answer.text());
                    count(&self.counts.answered);
                    let took = usize::try_from(began.elapsed().as_millis()).unwrap();
                    self.counts.longest.fetch_max(took, Ordering::Relaxed);
                    return Answered { answer, is_again };
                }
                Ok(Err(_)) => {
                    count(&self.counts.cut);
                    sleep(PAUSE).await;
                }
                Err(_) => break,
            }
            is_again = true;
        }
        panic!("no answer in {BOUND:?}");
    }

    /// Reads until there is an answer.
    pub(super) async fn get(&self, path: &str) -> Answer {
        self.ask(|api| api.request(Method::GET, path).unwrap()).await.answer
    }

    /// Calls until it works.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> T {
        let call = |api: &Api| api.request(method.clone(), path).unwrap().json(body);
        self.ask(call).await.answer.json().unwrap()
    }

    /// Calls a batch with one item until it works.
    pub(super) async fn one_of_batch<T: DeserializeOwned>(&self, path: &str, item: &impl Serialize) -> T {
        let answer: Batch<BatchItem<T>> = self.call(Method::POST, path, &Batch { items: vec![item] }).await;
        answer
            .items
            .into_iter()
            .next()
            .unwrap()
            .into_result()
            .unwrap_or_else(|problem| panic!("{path}: {problem:?}"))
    }
}
