//! The signed-in user.

use std::sync::Arc;

use axum::Json as Said;
use axum::extract::State;
use notespot_protocol::{Me, MePatch, Problem};

use super::input::{Json, at_most};
use crate::access::{CanManage, CanRead};
use crate::problems::{Answer, Refusal};
use crate::state::Server;

const NAME_MAX_CHARS: usize = 200;

/// Profile and usage.
#[utoipa::path(get, path = "/v1/me", tag = "me", security(("bearer" = ["read"])), responses((status = OK, body = Me), (status = UNAUTHORIZED, body = Problem)))]
pub(super) async fn me(State(server): State<Arc<Server>>, CanRead(user): CanRead) -> Answer<Said<Me>> {
    Ok(Said(server.metadata.user(&user).await?))
}

/// Change the profile.
#[utoipa::path(patch, path = "/v1/me", tag = "me", security(("bearer" = ["manage"])), request_body = MePatch, responses((status = OK, body = Me)))]
pub(super) async fn edit(
    State(server): State<Arc<Server>>,
    CanManage(user): CanManage,
    Json(patch): Json<MePatch>,
) -> Answer<Said<Me>> {
    if let Some(name) = &patch.name {
        at_most(NAME_MAX_CHARS, "The name", name)?;
        if name.trim().is_empty() {
            return Err(Refusal::bad_request("A name needs at least one visible character."));
        }
        if name.chars().any(char::is_control) {
            return Err(Refusal::bad_request(
                "A name cannot contain line breaks or other control characters.",
            ));
        }
    }
    Ok(Said(server.metadata.edit_user(&user, &patch).await?))
}
