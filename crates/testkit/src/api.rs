//! The REST API as anybody may call it: plain HTTP, without the product's own client.

pub(crate) mod upload;

use anyhow::Context as _;
use notespot_protocol::{NewLink, NodeId, Problem, PublicLink};
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

/// Calls the API.
#[derive(Clone)]
pub struct Api {
    http: reqwest::Client,
    base: Url,
    token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Api {
    /// The API at `base`, with a bearer token or without.
    pub fn new(base: Url, token: Option<String>) -> anyhow::Result<Self> {
        let redirects = reqwest::redirect::Policy::none();
        let http = reqwest::Client::builder().no_proxy().no_gzip().redirect(redirects).build()?;
        Ok(Self { http, base, token })
    }

    /// The same with a client of one's own.
    #[must_use]
    pub fn over(http: reqwest::Client, base: Url, token: Option<String>) -> Self {
        Self { http, base, token }
    }

    /// A request to a path, with the token, for calls that need more than [`Api::call`] gives.
    pub fn request(&self, method: Method, path: &str) -> anyhow::Result<reqwest::RequestBuilder> {
        let request = self.http.request(method, self.base.join(path)?);
        Ok(match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        Answer::of(self.request(Method::GET, path)?).await
    }

    /// Calls with a body of JSON.
    pub async fn call(&self, method: Method, path: &str, body: &impl Serialize) -> anyhow::Result<Answer> {
        Answer::of(self.request(method, path)?.json(body)).await
    }

    /// Posts JSON.
    pub async fn post(&self, path: &str, body: &impl Serialize) -> anyhow::Result<Answer> {
        self.call(Method::POST, path, body).await
    }

    /// Patches with JSON.
    pub async fn patch(&self, path: &str, body: &impl Serialize) -> anyhow::Result<Answer> {
        self.call(Method::PATCH, path, body).await
    }

    /// Deletes.
    pub async fn delete(&self, path: &str) -> anyhow::Result<Answer> {
        Answer::of(self.request(Method::DELETE, path)?).await
    }

    /// The public link of a file; made where there is none.
    pub async fn link(&self, node: NodeId) -> anyhow::Result<PublicLink> {
        self.post("/v1/links", &NewLink { node, slug: None }).await?.json()
    }
}

impl Answer {
    /// Sends a request and reads the whole answer.
    pub async fn of(request: reqwest::RequestBuilder) -> anyhow::Result<Self> {
        let answer = request.send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        Ok(Self { status, headers, body: answer.bytes().await?.to_vec() })
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body of a success. A refusal is an error that shows it.
    pub fn json<T: DeserializeOwned>(&self) -> anyhow::Result<T> {
        anyhow::ensure!(self.status.is_success(), "refused with {}: {}", self.status, self.text());
        serde_json::from_slice(&self.body).with_context(|| format!("unexpected: {}", self.text()))
    }

    /// The problem of a refusal, which must be one by RFC 9457 in every respect: its media type, its
    /// status, and a request id that the header repeats.
    pub fn problem(&self) -> anyhow::Result<Problem> {
        let header = |name: &str| self.headers.get(name).and_then(|value| value.to_str().ok());
        let context = || format!("no problem: {} {:?} {}", self.status, self.headers, self.text());
        anyhow::ensure!(header("content-type") == Some("application/problem+json"), context());
        let problem: Problem = serde_json::from_slice(&self.body).with_context(context)?;
        anyhow::ensure!(problem.status == self.status.as_u16(), context());
        anyhow::ensure!(problem.request_id.is_some(), context());
        anyhow::ensure!(problem.request_id.as_deref() == header("x-request-id"), context());
        anyhow::ensure!(problem.kind == format!("/problems/{}", problem.code), context());
        Ok(problem)
    }

    /// The body of a success, as it is.
    pub fn value(&self) -> anyhow::Result<Value> {
        self.json()
    }
}
