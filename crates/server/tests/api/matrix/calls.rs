//! The calls that the OpenAPI document names.

use notespot_protocol::Scope;
use notespot_testkit::{Answer, TestServer};
use reqwest::Method;
use serde_json::Value;

use super::callers::Caller;
use super::things::Things;

/// Whom a call says to let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Anybody,
    /// A token with this scope.
    Scope(Scope),
    /// Who signed in.
    Person,
}

pub(crate) struct Call {
    pub(crate) method: Method,
    /// With the names of its parameters.
    pub(crate) path: String,
    pub(crate) access: Access,
    has_body: bool,
}

/// All calls of the document that a server serves.
pub(crate) async fn documented(server: &TestServer) -> Vec<Call> {
    let document = server.stranger().unwrap().get("/openapi.json").await.unwrap().value().unwrap();
    let mut calls = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            calls.push(Call {
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                access: access(operation, &format!("{method} {path}")),
                has_body: operation.get("requestBody").is_some(),
            });
        }
    }
    calls
}

fn access(operation: &Value, call: &str) -> Access {
    let security =
        operation["security"].as_array().unwrap_or_else(|| panic!("{call} does not say whom it lets in"));
    let Some(roles) = security[0].get("bearer") else {
        assert_eq!(security[0], serde_json::json!({}), "{call}");
        return Access::Anybody;
    };
    match roles.as_array().unwrap().iter().map(|role| role.as_str().unwrap()).collect::<Vec<_>>()[..] {
        ["person"] => Access::Person,
        [scope] => Access::Scope(serde_json::from_value(scope.into()).unwrap()),
        _ => panic!("{call} names not one role: {roles}"),
    }
}

impl Call {
    /// Calls with the ids of these things, and with a body that would do something to them.
    pub(super) async fn send(&self, server: &TestServer, caller: &Caller, things: &Things) -> Answer {
        let api = match &caller.token {
            Some(token) => server.api(token.as_str()).unwrap(),
            None => server.stranger().unwrap(),
        };
        let mut request = api.request(self.method.clone(), &things.path(&self.path)).unwrap();
        if self.has_body {
            request = request.json(&things.body(&self.method, &self.path));
        }
        if self.path == "/v1/events" {
            // It goes on: who is let in has heard enough by its head.
            let response = request.send().await.unwrap();
            let (status, headers) = (response.status(), response.headers().clone());
            let body = if status.is_success() { Vec::new() } else { response.bytes().await.unwrap().into() };
            return Answer { status, headers, body };
        }
        Answer::of(request).await.unwrap()
    }
}
