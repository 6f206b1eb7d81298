//! Every endpoint of the API with every kind of Clerk's tokens, and with tokens of somebody whom Clerk signed in. Whom
//! each lets in is what the API's own document says.

use notespot_protocol::{NodeId, Scope, Slug};
use notespot_testkit::{Api, TestServer};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{ADA, ada, clerk, tokens};
use crate::api::matrix::calls::{Access, Call, documented};

async fn call(api: &Api, endpoint: &Call) -> StatusCode {
    let id = NodeId::generate().0.to_string();
    let path = endpoint.path.replace("{id}", &id).replace("{slug}", Slug::generate().as_str());
    let mut request = api.request(endpoint.method.clone(), &path).unwrap();
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
    for endpoint in documented(&server).await {
        for (what, api) in &callers {
            let status = call(api, &endpoint).await;
            if (status == 401) == (endpoint.access == Access::Anybody) {
                opened.push(format!("{} {} with {what}: {status}", endpoint.method, endpoint.path));
            }
        }
    }
    assert_eq!(opened, [""; 0]);
}

#[tokio::test]
async fn no_endpoint_opens_for_somebody_who_is_banned() {
    let (clerk, server) = clerk().await;
    let ada = ada(&clerk, &server);
    let mut callers = Vec::new();
    for scope in [Scope::Read, Scope::Upload, Scope::Manage] {
        callers.push(server.api(personal(&ada, scope).await.0).unwrap());
    }
    callers.push(ada);
    clerk.set_user(ADA, "banned", true);
    assert_eq!(clerk.user_updated(ADA).send(server.base_url()).await.unwrap().status, 204);
    let mut opened = Vec::new();
    for endpoint in documented(&server).await {
        for api in &callers {
            let status = call(api, &endpoint).await;
            if (status == 403) == (endpoint.access == Access::Anybody) {
                opened.push(format!("{} {}: {status}", endpoint.method, endpoint.path));
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
    for endpoint in documented(&server).await {
        for (scope, api) in &callers {
            let may = match endpoint.access {
                Access::Anybody => true,
                Access::Scope(needed) => scope.is_none_or(|scope| scope == needed),
                Access::Person => scope.is_none(),
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
