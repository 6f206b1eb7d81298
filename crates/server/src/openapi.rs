//! The `OpenAPI` document, made from the handlers.

pub(crate) mod page;

use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};

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
        .description(Some("An OAuth access token, or a personal access token (`nsp_…`)."))
        .build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    document.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
    document
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
