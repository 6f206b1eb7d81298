//! The REST API and the delivery of public files, on the program as it is run.

mod catalogue;
mod changes;
mod checksums;
mod damaged_parts;
mod dedupe;
mod delivery;
mod events;
mod hostile;
mod links;
mod many;
pub(crate) mod matrix;
mod nodes;
mod packed;
mod quotas;
mod refusals;
pub(crate) mod signed_in;
mod tokens;
mod trash;
mod uploads;

use notespot_protocol::{ErrorCode, NodeId, Scope};
use notespot_testkit::{Answer, Api, TestServer};
use serde_json::json;

/// A server, and Ada, who may do everything with her own files.
async fn ada() -> (TestServer, Api) {
    let server = TestServer::start().await.unwrap();
    let ada = somebody(&server, "Ada Lovelace").await;
    (server, ada)
}

/// A server, and two tokens of one account: one that may do everything, and one that may do this only.
async fn ada_and(scopes: &[Scope]) -> (TestServer, Api, Api) {
    let server = TestServer::start().await.unwrap();
    server.add_user("ada@example.org", "Ada", "correct horse battery").await.unwrap();
    let with =
        async |scopes: &[Scope]| server.api(server.token("ada@example.org", scopes).await.unwrap()).unwrap();
    let (ada, limited) = (with(&[Scope::Read, Scope::Upload, Scope::Manage]).await, with(scopes).await);
    (server, ada, limited)
}

async fn somebody(server: &TestServer, name: &str) -> Api {
    server.api(server.somebody(name).await.unwrap()).unwrap()
}

/// What a refusal is: its status and its code.
pub(crate) fn refusal(answer: &Answer) -> (u16, ErrorCode) {
    let problem = answer.problem().unwrap();
    assert!(problem.detail.ends_with(['.', '?', '"']), "no sentence: {}", problem.detail);
    (problem.status, problem.code)
}

async fn used(api: &Api) -> u64 {
    api.get("/v1/me").await.unwrap().value().unwrap()["used"].as_u64().unwrap()
}

async fn folder(api: &Api, parent: Option<NodeId>, name: &str) -> Answer {
    let body = json!({
        "client_ref": notespot_protocol::ClientRef::generate(), "parent": parent, "name": name, "on_conflict": "keep_both"
    });
    api.post("/v1/nodes", &body).await.unwrap()
}
