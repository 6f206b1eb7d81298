//! Refusals: RFC 9457 problems with a stable code.

use std::error::Error;
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use notespot_metadata::MetadataError;
use notespot_objects::ObjectError;
use notespot_protocol::{ErrorCode, Problem};

use crate::identity::AuthError;

/// Why a call was refused: what the caller is told, and nothing more. What went wrong inside is
/// logged where the refusal is made.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    problem: Problem,
    retry_after: Option<Duration>,
}

/// The outcome of a handler.
pub(crate) type Answer<T> = Result<T, Refusal>;

impl Refusal {
    pub(crate) fn new(status: StatusCode, code: ErrorCode, detail: impl Into<String>) -> Self {
        Self { problem: Problem::new(status.as_u16(), code, detail), retry_after: None }
    }

    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::BadRequest, detail)
    }

    /// It can be read, and would be right elsewhere, but does not fit to what it is said of (RFC 9110 §15.5.21).
    pub(crate) fn unfit(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::BadRequest, detail)
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, "There is nothing here that you may see.")
    }

    pub(crate) fn not_signed_in() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            ErrorCode::NotSignedIn,
            "You are not signed in, or your sign-in has ended. Sign in again.",
        )
    }

    /// Something of ours failed. The cause is logged, and not told.
    pub(crate) fn unavailable(what: &str, cause: &(dyn Error + 'static)) -> Self {
        tracing::error!(error = cause, "{what} failed");
        let mut refusal = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::Unavailable,
            "A part of the server is not reachable at the moment. Try again in a few seconds.",
        );
        refusal.retry_after = Some(Duration::from_secs(2));
        refusal
    }

    /// As much is worked on as can be at once.
    pub(crate) fn busy(again_after: Duration) -> Self {
        let mut refusal = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::Unavailable,
            "The server has as much to do as it takes on at once. Try again in a moment.",
        );
        refusal.retry_after = Some(again_after);
        refusal
    }

    /// The server was told to end.
    pub(crate) fn ending() -> Self {
        let mut refusal = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::Unavailable,
            "This server is about to end. Another one answers, or this one in a moment.",
        );
        refusal.retry_after = Some(Duration::from_secs(2));
        refusal
    }

    /// Too much of something at once: it is to be asked for again later.
    pub(crate) fn rate_limited(detail: impl Into<String>, again_after: Duration) -> Self {
        let mut refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, ErrorCode::RateLimited, detail);
        refusal.retry_after = Some(again_after);
        refusal
    }

    pub(crate) fn link_ended() -> Self {
        Self::new(StatusCode::GONE, ErrorCode::LinkEnded, "This link was ended by its owner.")
    }

    fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::Internal,
            "The server made a mistake. It was noted; trying again may help.",
        )
    }

    /// Whether what was shown for a sign-in was good for nothing.
    pub(crate) fn is_not_signed_in(&self) -> bool {
        self.problem.code == ErrorCode::NotSignedIn
    }

    /// For an item of a batch.
    pub(crate) fn into_problem(self) -> Problem {
        self.problem
    }
}

impl IntoResponse for Refusal {
    /// The body is written by [`finish`], which knows the request's id.
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        if let Some(after) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(whole_seconds(after)));
        }
        if status == StatusCode::UNAUTHORIZED {
            // RFC 9110 §11.6.1 wants it in every such answer.
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// At least one: a client that is told to wait for nothing asks again at once.
pub(crate) fn whole_seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX).max(1)
}

/// Gives every failed answer of the API the form of a problem: ours, and those that axum makes
/// (no such method, a body that is too large, a panic).
pub(crate) async fn finish(request: Request, next: Next) -> Response {
    let request_id = crate::observe::request_id(request.extensions());
    let known_path = request.extensions().get::<MatchedPath>().is_some();
    let response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    finished(response, request_id, known_path)
}

/// A refusal that is made outside the API's own layers, as a problem.
pub(crate) fn outside_the_api(request: &Request, refusal: Refusal) -> Response {
    finished(refusal.into_response(), crate::observe::request_id(request.extensions()), true)
}

fn finished(mut response: Response, request_id: Option<String>, known_path: bool) -> Response {
    let status = response.status();
    let refusal = response.extensions_mut().remove::<Refusal>();
    let problem = refusal.unwrap_or_else(|| of_status(status, known_path)).problem;
    let mut finished = written(problem, request_id);
    // What was said beside the body stays: Retry-After, Allow.
    for (name, value) in response.headers() {
        if !matches!(name, &CONTENT_TYPE | &CONTENT_LENGTH) {
            finished.headers_mut().insert(name, value.clone());
        }
    }
    finished
}

/// The answer where there is no such address.
pub(crate) fn nowhere(request: &Request) -> Response {
    written(of_status(StatusCode::NOT_FOUND, false).problem, crate::observe::request_id(request.extensions()))
}

