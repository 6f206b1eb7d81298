//! A small object store: verifies what S3 verifies, and fails on request.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::put;
use crc_fast::{CrcAlgorithm, Digest};
use futures_util::StreamExt as _;
use notespot_protocol::{ChecksumAlgorithm, Crc64Nvme, PresignedRequest, SecretUrl, Timestamp};
use notespot_testkit::checksum_of;
use tokio::sync::watch;

/// What the store answers to a request instead of doing it.
#[derive(Clone, Copy)]
pub(crate) enum Refusal {
    /// With `Retry-After: 1`.
    Busy,
    Forbidden,
    /// As a presigned request that has expired by the clock of a store that is an hour ahead.
    Expired,
    NoSuchUpload,
    /// A web page with 200, as a network's sign-in page.
    Portal,
}

#[derive(Default)]
pub(crate) struct Log {
    /// Bodies read to their end, refused ones too.
    pub(crate) puts: usize,
    /// The `Range` of each GET that was signed and has not expired.
    pub(crate) gets: Vec<Option<String>>,
    pub(crate) in_flight: usize,
    pub(crate) most_in_flight: usize,
}

#[derive(Default)]
pub(crate) struct Store {
    pub(crate) objects: Mutex<HashMap<String, Bytes>>,
    pub(crate) log: Mutex<Log>,
    /// Answered to the next requests, one each.
    pub(crate) refuse: Mutex<VecDeque<Refusal>>,
    /// Keeps checksums and lengths only.
    pub(crate) discards: bool,
    knows_no_ranges: bool,
    signed: Mutex<HashSet<String>>,
    address: Mutex<Option<SocketAddr>>,
    /// What the keys of uploads begin with that it knows no more.
    thrown_away: Mutex<Vec<String>>,
    /// So many bodies are taken; those that come after them wait.
    pub(crate) takes_at_most: watch::Sender<Option<usize>>,
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}

impl Store {
    pub(crate) fn discarding() -> Self {
        Self { discards: true, ..Self::default() }
    }

    pub(crate) fn without_ranges() -> Self {
        Self { knows_no_ranges: true, ..Self::default() }
    }

    pub(crate) async fn start(self) -> Arc<Self> {
        self.start_on("127.0.0.1:0").await
    }

    pub(crate) async fn start_on(self, address: &str) -> Arc<Self> {
        let store = Arc::new(self);
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        *locked(&store.address) = Some(listener.local_addr().unwrap());
        let app = store.router();
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        store
    }

    /// What it does with requests, however they come.
    pub(crate) fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/{key}", put(receive).get(give))
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(self.clone())
    }

    pub(crate) fn address(&self) -> SocketAddr {
        locked(&self.address).unwrap()
    }

    /// Signs one request; the signature is what the store knows it by.
    pub(crate) fn presign(
        &self,
        method: &str,
        base: &str,
        key: &str,
        headers: &[(&str, String)],
    ) -> PresignedRequest {
        let signature = uuid::Uuid::now_v7().to_string();
        locked(&self.signed).insert(signature.clone());
        PresignedRequest {
            method: method.into(),
            url: SecretUrl::new(format!("{base}/{key}?sig={signature}")),
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            expires_at: Timestamp::now(),
        }
    }

    /// It knows this upload no more, and nothing of what has arrived.
    pub(crate) fn throw_away(&self, upload: &str) {
        locked(&self.thrown_away).push(format!("{upload}."));
        locked(&self.objects).retain(|key, _| !self.has_thrown_away(key));
    }

    fn has_thrown_away(&self, key: &str) -> bool {
        locked(&self.thrown_away).iter().any(|upload| key.starts_with(upload))
    }

    /// Everything that was signed so far expires.
    pub(crate) fn expire(&self) {
        locked(&self.signed).clear();
    }

    /// Whether it signed this request, and did not let it expire.
    fn knows(&self, query: &HashMap<String, String>) -> bool {
        query.get("sig").is_some_and(|signature| locked(&self.signed).contains(signature))
    }

    fn refusal(&self, query: &HashMap<String, String>) -> Option<Response> {
        if let Some(refusal) = locked(&self.refuse).pop_front() {
            return Some(match refusal {
                Refusal::Busy => (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "1")], error("SlowDown"))
                    .into_response(),
                Refusal::Forbidden => (StatusCode::FORBIDDEN, error("AccessDenied")).into_response(),
                Refusal::Expired => {
                    let ahead = SystemTime::now() + Duration::from_hours(1);
                    let body =
                        "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
                    (StatusCode::FORBIDDEN, [("date", httpdate::fmt_http_date(ahead))], body).into_response()
                }
                Refusal::Portal => Html("<html>Accept our terms</html>").into_response(),
                Refusal::NoSuchUpload => (StatusCode::NOT_FOUND, error("NoSuchUpload")).into_response(),
            });
        }
        (!self.knows(query)).then(|| (StatusCode::FORBIDDEN, error("AccessDenied")).into_response())
    }
}

