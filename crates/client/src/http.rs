//! The HTTP client under everything.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use notespot_network::{Network, Trouble, clock_ahead, is_this_machine, shown};
use reqwest::header::ACCEPT_ENCODING;
use reqwest::{Client, Method, Request, RequestBuilder, Response};
use url::Url;

use crate::ClientError;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Of a call with a small body each way. Object transfers have clients of their own.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);
/// Before anybody has answered.
const UNTOLD: i64 = i64::MIN;

/// Carries JSON calls: 10 seconds to connect and 30 for a whole call; HTTP/2 where the other side
/// speaks it over TLS, and packed where it is another machine. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    client: Client,
    network: Network,
    clock_ahead: Arc<AtomicI64>,
}

impl Http {
    pub(crate) fn new(network: Network) -> Result<Self, ClientError> {
        let client = network.client().connect_timeout(CONNECT_TIMEOUT).timeout(CALL_TIMEOUT).gzip(true);
        let client = client.build().map_err(ClientError::Setup)?;
        Ok(Self { client, network, clock_ahead: Arc::new(AtomicI64::new(UNTOLD)) })
    }

    pub(crate) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let near = is_this_machine(&url);
        let request = self.client.request(method, url);
        // Packing takes longer than the way.
        if near { request.header(ACCEPT_ENCODING, "identity") } else { request }
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Response, ClientError> {
        self.execute(request.build().map_err(ClientError::Setup)?).await
    }

    /// The head of the answer, or what stood in the way.
    pub(crate) async fn execute(&self, request: Request) -> Result<Response, ClientError> {
        let url = request.url().clone();
        let answer = self.client.execute(request).await;
        let answer = answer.map_err(|error| match self.network.trouble(&url, &error) {
            Some(trouble) => trouble.into(),
            None => unreachable(&url, error),
        })?;
        if let Some(trouble) = self.network.refusal(&url, answer.status()) {
            return Err(trouble.into());
        }
        if let Some(ahead) = clock_ahead(answer.headers()) {
            self.clock_ahead.store(ahead, Ordering::Relaxed);
        }
        Ok(answer)
    }

    /// By how many seconds the clock of whoever answered last is ahead of ours.
    pub(crate) fn clock_ahead(&self) -> Option<i64> {
        let ahead = self.clock_ahead.load(Ordering::Relaxed);
        (ahead != UNTOLD).then_some(ahead)
    }
}

/// What went wrong below HTTP. The URL is taken out: a slug in it is a capability.
pub(crate) fn unreachable(server: &Url, source: reqwest::Error) -> ClientError {
    let source = source.without_url();
    if source.is_builder() {
        return ClientError::Setup(source);
    }
    ClientError::Unreachable { server: shown(server), source: Some(source) }
}

/// A web page in place of an answer.
pub(crate) fn portal(server: &Url) -> ClientError {
    Trouble::Portal { host: shown(server) }.into()
}
