//! Files and folders.

use notespot_protocol::{NewFolder, Node, NodeId, NodePatch, NodesQuery, Page, Revision};

use super::{ApiClient, Call, pairs};
use crate::ClientError;

impl ApiClient {
    /// One page of a list.
    pub async fn nodes(&self, query: &NodesQuery) -> Result<Page<Node>, ClientError> {
        self.send(Call::get("/v1/nodes").query(pairs(query))).await
    }

    /// One node, in the trash too.
    pub async fn node(&self, id: NodeId) -> Result<Node, ClientError> {
        self.send(Call::get(format!("/v1/nodes/{id}"))).await
    }

    /// Makes a folder.
    pub async fn create_folder(&self, folder: &NewFolder) -> Result<Node, ClientError> {
        self.send(Call::post_again("/v1/nodes").json(folder)).await
    }

    /// Changes a node; with `if_match`, only at that revision.
    pub async fn edit_node(
        &self,
        id: NodeId,
        patch: &NodePatch,
        if_match: Option<Revision>,
    ) -> Result<Node, ClientError> {
        self.send(Call::patch(format!("/v1/nodes/{id}"), if_match).json(patch)).await
    }

    /// Moves a node to the trash.
    pub async fn trash_node(&self, id: NodeId, if_match: Option<Revision>) -> Result<Node, ClientError> {
        self.send(Call::post_again(format!("/v1/nodes/{id}/trash")).if_match(if_match)).await
    }

    /// Moves a node out of the trash.
    pub async fn restore_node(&self, id: NodeId, if_match: Option<Revision>) -> Result<Node, ClientError> {
        self.send(Call::post_again(format!("/v1/nodes/{id}/restore")).if_match(if_match)).await
    }

    /// Deletes for ever a node that is in the trash.
    pub async fn delete_node(&self, id: NodeId) -> Result<(), ClientError> {
        self.send_for_nothing(Call::delete(format!("/v1/nodes/{id}"))).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use notespot_protocol::{NodesView, SortKey};

    #[test]
    fn a_query_is_sent_by_the_names_that_the_server_reads() {
        let query = NodesQuery {
            view: NodesView::Search,
            text: Some("M\u{fc}ller & 1".into()),
            sort: SortKey::Modified,
            limit: Some(20),
            ..NodesQuery::default()
        };
        let pairs = pairs(&query);
        let value = |key: &str| pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
        assert_eq!(value("view"), Some("search"));
        assert_eq!(value("text"), Some("M\u{fc}ller & 1"));
        assert_eq!(value("sort"), Some("modified"));
        assert_eq!(value("limit"), Some("20"));
        assert_eq!(value("parent"), None);
    }
}
