//! How it answers when it is not well, and to whom it does not answer at all.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use axum::Json;
use axum::extract::{Request, State as Of};
use axum::http::StatusCode;
use axum::http::header::{DATE, HeaderValue, RETRY_AFTER, USER_AGENT};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::state::State;

/// Where it can be asked something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Door {
    /// `/.well-known/jwks.json`
    Jwks,
    /// `/oauth/token`
    Token,
    /// `/oauth/userinfo`
    UserInfo,
    /// `/v1/…/access_tokens/verify`
    Verify,
    /// All else of the Backend API.
    Backend,
    /// What is asked by browsers, and all else.
    Other,
}

/// How it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// As it should.
    Well,
    /// As it should, after this long.
    Slow(Duration),
    /// With 503.
    Failing,
    /// With 429, and so many seconds in `Retry-After`.
    Busy {
        /// These.
        retry_after_secs: u64,
    },
}

/// Who says who they are: the desktop app and the server.
const AGENTS: [&str; 2] = ["Notespot/", "notespot-server/"];

fn door(path: &str) -> Door {
    match path {
        "/.well-known/jwks.json" => Door::Jwks,
        "/oauth/token" => Door::Token,
        "/oauth/userinfo" => Door::UserInfo,
        "/v1/oauth_applications/access_tokens/verify" => Door::Verify,
        path if path.starts_with("/v1/") => Door::Backend,
        _ => Door::Other,
    }
}

pub(super) async fn pass(Of(state): Of<Arc<State>>, request: Request, next: Next) -> Response {
    let door = door(request.uri().path());
    let mood = state.with(|inner| {
        *inner.asked.entry(door).or_default() += 1;
        inner.moods.get(&door).copied().unwrap_or(Mood::Well)
    });
    let agent = request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let is_known = AGENTS.iter().any(|known| agent.starts_with(known));
    let mut response = if matches!(door, Door::Token | Door::Verify | Door::Backend) && !is_known {
        StatusCode::FORBIDDEN.into_response()
    } else {
        match mood {
            Mood::Well => next.run(request).await,
            Mood::Slow(time) => {
                tokio::time::sleep(time).await;
                next.run(request).await
            }
            Mood::Failing => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            Mood::Busy { retry_after_secs } => busy(retry_after_secs),
        }
    };
    let now = Duration::from_millis(u64::try_from(state.now_millis()).unwrap_or_default());
    if let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(UNIX_EPOCH + now)) {
        response.headers_mut().insert(DATE, date);
    }
    response
}

fn busy(seconds: u64) -> Response {
    let message = "Too many requests. Please try again in a bit.";
    let body = json!({
        "errors": [{ "message": "Too many requests", "long_message": message, "code": "too_many_requests" }],
    });
    (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, HeaderValue::from(seconds))], Json(body)).into_response()
}
