//! Telling that revisions exist, as server-sent events.

mod streams;
mod telling;

use std::sync::Arc;

use axum::extract::State;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::unfold;
use http::header::{CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue};
use notespot_protocol::{Problem, Revision, RevisionEvent, RevisionMessage};

pub(crate) use self::streams::Streams;
use self::telling::{Said, Telling};
use crate::access::Reader;
use crate::problems::Answer;
use crate::state::Server;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// nginx, and others after it, hand on at once what says so.
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Be told when there is a new revision: server-sent events named `revision`, whose id is the revision.
///
/// The newest is told at once, unless `Last-Event-ID` names it, and no more often than ten times a second:
/// a client is never told of those before it. A comment comes every 15 seconds. The stream ends within an hour,
/// or with the token: then ask again.
#[utoipa::path(
    get,
    path = "/v1/events",
    tag = "changes",
    security(("bearer" = ["read"])),
    params(("Last-Event-ID" = Option<String>, Header, description = "The last revision that was told; whatever else it is, it says nothing")),
    responses(
        (status = OK, body = RevisionMessage, content_type = "text/event-stream"),
        (status = TOO_MANY_REQUESTS, body = Problem)
    )
)]
pub(super) async fn events(
    State(server): State<Arc<Server>>,
    reader: Reader,
    headers: HeaderMap,
) -> Answer<Response> {
    let place = server.streams.take(&reader.owner)?;
    let known = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok()?.trim().parse().ok());
    let telling = Telling::begin(&server, reader, known.map(Revision), place);
    let events = unfold(telling, |mut telling| async move {
        let said = telling.next().await?;
        Some((event(&said), telling))
    });
    let mut answer = Sse::new(events).into_response();
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer.headers_mut().insert(ACCEL_BUFFERING, HeaderValue::from_static("no"));
    Ok(answer)
}

fn event(said: &Said) -> Result<Event, axum::Error> {
    match *said {
        Said::Revision(revision) => {
            let event = Event::default().event("revision").id(revision.to_string());
            event.json_data(RevisionEvent { revision })
        }
        Said::Alive => Ok(Event::default().comment("")),
    }
}
