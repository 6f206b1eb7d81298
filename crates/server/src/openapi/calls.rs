//! What all calls have in common, so that no handler repeats it: unique names, parameters that are never `null`,
//! and the refusals that follow from what a call takes.

use std::collections::BTreeMap;

use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::{Schema, SchemaType, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};

/// The media type of RFC 9457.
const PROBLEM: &str = "application/problem+json";

/// Refusals that many calls have: the status, the component's name, and what it means.
const SHARED: [(&str, &str, &str); 8] = [
    ("400", "Malformed", "The request cannot be read: `detail` says what is wrong"),
    ("401", "NotSignedIn", "No token, or one that is expired, revoked or forged"),
    ("403", "Forbidden", "The token may not do that"),
    ("404", "NotFound", "There is nothing here that the caller may see"),
    ("413", "TooLarge", "More than one call may carry"),
    (
        "415",
        "NotJson",
        "The body is not JSON by its `Content-Type`, or is packed in a way that is not known here",
    ),
    ("429", "TooMany", "Too many requests: again after `Retry-After`"),
    ("5XX", "Failed", "The server failed, or a part of it is away: trying again may help"),
];

/// The refusals that calls refer to.
pub(super) fn shared_refusals() -> impl Iterator<Item = (String, RefOr<Response>)> {
    SHARED.into_iter().map(|(_, name, meaning)| {
        let response = ResponseBuilder::new().description(meaning).content(PROBLEM, problem()).build();
        (name.to_owned(), RefOr::T(response))
    })
}

fn problem() -> Content {
    Content::new(Some(Ref::from_schema_name("Problem")))
}

/// Completes what a handler says of its call.
pub(super) fn complete(call: &mut Operation) {
    let resource = call.tags.iter().flatten().next().cloned().unwrap_or_default();
    // Handlers of two resources have the same name; in a document, it stands for one call.
    call.operation_id = call.operation_id.take().map(|handler| format!("{resource}_{handler}"));
    for parameter in call.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter {
            never_null(parameter);
        }
    }
    let statuses = refusals(call);
    let responses = &mut call.responses.responses;
    for (status, name, _) in SHARED.into_iter().filter(|(status, ..)| statuses.contains(status)) {
        let shared = || RefOr::Ref(Ref::from_response_name(name));
        responses.entry(status.to_owned()).or_insert_with(shared);
    }
    for (status, response) in responses {
        if let RefOr::T(response) = response {
            finish(status, response);
        }
    }
}

/// The statuses that follow from what a call takes.
fn refusals(call: &Operation) -> Vec<&'static str> {
    let takes = |place: ParameterIn| {
        let mut parameters = call.parameters.iter().flatten();
        parameters.any(|one| matches!(one, RefOr::T(one) if one.parameter_in == place))
    };
    let has_body = call.request_body.is_some();
    let is_guarded = call.security.iter().flatten().any(|one| *one != SecurityRequirement::default());
    let mut statuses = vec!["429", "5XX"];
    if has_body || takes(ParameterIn::Query) || takes(ParameterIn::Header) {
        statuses.push("400");
    }
    if has_body {
        statuses.extend(["413", "415"]);
    }
    if is_guarded {
        statuses.extend(["401", "403"]);
    }
    if takes(ParameterIn::Path) {
        statuses.push("404");
    }
    statuses
}

/// What is written into a path, a query or a header is text: `Option` there means absent, and nothing is `null`.
fn never_null(parameter: &mut Parameter) {
    let is_null = |one: &RefOr<Schema>| match one {
        RefOr::T(Schema::Object(object)) => object.schema_type == SchemaType::Type(Type::Null),
        _ => false,
    };
    match &mut parameter.schema {
        Some(RefOr::T(Schema::Object(object))) => {
            if let SchemaType::Array(types) = &mut object.schema_type {
                types.retain(|one| *one != Type::Null);
                if let [only] = &types[..] {
                    object.schema_type = SchemaType::Type(only.clone());
                }
            }
        }
        Some(RefOr::T(Schema::OneOf(choices))) => {
            choices.items.retain(|one| !is_null(one));
            if let [only] = &choices.items[..] {
                parameter.schema = Some(only.clone());
            }
        }
        _ => {}
    }
}

/// Refusals are problems, and every answer says what it is (OpenAPI 3.1 §4.8.17 wants a description).
fn finish(status: &str, response: &mut Response) {
    let is_refusal = status.starts_with(['4', '5']);
    if is_refusal {
        response.content = std::iter::once((PROBLEM.to_owned(), RefOr::T(problem()))).collect();
    }
    if response.description.is_empty() {
        meaning(status).clone_into(&mut response.description);
    }
}

fn meaning(status: &str) -> &'static str {
    let own: BTreeMap<_, _> = SHARED.into_iter().map(|(status, _, meaning)| (status, meaning)).collect();
    match status {
        "200" => "Done",
        "409" => "It does not go with what is there: `code` says why",
        "410" => "It was there, and is gone for good",
        "412" => "It was changed since the revision that `If-Match` names",
        "422" => "It can be read, but not be done: `code` and `detail` say why",
        other => own.get(other).copied().unwrap_or("`code` says why"),
    }
}
