//! Files and folders.

use async_trait::async_trait;
use notespot_protocol::{
    Content, NewFolder, Node, NodeId, NodePatch, NodesQuery, Page, Revision, Timestamp, UserId, VersionId,
};

use crate::Result;
use crate::uploads::only;

/// One content of a file, with where its bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredVersion {
    /// What it holds.
    pub content: Content,
    /// When the file last changed on the disk that it came from, where that was said.
    pub source_modified_at: Option<Timestamp>,
    /// Its key in the object store.
    pub object_key: String,
}

/// Files and folders of one owner.
#[async_trait]
pub trait Nodes: Send + Sync {
    /// One node; in the trash too.
    async fn node(&self, owner: &UserId, id: NodeId) -> Result<Node>;

    /// One page of a view, in its order, by keyset: the cost does not grow with the position.
    async fn list_nodes(&self, owner: &UserId, query: &NodesQuery) -> Result<Page<Node>>;

    /// Makes a folder. The same `client_ref` gives the same folder.
    async fn create_folder(&self, owner: &UserId, folder: &NewFolder) -> Result<Node>;

    /// Changes name, place, description or tags. With `if_match`, only at that revision.
    async fn edit_node(
        &self,
        owner: &UserId,
        id: NodeId,
        patch: &NodePatch,
        if_match: Option<Revision>,
    ) -> Result<Node>;

    /// Moves a node to the trash; what lies inside a folder goes with it. A node that is in the
    /// trash stays as it is. Its public link does not work while it is there.
    async fn trash_node(&self, owner: &UserId, id: NodeId, if_match: Option<Revision>) -> Result<Node>;

    /// Moves a node out of the trash, to where it was, or to the top level where its folder is gone
    /// or in the trash; numbered where its name is taken. A living node stays as it is.
    async fn restore_node(&self, owner: &UserId, id: NodeId, if_match: Option<Revision>) -> Result<Node>;

    /// Deletes for ever a node that is in the trash, with everything inside it, leaving
    /// tombstones and [orphans](crate::orphans). A living node is refused with `WrongKind`.
    async fn delete_node(&self, owner: &UserId, id: NodeId) -> Result<()>;

    /// The current versions of files, or named ones, in the order asked for. `WrongKind` for folders.
    async fn stored_versions(
        &self,
        owner: &UserId,
        asked: &[(NodeId, Option<VersionId>)],
    ) -> Result<Vec<Result<(Node, StoredVersion)>>>;

    /// [`stored_versions`](Self::stored_versions) for one.
    async fn stored_version(
        &self,
        owner: &UserId,
        node: NodeId,
        version: Option<VersionId>,
    ) -> Result<(Node, StoredVersion)> {
        only(self.stored_versions(owner, &[(node, version)]).await?)
    }
}
