//! Calls to an identity provider: bounded in time and in bytes, under a name of our own.

use std::time::Duration;

use futures_util::StreamExt as _;
use http::StatusCode;
use http::header::{HeaderMap, RETRY_AFTER};
use serde::de::DeserializeOwned;

/// Some identity providers refuse the default agents of libraries.
const USER_AGENT: &str = concat!("notespot-server/", env!("CARGO_PKG_VERSION"));
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_MAX_BYTES: usize = 256 * 1024;

/// Why a call brought no answer that can be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    #[error("the request failed")]
    Http(#[from] reqwest::Error),
    #[error("the answer is {status}")]
    Refused { status: StatusCode, retry_after: Option<Duration> },
    #[error("the answer is longer than {ANSWER_MAX_BYTES} bytes")]
    TooLong,
    #[error("the answer is not what was expected")]
    Json(#[from] serde_json::Error),
}

/// The client for calls to identity providers: it follows no redirects, which would carry tokens and keys to
/// places that nobody chose.
pub fn http_client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().user_agent(USER_AGENT).redirect(reqwest::redirect::Policy::none()).build()
}

/// The JSON of a 2xx answer, with its headers: within five seconds, and at most 256 KiB of it.
pub(super) async fn json_of<T: DeserializeOwned>(
    request: reqwest::RequestBuilder,
) -> Result<(T, HeaderMap), CallError> {
    // The error would name the address, which may hold a user's id.
    let answer = request.timeout(ANSWER_WITHIN).send().await.map_err(reqwest::Error::without_url)?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    if !status.is_success() {
        return Err(CallError::Refused { status, retry_after: retry_after(&headers) });
    }
    let mut bytes = Vec::new();
    let mut body = answer.bytes_stream();
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(reqwest::Error::without_url)?;
        if bytes.len() + piece.len() > ANSWER_MAX_BYTES {
            return Err(CallError::TooLong);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok((serde_json::from_slice(&bytes)?, headers))
}

/// RFC 9110 §10.2.3 in seconds, as Clerk sends it.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}
