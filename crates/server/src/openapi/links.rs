//! How the answer of one call leads to others (OpenAPI 3.1 §4.8.20): where in it the id stands.

use utoipa::openapi::RefOr;
use utoipa::openapi::link::Link;
use utoipa::openapi::path::Operation;

/// From a call, with the place of an id in what it answers, to calls that take it as the parameter named.
const LINKS: [(&str, &str, &str, &[&str]); 6] = [
    (
        "nodes_create_folder",
        "/id",
        "id",
        &["nodes_get", "nodes_edit", "nodes_trash", "nodes_restore", "nodes_delete"],
    ),
    ("nodes_list", "/items/0/id", "id", &["nodes_get", "nodes_edit", "nodes_trash"]),
    ("uploads_plan", "/items/0/value/id", "id", &["uploads_status", "uploads_presign", "uploads_abort"]),
    ("links_create", "/slug", "slug", &["links_get", "links_edit", "links_end", "public_public_file"]),
    ("tokens_create", "/token/id", "id", &["tokens_revoke"]),
    ("public_list", "/items/0/slug", "slug", &["public_public_file"]),
];

/// Adds the links of a call to what it answers when it succeeds.
pub(super) fn add(call: &mut Operation) {
    let id = call.operation_id.clone().unwrap_or_default();
    let Some(RefOr::T(answer)) = call.responses.responses.get_mut("200") else { return };
    for (_, place, parameter, targets) in LINKS.into_iter().filter(|(from, ..)| *from == id) {
        for target in targets {
            let expression = format!("$response.body#{place}");
            let link = Link::builder().operation_id(*target).parameter(parameter, expression).build();
            answer.links.insert((*target).to_owned(), RefOr::T(link));
        }
    }
}