fn written(mut problem: Problem, request_id: Option<String>) -> Response {
    problem.request_id = request_id;
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = [(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"))];
    (status, headers, serde_json::to_vec(&problem).unwrap_or_default()).into_response()
}

fn of_status(status: StatusCode, known_path: bool) -> Refusal {
    match status {
        StatusCode::NOT_FOUND if !known_path => Refusal::new(
            status,
            ErrorCode::NotFound,
            "There is no such address. GET /openapi.json lists those there are.",
        ),
        StatusCode::NOT_FOUND => Refusal::not_found(),
        StatusCode::METHOD_NOT_ALLOWED => {
            Refusal::new(status, ErrorCode::BadRequest, "This address does not know this method.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            Refusal::new(status, ErrorCode::TooLarge, "The request is larger than this server reads.")
        }
        StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => {
            Refusal::new(status, ErrorCode::Unavailable, "The server took too long. Try again in a moment.")
        }
        status if status.is_client_error() => {
            Refusal::new(status, ErrorCode::BadRequest, "The request cannot be understood.")
        }
        _ => Refusal::internal(),
    }
}

impl Refusal {
    /// Something that is there once was used before.
    fn spent(error: &MetadataError) -> Self {
        let (code, detail) = match error {
            MetadataError::UploadEnded => {
                (ErrorCode::UploadEnded, "This upload was completed or given up before.")
            }
            MetadataError::ChallengeEnded => (
                ErrorCode::ProofRefused,
                "Nothing was asked that this could prove, or it took too long. Send the content instead.",
            ),
            MetadataError::SlugTaken => (ErrorCode::NameTaken, "Another link has this ending already."),
            MetadataError::EmailTaken => {
                (ErrorCode::NameTaken, "There is an account with this address already.")
            }
            _ => (
                ErrorCode::ReferenceTaken,
                "This reference belongs to something else already. Use a new one.",
            ),
        };
        Self::new(StatusCode::CONFLICT, code, detail)
    }
}

impl From<AuthError> for Refusal {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::NotSignedIn { reason } => {
                tracing::debug!(reason, "a token was refused");
                Self::not_signed_in()
            }
            AuthError::Unavailable => Self::unavailable("the identity provider", &error),
            AuthError::Busy { again_after } => {
                let mut refusal = Self::unavailable("the identity provider", &error);
                refusal.retry_after = Some(again_after.max(Duration::from_secs(1)));
                refusal
            }
        }
    }
}

impl From<MetadataError> for Refusal {
    fn from(error: MetadataError) -> Self {
        let (status, code, detail) = match &error {
            MetadataError::NotFound => return Self::not_found(),
            MetadataError::NameTaken { .. } => (
                StatusCode::CONFLICT,
                ErrorCode::NameTaken,
                "Something in this folder has this name already.",
            ),
            MetadataError::WrongKind => (
                StatusCode::CONFLICT,
                ErrorCode::WrongKind,
                "This does not work with this item: it is a folder where a file is meant, or is not in the trash.",
            ),
            MetadataError::NoSuchParent => {
                (StatusCode::NOT_FOUND, ErrorCode::NotFound, "The folder is not there any more.")
            }
            MetadataError::WouldMakeCycle => {
                (StatusCode::CONFLICT, ErrorCode::BadRequest, "A folder cannot go into itself.")
            }
            MetadataError::Stale { .. } => (
                StatusCode::PRECONDITION_FAILED,
                ErrorCode::StaleRevision,
                "This was changed elsewhere in the meantime. Look at it again, then repeat your change.",
            ),
            MetadataError::Banned => (
                StatusCode::FORBIDDEN,
                ErrorCode::AccountBanned,
                "This account is banned where it signs in. Ask whoever runs this server.",
            ),
            MetadataError::QuotaExceeded => (
                StatusCode::INSUFFICIENT_STORAGE,
                ErrorCode::QuotaExceeded,
                "Your storage is full. Delete something for ever, or ask for more.",
            ),
            MetadataError::UploadEnded
            | MetadataError::ReferenceTaken
            | MetadataError::ChallengeEnded
            | MetadataError::SlugTaken
            | MetadataError::EmailTaken => return Self::spent(&error),
            MetadataError::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                ErrorCode::TooLarge,
                "This is more than one call can do. Take what is inside in smaller parts.",
            ),
            MetadataError::BadCursor => return Self::unfit("This cursor belongs to another list."),
            MetadataError::LinkEnded => return Self::link_ended(),
            MetadataError::ChangesExpired => (
                StatusCode::GONE,
                ErrorCode::ChangesExpired,
                "This goes back too far. Read everything afresh.",
            ),
            MetadataError::Unavailable(cause) => return Self::unavailable("the metadata store", &**cause),
        };
        Self::new(status, code, detail)
    }
}

impl From<ObjectError> for Refusal {
    fn from(error: ObjectError) -> Self {
        match error {
            ObjectError::ChecksumMismatch => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                ErrorCode::ChecksumMismatch,
                "What arrived is not what was announced. The upload was given up; send the file again.",
            ),
            ObjectError::NotFound | ObjectError::BadPart | ObjectError::Truncated => Self::new(
                StatusCode::CONFLICT,
                ErrorCode::UploadIncomplete,
                "Not all parts have arrived. Send what is missing, then complete again.",
            ),
            ObjectError::BadRange | ObjectError::BadKey => {
                Self::bad_request("The object cannot be read like this.")
            }
            ObjectError::NoSpace => {
                let full = ObjectError::NoSpace;
                Self::unavailable("the disk", &full)
            }
            ObjectError::Unavailable(cause) => Self::unavailable("the object store", &*cause),
        }
    }
}
