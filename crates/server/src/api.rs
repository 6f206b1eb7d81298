//! The REST API: one file a resource. Handlers say what a call means; what is shown of it at
//! `/openapi.json` is made from them.

mod catalogue;
mod changes;
mod discovery;
mod downloads;
mod events;
mod input;
mod links;
mod me;
mod metrics;
mod nodes;
mod places;
mod public;
mod tokens;
mod trash;
mod uploads;
mod webhooks;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use self::events::Streams;
pub(crate) use self::input::RevisionTag;
pub(crate) use self::metrics::metrics;
use crate::state::Server;

/// All calls of the API, with their documentation.
pub(crate) fn router() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new()
        .routes(routes!(discovery::discovery))
        .routes(routes!(discovery::alive))
        .routes(routes!(discovery::ready))
        .routes(routes!(me::me, me::edit))
        .routes(routes!(nodes::list, nodes::create_folder))
        .routes(routes!(nodes::get, nodes::edit, nodes::delete))
        .routes(routes!(nodes::trash))
        .routes(routes!(nodes::restore))
        .routes(routes!(nodes::many::edit_many))
        .routes(routes!(nodes::many::trash_many))
        .routes(routes!(nodes::many::restore_many))
        .routes(routes!(nodes::many::delete_many))
        .routes(routes!(nodes::many::copy_many))
        .routes(routes!(trash::empty))
        .routes(routes!(uploads::plan))
        .routes(routes!(uploads::complete))
        .routes(routes!(uploads::prove))
        .routes(routes!(uploads::presign))
        .routes(routes!(uploads::status, uploads::abort))
        .routes(routes!(downloads::plan))
        .routes(routes!(downloads::damaged))
        .routes(routes!(links::create, links::list))
        .routes(routes!(links::get, links::edit, links::end))
        .routes(routes!(changes::changes))
        .routes(routes!(events::events))
        .routes(routes!(tokens::create, tokens::list))
        .routes(routes!(tokens::revoke))
        .routes(routes!(public::public_file))
        .routes(routes!(catalogue::list))
        .routes(routes!(webhooks::clerk))
}
