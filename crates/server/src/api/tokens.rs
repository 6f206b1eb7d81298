//! Personal access tokens.

use std::sync::Arc;

use axum::Json as Said;
use axum::extract::State;
use http::StatusCode;
use notespot_protocol::{AccessToken, ErrorCode, NewAccessToken, NewlyMadeToken, Problem, TokenId};

use super::input::{Json, Path, at_most};
use crate::access::{Person, make_token};
use crate::audit;
use crate::client_address::Origin;
use crate::problems::{Answer, Refusal};
use crate::state::Server;

const NAME_MAX_CHARS: usize = 200;
/// Tokens of one person, which are listed at once. Some that are made in the same moment may come on top.
const TOKENS_MAX: usize = 200;

/// Make a token. Its secret is in this answer and nowhere else.
#[utoipa::path(
    post,
    path = "/v1/tokens",
    tag = "tokens",
    security(("bearer" = ["person"])),
    request_body = NewAccessToken,
    responses(
        (status = OK, body = NewlyMadeToken),
        (status = FORBIDDEN, body = Problem),
        (status = CONFLICT, description = "There are 200 already", body = Problem)
    )
)]
pub(super) async fn create(
    State(server): State<Arc<Server>>,
    Person(owner): Person,
    from: Origin,
    Json(wanted): Json<NewAccessToken>,
) -> Answer<Said<NewlyMadeToken>> {
    at_most(NAME_MAX_CHARS, "The name", &wanted.name)?;
    if wanted.scopes.is_empty() {
        return Err(Refusal::bad_request("A token needs at least one scope: read, upload or manage."));
    }
    if server.metadata.tokens(&owner).await?.len() >= TOKENS_MAX {
        let text =
            format!("There are {TOKENS_MAX} tokens already. Revoke some that are not needed any more.");
        return Err(Refusal::new(StatusCode::CONFLICT, ErrorCode::TooLarge, text));
    }
    audit::to_its_end(async move {
        let made = make_token(&*server.metadata, &owner, wanted).await?;
        audit::token_made(&owner, &from, &made.token);
        Ok(Said(made))
    })
    .await
}

/// All tokens, newest first.
#[utoipa::path(get, path = "/v1/tokens", tag = "tokens", security(("bearer" = ["person"])), responses((status = OK, body = Vec<AccessToken>)))]
pub(super) async fn list(
    State(server): State<Arc<Server>>,
    Person(owner): Person,
) -> Answer<Said<Vec<AccessToken>>> {
    Ok(Said(server.metadata.tokens(&owner).await?))
}

/// Revoke a token at once.
#[utoipa::path(
    delete,
    path = "/v1/tokens/{id}",
    tag = "tokens",
    security(("bearer" = ["person"])),
    params(("id" = TokenId, Path)),
    responses((status = NO_CONTENT, description = "It is revoked"), (status = NOT_FOUND, body = Problem))
)]
pub(super) async fn revoke(
    State(server): State<Arc<Server>>,
    Person(owner): Person,
    Path(id): Path<TokenId>,
    from: Origin,
) -> Answer<StatusCode> {
    audit::to_its_end(async move {
        server.metadata.remove_token(&owner, id).await?;
        audit::token_revoked(&owner, &from, id);
        server.revoked.send_replace(());
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}