/// The header that carries this checksum.
pub(crate) fn header(checksum: ChecksumAlgorithm) -> String {
    format!("x-amz-checksum-{}", checksum.as_str())
}

fn error(code: &str) -> String {
    format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>no</Message></Error>")
}

struct InFlight(Arc<Store>);

impl InFlight {
    fn begin(store: &Arc<Store>) -> Self {
        let mut log = locked(&store.log);
        log.in_flight += 1;
        log.most_in_flight = log.most_in_flight.max(log.in_flight);
        Self(store.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        locked(&self.0.log).in_flight -= 1;
    }
}

async fn receive(
    State(store): State<Arc<Store>>,
    Path(key): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if store.has_thrown_away(&key) {
        return (StatusCode::NOT_FOUND, error("NoSuchUpload")).into_response();
    }
    if let Some(refusal) = store.refusal(&query) {
        return refusal;
    }
    let has_room = |most: &Option<usize>| {
        let Log { puts, in_flight, .. } = *locked(&store.log);
        most.is_none_or(|most| puts + in_flight < most)
    };
    // The sender is the store's.
    let _ = store.takes_at_most.subscribe().wait_for(has_room).await;
    let _in_flight = InFlight::begin(&store);
    let (mut crc, mut length, mut kept) = (Digest::new(CrcAlgorithm::Crc64Nvme), 0, Vec::new());
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let Ok(piece) = piece else { return StatusCode::BAD_REQUEST.into_response() };
        crc.update(&piece);
        length += piece.len();
        if !store.discards {
            kept.extend_from_slice(&piece);
        }
    }
    locked(&store.log).puts += 1;
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    if said("content-length") != Some(length.to_string()) || said("transfer-encoding").is_some() {
        return (StatusCode::LENGTH_REQUIRED, error("MissingContentLength")).into_response();
    }
    let named = ChecksumAlgorithm::ALL.into_iter().find_map(|one| Some((one, said(&header(one))?)));
    let right = match named {
        Some((ChecksumAlgorithm::Crc64Nvme, text)) => text == Crc64Nvme(crc.finalize()).to_string(),
        Some((algorithm, text)) => text == checksum_of(algorithm, &kept).to_base64(),
        None => false,
    };
    if !right {
        return (StatusCode::BAD_REQUEST, error("BadDigest")).into_response();
    }
    locked(&store.objects).insert(key, kept.into());
    StatusCode::OK.into_response()
}

async fn give(
    State(store): State<Arc<Store>>,
    Path(key): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let range = headers.get("range").map(|value| value.to_str().unwrap().to_owned());
    if store.knows(&query) {
        locked(&store.log).gets.push(range.clone());
    }
    if let Some(refusal) = store.refusal(&query) {
        return refusal;
    }
    let object = locked(&store.objects).get(&key).cloned().unwrap();
    match range {
        Some(range) if !store.knows_no_ranges => {
            let (first, last) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
            let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
            if first >= object.len() {
                return (StatusCode::RANGE_NOT_SATISFIABLE, error("InvalidRange")).into_response();
            }
            let last = last.min(object.len() - 1);
            let content_range = format!("bytes {first}-{last}/{}", object.len());
            let rest = object.slice(first..=last);
            (StatusCode::PARTIAL_CONTENT, [("content-range", content_range)], rest).into_response()
        }
        _ => object.into_response(),
    }
}
