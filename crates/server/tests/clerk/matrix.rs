//! Every endpoint of the API, as its own document lists them, with every kind of token. An endpoint that is new has
//! no place here yet, and fails the test until it has one.

use std::collections::BTreeMap;

use notespot_protocol::{NodeId, Scope, Slug};
use notespot_testkit::{Api, TestServer};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{ADA, ada, clerk, tokens};

/// Who may call something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Anybody,
    With(Scope),
    /// Who signed in: a personal access token is not enough.
    Person,
}

use Who::{Anybody, Person, With};

const READ: Who = With(Scope::Read);
const UPLOAD: Who = With(Scope::Upload);
const MANAGE: Who = With(Scope::Manage);

const WHO: [(&str, &str, Who); 39] = [
    ("GET", "/.well-known/notespot.json", Anybody),
    ("GET", "/healthz", Anybody),
    ("GET", "/readyz", Anybody),
    ("GET", "/v1/catalogue", Anybody),
    ("GET", "/v1/public/{slug}", Anybody),
    ("POST", "/webhooks/clerk", Anybody),
    ("GET", "/v1/changes", READ),
    ("GET", "/v1/events", READ),
    ("GET", "/v1/links", READ),
    ("GET", "/v1/links/{slug}", READ),
    ("GET", "/v1/me", READ),
    ("GET", "/v1/nodes", READ),
    ("GET", "/v1/nodes/{id}", READ),
    ("POST", "/v1/downloads", READ),
    ("POST", "/v1/downloads/damaged", READ),
    ("POST", "/v1/nodes", UPLOAD),
    ("POST", "/v1/uploads", UPLOAD),
    ("POST", "/v1/uploads/complete", UPLOAD),
    ("POST", "/v1/uploads/prove", UPLOAD),
    ("GET", "/v1/uploads/{id}", UPLOAD),
    ("DELETE", "/v1/uploads/{id}", UPLOAD),
    ("POST", "/v1/uploads/{id}/parts", UPLOAD),
    ("PATCH", "/v1/me", MANAGE),
    ("POST", "/v1/links", MANAGE),
    ("PATCH", "/v1/links/{slug}", MANAGE),
    ("DELETE", "/v1/links/{slug}", MANAGE),
    ("PATCH", "/v1/nodes/{id}", MANAGE),
    ("DELETE", "/v1/nodes/{id}", MANAGE),
    ("POST", "/v1/nodes/{id}/restore", MANAGE),
    ("POST", "/v1/nodes/{id}/trash", MANAGE),
    ("POST", "/v1/nodes/copy", MANAGE),
    ("POST", "/v1/nodes/delete", MANAGE),
    ("POST", "/v1/nodes/edit", MANAGE),
    ("POST", "/v1/nodes/restore", MANAGE),
    ("POST", "/v1/nodes/trash", MANAGE),
    ("POST", "/v1/trash/empty", MANAGE),
    ("GET", "/v1/tokens", Person),
    ("POST", "/v1/tokens", Person),
    ("DELETE", "/v1/tokens/{id}", Person),
];

struct Endpoint {
    method: Method,
    path: String,
    who: Who,
}

/// The endpoints of the server's own document, each with who may call it.
async fn endpoints(server: &TestServer) -> Vec<Endpoint> {
    let document = server.stranger().unwrap().get("/openapi.json").await.unwrap().value().unwrap();
    let known: BTreeMap<_, _> = WHO.iter().map(|(method, path, who)| ((*method, *path), *who)).collect();
    let mut endpoints = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys().map(|name| name.to_uppercase()) {
            let who = known.get(&(method.as_str(), path.as_str()));
            let who = *who.unwrap_or_else(|| panic!("who may call {method} {path}?"));
            let id = NodeId::generate().0.to_string();
            let path = path.replace("{id}", &id).replace("{slug}", Slug::generate().as_str());
            endpoints.push(Endpoint { method: method.parse().unwrap(), path, who });
        }
    }
    assert_eq!(endpoints.len(), WHO.len(), "an endpoint of the table is gone");
    endpoints
}

async fn call(api: &Api, endpoint: &Endpoint) -> StatusCode {
    let mut request = api.request(endpoint.method.clone(), &endpoint.path).unwrap();
    if endpoint.method != Method::GET {
        request = request.json(&json!({}));
    }
    // Not the body: that of the events has no end.
    request.send().await.unwrap().status()
}

#[tokio::test]
async fn no_endpoint_opens_for_a_token_in_which_one_thing_is_wrong() {
    let (clerk, server) = clerk().await;
    let revoked = revoked(&ada(&clerk, &server), &server).await;
    let mut wrong = tokens::wrong(&clerk);
    wrong.extend([
        ("an opaque token that is unknown", clerk.unique("oat_")),
        ("a personal token that is unknown", format!("nsp_{}", "0".repeat(64))),
        ("a personal token that was revoked", revoked),
        ("nothing", String::new()),
    ]);
    let callers = wrong.iter().map(|(what, token)| (*what, server.api(token.as_str()).unwrap()));
    let callers: Vec<_> = callers.chain([("nobody", server.stranger().unwrap())]).collect();
    let mut opened = Vec::new();
    for endpoint in endpoints(&server).await {
        for (what, api) in &callers {
            let status = call(api, &endpoint).await;
            if (status == 401) == (endpoint.who == Anybody) {
                opened.push(format!("{} {} with {what}: {status}", endpoint.method, endpoint.path));
            }
        }
    }
    assert_eq!(opened, [""; 0]);
}

#[tokio::test]
async fn every_endpoint_opens_for_its_scope_and_for_no_other() {
    let (clerk, server) = clerk().await;
    let ada = ada(&clerk, &server);
    let mut callers = vec![(None, server.api(clerk.access_token(ADA).sign()).unwrap())];
    for scope in [Scope::Read, Scope::Upload, Scope::Manage] {
        callers.push((Some(scope), server.api(personal(&ada, scope).await.0).unwrap()));
    }
    let mut wrong = Vec::new();
    for endpoint in endpoints(&server).await {
        for (scope, api) in &callers {
            let may = match endpoint.who {
                Anybody => true,
                With(needed) => scope.is_none_or(|scope| scope == needed),
                Person => scope.is_none(),
            };
            let status = call(api, &endpoint).await;
            if (status == 403) == may || status == 401 || status.is_server_error() {
                wrong.push(format!("{} {} with {scope:?}: {status}", endpoint.method, endpoint.path));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

/// A personal access token, and its id.
async fn personal(person: &Api, scope: Scope) -> (String, String) {
    let wanted = json!({ "name": "script", "scopes": [scope], "ends_at": null });
    let made: Value = person.post("/v1/tokens", &wanted).await.unwrap().value().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&made["secret"]), text(&made["token"]["id"]))
}

async fn revoked(person: &Api, server: &TestServer) -> String {
    let (secret, id) = personal(person, Scope::Read).await;
    let script = server.api(secret.as_str()).unwrap();
    assert_eq!(script.get("/v1/me").await.unwrap().status, 200);
    assert_eq!(person.delete(&format!("/v1/tokens/{id}")).await.unwrap().status, 204);
    secret
}
