//! Which operation a request is, and its answer.

use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode};

use crate::content::Answer;
use crate::records::Store;
use crate::request::{Asked, BrokenOff};
use crate::{listing, multipart, objects};

/// When everything here was changed last: no client should take one thing for newer than another.
pub(crate) const LAST_MODIFIED: &str = "Thu, 01 Jan 2026 00:00:00 GMT";
/// The same, as lists say it.
pub(crate) const LAST_MODIFIED_ISO: &str = "2026-01-01T00:00:00.000Z";

/// An answer, or a client that has gone.
pub(crate) type Answered = Result<Response<Answer>, BrokenOff>;

/// Answers one request.
pub(crate) async fn answer(store: &Store, request: Request<Incoming>) -> Response<Answer> {
    if request.uri().path() == "/__counts" {
        return with(StatusCode::OK, "application/json", store.counts());
    }
    let answered = operate(store, Asked::new(request)).await;
    answered.unwrap_or_else(|BrokenOff| refusal(StatusCode::BAD_REQUEST, "IncompleteBody"))
}

async fn operate(store: &Store, asked: Asked) -> Answered {
    let Some(operation) = operation(&asked) else {
        return Ok(refusal(StatusCode::NOT_IMPLEMENTED, "NotImplemented"));
    };
    *store.records().requests.entry(operation).or_default() += 1;
    match operation {
        "UploadPart" => multipart::put_part(store, asked).await,
        "PutObject" => objects::put(store, asked).await,
        "DeleteObjects" => objects::delete_many(store, asked).await,
        "CompleteMultipartUpload" => multipart::complete(store, asked).await,
        "CreateMultipartUpload" => Ok(multipart::create(store, &asked)),
        "ListParts" => Ok(listing::parts(store, &asked)),
        "ListObjects" => Ok(listing::bucket(store, &asked)),
        "GetObject" => Ok(objects::get(store, &asked)),
        "HeadObject" => Ok(objects::head(store, &asked)),
        "AbortMultipartUpload" => Ok(multipart::abort(store, &asked)),
        "DeleteObject" => {
            store.records().objects.remove(&asked.name());
            Ok(empty(StatusCode::NO_CONTENT))
        }
        // Every bucket is there.
        _ => Ok(empty(StatusCode::OK)),
    }
}

/// The name of what is asked for, as S3's documentation has it.
fn operation(asked: &Asked) -> Option<&'static str> {
    let in_parts = asked.asks("uploadId").is_some();
    let is_bucket = asked.key.is_empty();
    Some(match asked.method {
        Method::PUT if is_bucket => "CreateBucket",
        Method::PUT if in_parts => "UploadPart",
        Method::PUT => "PutObject",
        Method::POST if asked.asks("delete").is_some() => "DeleteObjects",
        Method::POST if in_parts => "CompleteMultipartUpload",
        Method::POST => "CreateMultipartUpload",
        Method::GET if in_parts => "ListParts",
        Method::GET if is_bucket => "ListObjects",
        Method::GET => "GetObject",
        Method::HEAD if is_bucket => "HeadBucket",
        Method::HEAD => "HeadObject",
        Method::DELETE if in_parts => "AbortMultipartUpload",
        Method::DELETE => "DeleteObject",
        _ => return None,
    })
}

/// An answer with a text.
pub(crate) fn with(status: StatusCode, content_type: &'static str, text: String) -> Response<Answer> {
    let mut response = Response::new(Answer::text(text));
    *response.status_mut() = status;
    let content_type = hyper::header::HeaderValue::from_static(content_type);
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, content_type);
    response
}

/// An answer in XML.
pub(crate) fn xml(text: &str) -> Response<Answer> {
    let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{text}");
    with(StatusCode::OK, "application/xml", text)
}

/// An answer that says nothing more.
pub(crate) fn empty(status: StatusCode) -> Response<Answer> {
    let mut response = Response::new(Answer::nothing());
    *response.status_mut() = status;
    response
}

/// A refusal, as S3 words it.
pub(crate) fn refusal(status: StatusCode, code: &str) -> Response<Answer> {
    let text = format!("<Error><Code>{code}</Code><Message>{code}</Message></Error>");
    with(status, "application/xml", text)
}

/// A text as it may stand in XML.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
