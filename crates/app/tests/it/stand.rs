//! A real server, on a network that can be cut, and what happens to its files elsewhere.

use std::time::Duration;

use http::{Method, StatusCode};
use notespot_protocol::{
    ClientRef, LinkPatch, NewFolder, NewLink, NewUpload, Node, NodeId, NodeName, NodePatch, OnConflict,
    PublicLink,
};
use notespot_testkit::{Api, Direction, Fault, FaultKind, FaultProxy, TestServer};
use tempfile::TempDir;
use url::Url;

/// Windows reach the server through the proxy; everything else that happens to Ada's files comes from another
/// device, whose network is never cut.
pub(crate) struct Stand {
    pub(crate) folder: TempDir,
    pub(crate) server: TestServer,
    pub(crate) token: String,
    proxy: FaultProxy,
    elsewhere: Api,
}

impl Stand {
    pub(crate) async fn start() -> Self {
        let proxy = FaultProxy::start().await.unwrap();
        let server = TestServer::behind(&proxy).await.unwrap();
        let token = server.somebody("Ada").await.unwrap();
        Self::of(proxy, server, token)
    }

    /// Another server, on which Ada has the same token.
    pub(crate) async fn twin(&mut self) -> Self {
        let proxy = FaultProxy::start().await.unwrap();
        let mut server = TestServer::behind(&proxy).await.unwrap();
        server.stop().await.unwrap();
        self.server.stop().await.unwrap();
        for entry in std::fs::read_dir(self.server.data_dir()).unwrap() {
            let entry = entry.unwrap();
            if entry.file_name().to_string_lossy().starts_with("metadata") {
                std::fs::copy(entry.path(), server.data_dir().join(entry.file_name())).unwrap();
            }
        }
        self.server.start_again().await.unwrap();
        server.start_again().await.unwrap();
        Self::of(proxy, server, self.token.clone())
    }

    fn of(proxy: FaultProxy, server: TestServer, token: String) -> Self {
        let direct = Url::parse(&format!("http://{}", server.address())).unwrap();
        let elsewhere = Api::new(direct, Some(token.clone())).unwrap();
        Self { folder: tempfile::tempdir().unwrap(), server, token, proxy, elsewhere }
    }

    pub(crate) fn go_offline(&self) {
        self.proxy.go_offline();
    }

    /// The network goes when windows were sent so many more bytes.
    pub(crate) async fn go_offline_after(&self, after_bytes: u64) {
        let strike = Fault { direction: Direction::ToClient, after_bytes, kind: FaultKind::Drop };
        self.proxy.inject(strike);
        self.proxy.struck(1, Duration::from_secs(20)).await.unwrap();
        self.go_offline();
    }

    /// Bytes that windows were sent since the start.
    pub(crate) fn passed_down(&self) -> u64 {
        self.proxy.passed(Direction::ToClient)
    }

    pub(crate) fn go_online(&self) {
        self.proxy.go_online();
    }

    /// Uploads a file. Its bytes go through the proxy.
    pub(crate) async fn file(&self, parent: Option<NodeId>, name: &str) -> Node {
        self.elsewhere.upload(parent, name, b"abc").await.unwrap()
    }

    /// The same with this content; a file of the name that is there gets a new version.
    pub(crate) async fn content(&self, parent: Option<NodeId>, name: &str, content: &[u8]) -> Node {
        let new = NewUpload {
            on_conflict: OnConflict::Replace,
            ..notespot_testkit::new_upload(parent, name, content).unwrap()
        };
        self.elsewhere.upload_as(new, content).await.unwrap()
    }

    pub(crate) async fn folder(&self, parent: Option<NodeId>, name: &str) -> Node {
        let folder = NewFolder {
            client_ref: ClientRef::generate(),
            id: None,
            parent,
            name: NodeName::new(name).unwrap(),
            on_conflict: OnConflict::Fail,
            reuse: false,
        };
        self.elsewhere.post("/v1/nodes", &folder).await.unwrap().json().unwrap()
    }

    pub(crate) async fn node(&self, id: NodeId) -> Node {
        self.elsewhere.get(&format!("/v1/nodes/{id}")).await.unwrap().json().unwrap()
    }

    pub(crate) async fn edit(&self, id: NodeId, patch: NodePatch) -> Node {
        self.elsewhere.patch(&format!("/v1/nodes/{id}"), &patch).await.unwrap().json().unwrap()
    }

    pub(crate) async fn rename(&self, id: NodeId, name: &str) -> Node {
        let name = Some(NodeName::new(name).unwrap());
        self.edit(id, NodePatch { name, ..NodePatch::default() }).await
    }

    pub(crate) async fn trash(&self, id: NodeId) -> Node {
        self.elsewhere.post(&format!("/v1/nodes/{id}/trash"), &()).await.unwrap().json().unwrap()
    }

    /// Deletes for ever.
    pub(crate) async fn delete(&self, id: NodeId) {
        self.trash(id).await;
        assert!(self.elsewhere.delete(&format!("/v1/nodes/{id}")).await.unwrap().status.is_success());
    }

    pub(crate) async fn restore(&self, id: NodeId) -> Node {
        self.elsewhere.post(&format!("/v1/nodes/{id}/restore"), &()).await.unwrap().json().unwrap()
    }

    pub(crate) async fn is_gone(&self, id: NodeId) -> bool {
        self.elsewhere.get(&format!("/v1/nodes/{id}")).await.unwrap().status == StatusCode::NOT_FOUND
    }

    pub(crate) async fn link(&self, node: NodeId) -> PublicLink {
        self.elsewhere.post("/v1/links", &NewLink { node, slug: None }).await.unwrap().json().unwrap()
    }

    pub(crate) async fn list(&self, link: &PublicLink, listed: bool) -> PublicLink {
        let patch = LinkPatch { listed: Some(listed) };
        self.elsewhere.patch(&format!("/v1/links/{}", link.slug), &patch).await.unwrap().json().unwrap()
    }

    pub(crate) async fn end(&self, link: &PublicLink) {
        let path = format!("/v1/links/{}", link.slug);
        assert!(self.elsewhere.delete(&path).await.unwrap().status.is_success());
    }

    /// A person opens the link's page.
    pub(crate) async fn open_page(&self, link: &PublicLink) -> StatusCode {
        let path = Url::parse(&link.url).unwrap().path().to_owned();
        let request = self.elsewhere.request(Method::GET, &path).unwrap();
        let browser = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        request.header("accept", "text/html").header("user-agent", browser).send().await.unwrap().status()
    }
}
