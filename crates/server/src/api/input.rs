//! What callers send, with refusals that say what is wrong.

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts};
use http::StatusCode;
use http::header::{HeaderMap, IF_MATCH};
use notespot_protocol::{BATCH_MAX, Batch, BatchItem, ErrorCode, NameError, Revision};

use crate::problems::{Answer, Refusal};

/// A JSON body.
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(Refusal))]
pub(crate) struct Json<T>(pub(crate) T);

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

/// The revision that the caller knows (RFC 9110 §13.1.1); `*` and its absence stand for any.
pub(crate) fn known_revision(headers: &HeaderMap) -> Answer<Option<Revision>> {
    let mut values = headers.get_all(IF_MATCH).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().map_err(|_| Refusal::bad_request("If-Match cannot be read."))?.trim();
    let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let digits = quoted.unwrap_or(text);
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    match digits.parse() {
        _ if values.next().is_some() => {}
        _ if text == "*" => return Ok(None),
        Ok(number) if is_number => return Ok(Some(Revision(number))),
        _ => {}
    }
    Err(Refusal::bad_request("If-Match must be one revision in quotes, such as \"17\"."))
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
