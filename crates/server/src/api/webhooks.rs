//! What the identity provider tells by itself.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::HeaderMap;
use http::{HeaderName, HeaderValue, StatusCode};
use notespot_metadata::MetadataError;
use notespot_protocol::{ErrorCode, Problem, Timestamp, UserId};
use utoipa::ToSchema;

use crate::access::standing;
use crate::audit;
use crate::identity::Described;
use crate::identity::clerk::{Event, WebhookError, signed};
use crate::problems::{Answer, Refusal};
use crate::state::Server;

/// Clerk's users have at most some 30 KB of metadata.
const BODY_MAX_BYTES: usize = 256 * 1024;
/// For so long, nobody becomes somebody again whom the provider has deleted: longer than any access token lives.
const BARRED_FOR: Duration = Duration::from_hours(30 * 24);
/// Svix repeats a delivery that fails, unless the answer says that it is in vain.
const DELIVERY: HeaderName = HeaderName::from_static("webhook-delivery");
const IN_VAIN: HeaderValue = HeaderValue::from_static("abort-message");

/// Take a delivery of Clerk's webhooks.
///
/// Signed by Svix. `user.updated` takes the profile, and whether the user is banned; `user.deleted` erases everything of the user; others are
/// acknowledged. A delivery that was dealt with before is acknowledged too, and does nothing.
#[utoipa::path(
    post,
    path = "/webhooks/clerk",
    tag = "webhooks",
    security(()),
    operation_id = "take_webhook",
    request_body = WebhookEvent,
    params(
        ("svix-id" = String, Header, description = "The delivery's id"),
        ("svix-timestamp" = String, Header, description = "When it was signed, in seconds since 1970"),
        ("svix-signature" = String, Header, description = "`v1,` and base64, for each secret one")
    ),
    responses(
        (status = NO_CONTENT, description = "It was dealt with, now or before"),
        (status = BAD_REQUEST, body = Problem, description = "It is not signed by Clerk, or not now"),
        (status = NOT_FOUND, body = Problem, description = "This server has no signing secret"),
        (status = PAYLOAD_TOO_LARGE, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem, description = "It will be dealt with when it is repeated")
    )
)]
pub(super) async fn clerk(State(server): State<Arc<Server>>, headers: HeaderMap, body: Body) -> Response {
    match receive(&server, &headers, body).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(Refused::Again(refusal)) => refusal.into_response(),
        Err(Refused::ForGood(refusal)) => {
            let mut response = refusal.into_response();
            response.headers_mut().insert(DELIVERY, IN_VAIN);
            response
        }
    }
}

/// What a webhook tells, for the document of the API: it is read as bytes, which are signed.
#[derive(ToSchema)]
#[allow(dead_code, reason = "its schema is all that is wanted of it")]
pub(super) struct WebhookEvent {
    /// What happened.
    #[schema(examples("session.created"))]
    r#type: String,
    /// To whom or what: a user, for the types that begin with `user.`.
    data: serde_json::Value,
}

/// Whether repeating a delivery may help. A wrong signature may be a secret that is set wrong here: that is mended.
enum Refused {
    Again(Refusal),
    ForGood(Refusal),
}

impl<E: Into<Refusal>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Again(error.into())
    }
}

impl From<WebhookError> for Refusal {
    fn from(error: WebhookError) -> Self {
        tracing::warn!(%error, "a webhook was refused");
        Self::bad_request("This is not signed as a webhook for this server, or was signed too long ago.")
    }
}

async fn receive(server: &Server, headers: &HeaderMap, body: Body) -> Result<(), Refused> {
    let secret = server.webhook_secret.as_ref().ok_or_else(Refusal::not_found)?;
    let signed = signed(headers, Timestamp::now()).map_err(Refusal::from)?;
    let body = to_bytes(body, BODY_MAX_BYTES).await.map_err(|_| Refused::ForGood(too_large()))?;
    signed.is_true(secret, &body).map_err(Refusal::from)?;
    if server.metadata.knows_webhook(signed.id).await? {
        tracing::debug!(id = signed.id, "a webhook came once more");
        return Ok(());
    }
    let event = Event::parse(&body).map_err(|error| {
        tracing::error!(id = signed.id, %error, "a webhook of Clerk's cannot be read");
        Refused::ForGood(Refusal::bad_request("This webhook is not as this server knows them."))
    })?;
    deal_with(server, event).await?;
    server.metadata.note_webhook(signed.id, Timestamp::now()).await?;
    Ok(())
}

/// Can be repeated, and in any order: what is older than what was done before changes nothing.
async fn deal_with(server: &Server, event: Event) -> Answer<()> {
    match event {
        Event::UserUpdated(user) => update(server, &user.described()).await,
        Event::UserDeleted(user) => erase(server, &user).await,
        Event::Other => Ok(()),
    }
}

/// Who never signed in here has no record, and gets one then. But who is banned gets one now: a token that was given
/// before is good for up to a day, and the record is what says no to it.
async fn update(server: &Server, described: &Described) -> Answer<()> {
    if described.is_banned == Some(true) {
        let known = match server.metadata.user_record(&described.profile.id).await {
            Err(MetadataError::NotFound) => {
                server.metadata.ensure_user(&described.profile, server.quota).await.map(drop)
            }
            known => known.map(drop),
        };
        match known {
            Ok(()) => {}
            // Deleted before.
            Err(MetadataError::NotFound) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
    if standing::take(server, described).await? {
        // What tokens had opened ends; streams of people who signed in look by themselves.
        server.revoked.send_replace(());
    }
    Ok(())
}

async fn erase(server: &Server, user: &UserId) -> Answer<()> {
    // First: a call with a token that is good for a while yet would make a new record in between.
    server.metadata.bar_user(user, Timestamp::now().plus(BARRED_FOR)).await?;
    match server.metadata.erase_user(user).await {
        Ok(()) => {
            audit::user_erased(user);
            server.orphaned.notify_one();
            Ok(())
        }
        Err(MetadataError::NotFound) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn too_large() -> Refusal {
    let detail = "The webhook is larger than this server reads.";
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::TooLarge, detail)
}
