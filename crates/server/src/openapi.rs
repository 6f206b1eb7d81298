//! The `OpenAPI` document, made from the handlers.

pub(crate) mod page;

use utoipa::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};

use crate::api;

#[derive(OpenApi)]
#[openapi(info(
    title = "Notespot",
    description = "Files, their public links, and how to move their bytes. Errors are RFC 9457 problems with a stable `code`."
))]
struct Document;

/// The document of this version of the server.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, mut document) = utoipa_axum::router::OpenApiRouter::with_openapi(Document::openapi())
        .merge(api::router())
        .split_for_parts();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "An OAuth access token, which may do everything, or a personal access token (`nsp_…`), which may do what \
             its scopes say: the role that a call names is the scope that it needs. `person` is somebody who signed \
             in: no personal access token is enough.",
        ))
        .build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        operation.responses.responses.entry("default".to_owned()).or_insert_with(|| RefOr::T(problem()));
    }
    document
}

fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut path.get, &mut path.put, &mut path.post, &mut path.delete, &mut path.patch].into_iter().flatten()
}

/// What any call may answer instead, beside the refusals that it names.
fn problem() -> Response {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new()
        .description("Refused, or failed: `code` says why")
        .content("application/problem+json", content)
        .build()
}

/// The document as it is served and committed.
#[must_use]
pub fn json() -> String {
    document().to_pretty_json().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `cargo xtask generate` writes it.
    #[test]
    fn the_committed_document_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
        let fresh = json() + "\n";
        if std::env::var_os("NOTESPOT_UPDATE_GENERATED").is_some() {
            std::fs::write(path, &fresh).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == fresh, "docs/openapi.json is stale: run `cargo xtask generate`");
    }
}
