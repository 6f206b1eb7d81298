//! Reading answers: bounded, and told apart.

use std::time::Duration;

use notespot_network::{is_page, retry_after, shown};
use notespot_protocol::{ErrorCode, Problem};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, StatusCode};
use serde::de::DeserializeOwned;
use url::Url;

use crate::ClientError;
use crate::http::{portal, unreachable};

/// A page of changes with the longest descriptions stays below this: the server ends it before.
const BODY_MAX_BYTES: usize = 32 << 20;

/// Why there is no value, and when the server wants to be asked again.
pub(crate) struct Declined {
    pub(crate) error: ClientError,
    pub(crate) retry_after: Option<Duration>,
}

impl From<ClientError> for Declined {
    fn from(error: ClientError) -> Self {
        Self { error, retry_after: None }
    }
}

pub(crate) fn not_notespot(server: &Url, reason: &'static str) -> ClientError {
    ClientError::NotANotespotServer { server: shown(server), reason }
}

/// The value of a 2xx answer, or why there is none.
pub(crate) async fn read<T: DeserializeOwned>(server: &Url, answer: Response) -> Result<T, Declined> {
    let status = answer.status();
    let is_json = media_type_is(&answer, &["application/json"]);
    if status == StatusCode::NO_CONTENT {
        return serde_json::from_slice(b"null")
            .map_err(|_| not_notespot(server, "there is no answer where one was expected").into());
    }
    // A page of a server that fails passes; every other page is somebody else's.
    if is_page(answer.headers()) && !status.is_server_error() && status != StatusCode::TOO_MANY_REQUESTS {
        return Err(portal(server).into());
    }
    if status.is_success() {
        if !is_json {
            return Err(not_notespot(server, "the answer is no JSON").into());
        }
        let body = body(server, answer).await?;
        return serde_json::from_slice(&body)
            .map_err(|_| not_notespot(server, "the JSON is not what was asked for").into());
    }
    let retry_after = retry_after(answer.headers());
    let is_problem = media_type_is(&answer, &["application/problem+json", "application/json"]);
    let body = body(server, answer).await?;
    let problem = is_problem.then(|| serde_json::from_slice::<Problem>(&body).ok()).flatten();
    let error = match problem {
        Some(problem) => ClientError::Refused(Box::new(problem)),
        None if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            ClientError::Refused(Box::new(Problem::new(
                status.as_u16(),
                ErrorCode::Unavailable,
                "The server is busy or being restarted. Try again in a moment.",
            )))
        }
        None if status.is_redirection() => not_notespot(server, "it redirects elsewhere"),
        None => not_notespot(server, "the refusal is no problem document"),
    };
    Err(Declined { error, retry_after })
}

pub(crate) fn media_type_is(answer: &Response, expected: &[&str]) -> bool {
    let text = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = text.split(';').next().unwrap_or_default().trim();
    expected.iter().any(|expected| media_type.eq_ignore_ascii_case(expected))
}

/// The whole body, but never more than 32 MiB of it.
pub(crate) async fn body(server: &Url, mut answer: Response) -> Result<Vec<u8>, ClientError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| unreachable(server, error))? {
        if body.len() + chunk.len() > BODY_MAX_BYTES {
            return Err(not_notespot(server, "the answer is longer than any answer of ours"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
