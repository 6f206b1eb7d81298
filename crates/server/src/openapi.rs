//! The `OpenAPI` document, made from the handlers.

mod calls;
mod links;
pub(crate) mod page;

use notespot_protocol::{NodesView, Order, RevisionEvent, SortKey};
use utoipa::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use crate::api::{self, RevisionTag};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Notespot",
        description = "Files, their public links, and how to move their bytes. Errors are RFC 9457 problems with a stable `code`."
    ),
    // Those that only parameters and the text of an event name: they are not gathered from there.
    components(schemas(NodesView, Order, RevisionEvent, RevisionTag, SortKey))
)]
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
    components.responses.extend(calls::shared_refusals());
    for call in document.paths.paths.values_mut().flat_map(calls_of) {
        calls::complete(call);
        links::add(call);
    }
    document
}

fn calls_of(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut path.get, &mut path.put, &mut path.post, &mut path.delete, &mut path.patch].into_iter().flatten()
}

/// The document as it is served and committed.
#[must_use]
pub fn json() -> String {
    document().to_pretty_json().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    /// All texts under this key, anywhere.
    fn texts<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get(key).and_then(Value::as_str));
                fields.values().for_each(|value| texts(value, key, found));
            }
            Value::Array(items) => items.iter().for_each(|value| texts(value, key, found)),
            _ => {}
        }
    }

    #[test]
    fn whatever_the_document_refers_to_is_in_it() {
        let document = serde_json::to_value(document()).unwrap();
        let mut references = Vec::new();
        texts(&document, "$ref", &mut references);
        for reference in references {
            let place = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(place).is_some(), "{reference}");
        }
        let calls = || {
            document["paths"]
                .as_object()
                .unwrap()
                .values()
                .flat_map(|path| path.as_object().unwrap().values())
        };
        let names: BTreeSet<_> = calls().map(|call| call["operationId"].as_str().unwrap()).collect();
        assert_eq!(names.len(), calls().count(), "two calls have one name");
        let mut linked = Vec::new();
        let answers = calls().flat_map(|call| call["responses"].as_object().unwrap().values());
        answers.for_each(|answer| texts(&answer["links"], "operationId", &mut linked));
        assert!(linked.len() > 10 && linked.iter().all(|name| names.contains(name)), "{linked:?}");
    }

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
