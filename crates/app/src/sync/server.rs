//! What sync asks the server.

use std::future::Future;

use notespot_client::{ApiClient, ClientError};
use notespot_protocol::{
    BatchItem, ChangesPage, ChangesQuery, LinkPatch, NewFolder, NewLink, Node, NodeAt, NodeEdit, NodeId,
    NodePatch, PublicLink, Revision, Slug,
};

type Answer<T> = Result<T, ClientError>;
/// Of calls that take many: as many items, in their order, each done or refused alone.
type Items<T> = Answer<Vec<BatchItem<T>>>;

/// What sync asks the server. See [`ApiClient`] for what each call means.
pub(crate) trait SyncServer: Sync {
    fn changes(&self, query: ChangesQuery) -> impl Future<Output = Answer<ChangesPage>> + Send;
    fn node(&self, id: NodeId) -> impl Future<Output = Answer<Node>> + Send;
    fn create_folder(&self, folder: &NewFolder) -> impl Future<Output = Answer<Node>> + Send;
    fn edit_node(
        &self,
        id: NodeId,
        patch: &NodePatch,
        if_match: Option<Revision>,
    ) -> impl Future<Output = Answer<Node>> + Send;
    fn trash_node(&self, id: NodeId, if_match: Option<Revision>)
    -> impl Future<Output = Answer<Node>> + Send;
    fn restore_node(
        &self,
        id: NodeId,
        if_match: Option<Revision>,
    ) -> impl Future<Output = Answer<Node>> + Send;
    fn delete_nodes(&self, nodes: Vec<NodeAt>) -> impl Future<Output = Items<NodeId>> + Send;
    fn edit_nodes(&self, edits: Vec<NodeEdit>) -> impl Future<Output = Items<Node>> + Send;
    fn trash_nodes(&self, nodes: Vec<NodeAt>) -> impl Future<Output = Items<Node>> + Send;
    fn restore_nodes(&self, nodes: Vec<NodeAt>) -> impl Future<Output = Items<Node>> + Send;
    fn create_link(&self, link: &NewLink) -> impl Future<Output = Answer<PublicLink>> + Send;
    fn list_link(&self, slug: &Slug, listed: bool) -> impl Future<Output = Answer<PublicLink>> + Send;
    fn end_link(&self, slug: &Slug) -> impl Future<Output = Answer<PublicLink>> + Send;
}

impl SyncServer for ApiClient {
    async fn changes(&self, query: ChangesQuery) -> Answer<ChangesPage> {
        Self::changes(self, query).await
    }

    async fn node(&self, id: NodeId) -> Answer<Node> {
        Self::node(self, id).await
    }

    async fn create_folder(&self, folder: &NewFolder) -> Answer<Node> {
        Self::create_folder(self, folder).await
    }

    async fn edit_node(&self, id: NodeId, patch: &NodePatch, if_match: Option<Revision>) -> Answer<Node> {
        Self::edit_node(self, id, patch, if_match).await
    }

    async fn trash_node(&self, id: NodeId, if_match: Option<Revision>) -> Answer<Node> {
        Self::trash_node(self, id, if_match).await
    }

    async fn restore_node(&self, id: NodeId, if_match: Option<Revision>) -> Answer<Node> {
        Self::restore_node(self, id, if_match).await
    }

    async fn delete_nodes(&self, nodes: Vec<NodeAt>) -> Items<NodeId> {
        Self::delete_nodes(self, nodes).await
    }

    async fn edit_nodes(&self, edits: Vec<NodeEdit>) -> Items<Node> {
        Self::edit_nodes(self, edits).await
    }

    async fn trash_nodes(&self, nodes: Vec<NodeAt>) -> Items<Node> {
        Self::trash_nodes(self, nodes).await
    }

    async fn restore_nodes(&self, nodes: Vec<NodeAt>) -> Items<Node> {
        Self::restore_nodes(self, nodes).await
    }

    async fn create_link(&self, link: &NewLink) -> Answer<PublicLink> {
        Self::create_link(self, link).await
    }

    async fn list_link(&self, slug: &Slug, listed: bool) -> Answer<PublicLink> {
        Self::edit_link(self, slug, &LinkPatch { listed: Some(listed) }, None).await
    }

    async fn end_link(&self, slug: &Slug) -> Answer<PublicLink> {
        Self::end_link(self, slug).await
    }
}
