//! What callers send, with refusals that say what is wrong.

mod objects;

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use http::header::IF_MATCH;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use notespot_protocol::{BATCH_MAX, Batch, BatchItem, ErrorCode, NameError, Revision};
use serde::de::DeserializeOwned;
use utoipa::{IntoParams, ToSchema};

use self::objects::Objects;
use crate::problems::{Answer, Refusal};

/// The revisions of an owner take no more: RFC 8259 §6 has whole numbers exact up to 2^53.
const REVISION_MAX_DIGITS: usize = 15;

/// A JSON body.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Answer<Self> {
        let axum::Json(Objects(body)) = axum::Json::from_request(request, state).await?;
        Ok(Self(body))
    }
}

/// A query.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Refusal))]
pub(crate) struct Query<T>(pub(crate) T);

/// The named parts of a path. What cannot be an id names nothing.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Refusal))]
pub(crate) struct Path<T>(pub(crate) T);

impl From<JsonRejection> for Refusal {
    fn from(rejection: JsonRejection) -> Self {
        match rejection {
            JsonRejection::JsonDataError(error) => of_text(&cause(&error)),
            JsonRejection::JsonSyntaxError(error) => {
                Self::bad_request(format!("The request is not JSON: {}.", cause(&error)))
            }
            JsonRejection::MissingJsonContentType(_) => Self::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                ErrorCode::BadRequest,
                "Send JSON, with `Content-Type: application/json`.",
            ),
            other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                ErrorCode::TooLarge,
                "The request is larger than this server reads. Send fewer items at once.",
            ),
            other => Self::bad_request(format!("The request could not be read: {}.", cause(&other))),
        }
    }
}

impl From<QueryRejection> for Refusal {
    fn from(rejection: QueryRejection) -> Self {
        of_text(&cause(&rejection))
    }
}

impl From<PathRejection> for Refusal {
    fn from(_: PathRejection) -> Self {
        Self::not_found()
    }
}

/// What was wrong with the content, without axum's words before it.
fn cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

/// serde hands errors on as text alone: a bad name is known by its sentence.
fn of_text(text: &str) -> Refusal {
    let names = [NameError::Empty, NameError::TooLong, NameError::ForbiddenCharacter, NameError::DotOnly];
    match names.iter().map(ToString::to_string).find(|sentence| text.contains(sentence.as_str())) {
        Some(sentence) => Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::InvalidName, sentence),
        None => Refusal::bad_request(format!("The request cannot be read: {text}.")),
    }
}

/// A revision as an entity tag, or `*` for any, for the document of the API.
#[derive(ToSchema)]
#[schema(pattern = r#"^(\*|"[0-9]{1,15}"|[0-9]{1,15})$"#, examples("\"17\""))]
#[allow(dead_code, reason = "its schema is all that is wanted of it")]
pub(crate) struct RevisionTag(String);

/// The header `If-Match` (RFC 9110 §13.1.1): the revision that the caller knows. `*` and its absence stand for any.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(crate) struct IfMatch {
    /// Only at this revision, in quotes; otherwise 412. `*` stands for any.
    #[param(rename = "If-Match", value_type = Option<RevisionTag>)]
    pub(crate) known: Option<Revision>,
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        known_revision(&parts.headers).map(|known| Self { known })
    }
}

fn known_revision(headers: &HeaderMap) -> Answer<Option<Revision>> {
    let mut values = headers.get_all(IF_MATCH).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    // Without its quotes it is no entity tag, but there is nothing else that it could mean.
    let digits = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let is_revision = digits.len() <= REVISION_MAX_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    match digits.parse() {
        _ if values.next().is_some() => {}
        _ if text == "*" => return Ok(None),
        Ok(number) if is_revision => return Ok(Some(Revision(number))),
        _ => {}
    }
    Err(Refusal::bad_request("If-Match must be one revision in quotes, such as \"17\"."))
}

/// Refuses a page of no items, or of more than the call's document names.
pub(crate) fn page_of(limit: Option<u32>, most: u32) -> Answer<()> {
    if limit.is_none_or(|limit| (1..=most).contains(&limit)) {
        return Ok(());
    }
    Err(Refusal::bad_request(format!("`limit` has to be from 1 to {most}.")))
}

/// The items of a batch, if they are not too many.
pub(crate) fn items<T>(batch: Batch<T>) -> Answer<Vec<T>> {
    if batch.items.len() > BATCH_MAX {
        return Err(Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::TooLarge,
            format!("At most {BATCH_MAX} items fit into one call."),
        ));
    }
    Ok(batch.items)
}

/// What became of one item.
pub(crate) fn item<T>(outcome: Answer<T>) -> BatchItem<T> {
    match outcome {
        Ok(value) => BatchItem::Done { value },
        Err(refusal) => BatchItem::Refused { problem: refusal.into_problem() },
    }
}

/// Refuses a text that is too long.
pub(crate) fn at_most(characters: usize, what: &str, text: &str) -> Answer<()> {
    if text.chars().count() <= characters {
        return Ok(());
    }
    Err(Refusal::bad_request(format!("{what} is too long: {characters} characters is the most.")))
}

#[cfg(test)]
mod fuzz;
