//! What callers try to get at.

use notespot_protocol::{ClientRef, NodeId, Sha256, Slug, TokenId, UploadId, VersionId};
use notespot_testkit::{Api, TestServer, crc_of, new_upload, sha256_of};
use reqwest::Method;
use serde_json::{Value, json};

/// In what is Ada's, and in no message.
pub(super) const MARKS: [&str; 2] = ["salaries-of-ada", "plans-of-ada"];
const CONTENT: &[u8] = b"salaries-of-ada";

/// The ids of one of each kind.
pub(super) struct Things {
    file: NodeId,
    version: VersionId,
    folder: NodeId,
    upload: UploadId,
    token: TokenId,
    slug: Slug,
    /// Whoever may see them.
    owner: Option<Api>,
}

impl Things {
    /// A file with a link, a folder, an upload that is open, and a token.
    pub(super) async fn of_ada(server: &TestServer) -> Self {
        let ada = super::super::signed_in::ada(server).await;
        let file = ada.upload(None, "salaries-of-ada.txt", CONTENT).await.unwrap();
        let folder: notespot_protocol::Node =
            super::super::folder(&ada, None, "plans-of-ada").await.json().unwrap();
        let upload = ada.plan(new_upload(None, "b.txt", b"b").unwrap()).await.unwrap().unwrap().id;
        let wanted = json!({ "name": "plans-of-ada", "scopes": ["read"] });
        let token: notespot_protocol::NewlyMadeToken =
            ada.post("/v1/tokens", &wanted).await.unwrap().json().unwrap();
        Self {
            file: file.id,
            version: file.content.unwrap().version,
            folder: folder.id,
            upload,
            token: token.token.id,
            slug: ada.link(file.id).await.unwrap().slug,
            owner: Some(ada),
        }
    }

    /// Ids of nothing.
    pub(super) fn of_nobody() -> Self {
        Self {
            file: NodeId::generate(),
            version: VersionId::generate(),
            folder: NodeId::generate(),
            upload: UploadId::generate(),
            token: TokenId::generate(),
            slug: Slug::generate(),
            owner: None,
        }
    }

    /// All that is Ada's, in words.
    pub(super) async fn state(&self) -> String {
        let ada = self.owner.as_ref().unwrap();
        let mut state = String::new();
        for path in ["/v1/me", "/v1/changes?since=0", "/v1/links", "/v1/nodes"] {
            state += &ada.get(path).await.unwrap().text();
        }
        state += &ada.get(&format!("/v1/uploads/{}", self.upload)).await.unwrap().text();
        let tokens = ada.get("/v1/tokens").await.unwrap().value().unwrap();
        let named: Vec<_> =
            tokens.as_array().unwrap().iter().map(|token| token["name"].to_string()).collect();
        state + &named.join(" ")
    }

    pub(super) fn path(&self, path: &str) -> String {
        let id = match path.split('/').nth(2) {
            Some("uploads") => self.upload.to_string(),
            Some("tokens") => self.token.to_string(),
            _ => self.file.to_string(),
        };
        path.replace("{id}", &id).replace("{slug}", self.slug.as_str())
    }

    /// Something that the call would take, were it let in: for things that there are; for others, what changes nothing.
    pub(super) fn body(&self, method: &Method, path: &str) -> Value {
        let Self { file, folder, upload, version, .. } = self;
        let (client_ref, is_real) = (ClientRef::generate(), self.owner.is_some());
        let items = |item: Value| json!({ "items": [item] });
        match (method.as_str(), path) {
            ("POST", "/v1/downloads") => items(json!({ "node": file })),
            ("POST", "/v1/downloads/damaged") => json!({ "node": file, "version": version }),
            ("POST", "/v1/links") => json!({ "node": file }),
            ("PATCH", "/v1/links/{slug}") => json!({ "listed": true }),
            ("PATCH", "/v1/me") => json!({ "name": if is_real { "Mallory" } else { "Ada Lovelace" } }),
            ("POST", "/v1/nodes") => json!({ "client_ref": client_ref, "name": "mine", "parent": folder }),
            ("POST", "/v1/nodes/copy") => items(json!({ "client_ref": client_ref, "node": file })),
            ("POST", "/v1/nodes/edit") => items(json!({ "id": file, "name": "mine" })),
            ("POST", "/v1/nodes/delete" | "/v1/nodes/restore" | "/v1/nodes/trash") => {
                items(json!({ "id": file }))
            }
            ("PATCH", "/v1/nodes/{id}") => json!({ "name": "mine" }),
            ("POST", "/v1/tokens") if is_real => json!({ "name": "mine", "scopes": ["read"] }),
            ("POST", "/v1/tokens") => json!({ "name": "mine", "scopes": [] }),
            ("POST", "/v1/uploads") => items(json!(new_upload(Some(*folder), "mine", b"mine").unwrap())),
            ("POST", "/v1/uploads/complete") => {
                items(json!({ "id": upload, "sha256": sha256_of(b"b"), "crc64nvme": crc_of(b"b") }))
            }
            ("POST", "/v1/uploads/prove") => {
                items(json!({ "id": upload, "proof": Sha256::from_bytes([7; 32]) }))
            }
            ("POST", "/v1/uploads/{id}/parts") => json!({ "parts": [] }),
            ("POST", "/webhooks/clerk") => json!({ "type": "user.deleted", "data": { "id": "user_1" } }),
            _ => panic!("{method} {path} takes a body: say here what it looks like"),
        }
    }
}
