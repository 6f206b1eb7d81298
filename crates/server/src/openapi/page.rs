//! `/docs`: the `OpenAPI` document as a page. Without scripts, as all pages here.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use crate::pages::{FormsMayGoTo, html};

/// What is read of the document.
#[derive(Template)]
#[template(path = "docs.html")]
struct DocsPage {
    version: String,
    /// By the resource's name.
    calls: BTreeMap<String, Vec<Call>>,
    shapes: Vec<Shape>,
}

struct Call {
    method: String,
    path: String,
    summary: String,
    parameters: Vec<Field>,
    sends: Option<String>,
    answers: Vec<(String, String)>,
}

struct Shape {
    name: String,
    about: String,
    kind: String,
    fields: Vec<Field>,
}

struct Field {
    name: String,
    kind: String,
    about: String,
}

/// Written once: the document does not change while the program runs.
static PAGE: LazyLock<DocsPage> = LazyLock::new(|| {
    let document = serde_json::to_value(super::document()).unwrap_or_default();
    DocsPage {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        calls: calls(&document),
        shapes: entries(&document["components"]["schemas"]).map(shape).collect(),
    }
});

/// The page.
pub(crate) async fn docs() -> Response {
    html(StatusCode::OK, &*PAGE, &FormsMayGoTo::Nowhere)
}

fn calls(document: &Value) -> BTreeMap<String, Vec<Call>> {
    let mut calls: BTreeMap<String, Vec<Call>> = BTreeMap::new();
    for (path, methods) in entries(&document["paths"]) {
        for (method, call) in entries(methods) {
            let tag = call["tags"][0].as_str().unwrap_or("other").to_owned();
            calls.entry(tag).or_default().push(call_of(document, path, method, call));
        }
    }
    calls
}

fn call_of(document: &Value, path: &str, method: &str, call: &Value) -> Call {
    let parameter = |parameter: &Value| Field {
        name: text(&parameter["name"]),
        kind: kind_of(&parameter["schema"]),
        about: about(parameter),
    };
    let answer = |(status, answer): (&String, &Value)| {
        // Refusals are all of one shape: what one means says more.
        let shared =
            answer["$ref"].as_str().and_then(|place| document.pointer(place.trim_start_matches('#')));
        let is_refusal = status.starts_with(['4', '5']);
        let body = body_of(answer).filter(|_| !is_refusal);
        (status.clone(), body.unwrap_or_else(|| about(shared.unwrap_or(answer))))
    };
    Call {
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&call["summary"]),
        parameters: call["parameters"].as_array().into_iter().flatten().map(parameter).collect(),
        sends: body_of(&call["requestBody"]),
        answers: entries(&call["responses"]).map(answer).collect(),
    }
}

fn shape((name, schema): (&String, &Value)) -> Shape {
    let field = |(name, schema): (&String, &Value)| Field {
        name: name.clone(),
        kind: kind_of(schema),
        about: about(schema),
    };
    Shape {
        name: name.clone(),
        about: about(schema),
        kind: kind_of(schema),
        fields: entries(&schema["properties"]).map(field).collect(),
    }
}

fn body_of(of: &Value) -> Option<String> {
    entries(&of["content"]).next().map(|(_, body)| kind_of(&body["schema"]))
}

/// A schema in a few words.
fn kind_of(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().map(text).collect::<Vec<_>>().join(" | ");
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        if let Some(choices) = schema[choice].as_array() {
            let between = if choice == "allOf" { " and " } else { " or " };
            return choices.iter().map(kind_of).collect::<Vec<_>>().join(between);
        }
    }
    let list = || format!("list of {}", kind_of(&schema["items"]));
    let named = |kind: &Value| if kind == "array" { list() } else { text(kind) };
    match &schema["type"] {
        Value::Array(kinds) => kinds.iter().map(named).collect::<Vec<_>>().join(" or "),
        kind => named(kind),
    }
}

/// The first paragraph of a description; the rest is for those who read the code.
fn about(of: &Value) -> String {
    let described = [of, &of["oneOf"][0]].into_iter().find_map(|of| of["description"].as_str());
    let first = described.unwrap_or_default().split("\n\n").next().unwrap_or_default();
    first.replace("[`", "`").replace("`]", "`")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_and_every_shape_is_on_the_page() {
        let document = serde_json::to_value(super::super::document()).unwrap();
        let page = PAGE.render().unwrap();
        for (path, _) in entries(&document["paths"]) {
            assert!(page.contains(path.as_str()), "{path}");
        }
        for (name, _) in entries(&document["components"]["schemas"]) {
            assert!(page.contains(&format!("id=\"{name}\"")), "{name}");
        }
        assert!(!page.contains("<script"));
    }
}
