//! Files and folders.

use async_trait::async_trait;
use notespot_protocol::{
    Content, CopyNode, EmptiedTrash, NewFolder, Node, NodeAt, NodeEdit, NodeId, NodePatch, NodesQuery, Page,
    Revision, Timestamp, UserId, VersionId,
};

use crate::Result;
use crate::uploads::only;

/// The most nodes that the copies of one call may come to.
pub const COPIED_MAX: usize = 100_000;

/// The most nodes that are deleted for ever in one transaction: others can write after it.
pub const DELETED_AT_ONCE: usize = 5_000;

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
///
/// What takes many things at once does them in the order given, each as if the ones before it were done, in
/// one transaction; each is done or refused alone.
#[async_trait]
pub trait Nodes: Send + Sync {
    /// One node; in the trash too.
    async fn node(&self, owner: &UserId, id: NodeId) -> Result<Node>;

    /// One page of a view, in its order, by keyset: the cost does not grow with the position, nor with what
    /// else there is. Two exceptions: the views `recent` and `search` pass over what lies inside trashed
    /// folders one by one, and a search reads names until it has found enough.
    async fn list_nodes(&self, owner: &UserId, query: &NodesQuery) -> Result<Page<Node>>;

    /// Makes a folder. The same `client_ref` gives the same folder. An id of the client's own that is in use
    /// already, whoever uses it, or that one of the owner's nodes had, is refused with `ReferenceTaken`.
    async fn create_folder(&self, owner: &UserId, folder: &NewFolder) -> Result<Node>;

    /// Changes names, places, descriptions or tags. With `if_match`, only at that revision. Moving costs the
    /// same whatever a folder holds.
    async fn edit_nodes(&self, owner: &UserId, edits: &[NodeEdit]) -> Result<Vec<Result<Node>>>;

    /// [`edit_nodes`](Self::edit_nodes) for one.
    async fn edit_node(
        &self,
        owner: &UserId,
        id: NodeId,
        patch: &NodePatch,
        if_match: Option<Revision>,
    ) -> Result<Node> {
        only(self.edit_nodes(owner, &[NodeEdit { id, if_match, patch: patch.clone() }]).await?)
    }

    /// Moves nodes to the trash; what lies inside a folder goes with it. A node that is in the
    /// trash stays as it is. Its public link does not work while it is there.
    async fn trash_nodes(&self, owner: &UserId, nodes: &[NodeAt]) -> Result<Vec<Result<Node>>>;

    /// [`trash_nodes`](Self::trash_nodes) for one.
    async fn trash_node(&self, owner: &UserId, id: NodeId, if_match: Option<Revision>) -> Result<Node> {
        only(self.trash_nodes(owner, &[NodeAt { id, if_match }]).await?)
    }

    /// Moves nodes out of the trash, to where they were, or to the top level where their folder is gone
    /// or in the trash; numbered where the name is taken. A living node stays as it is.
    async fn restore_nodes(&self, owner: &UserId, nodes: &[NodeAt]) -> Result<Vec<Result<Node>>>;

    /// [`restore_nodes`](Self::restore_nodes) for one.
    async fn restore_node(&self, owner: &UserId, id: NodeId, if_match: Option<Revision>) -> Result<Node> {
        only(self.restore_nodes(owner, &[NodeAt { id, if_match }]).await?)
    }

    /// Deletes for ever nodes that are in the trash, with everything inside them, leaving tombstones and
    /// [orphans](crate::orphans). A living node is refused with `WrongKind`.
    ///
    /// In steps: after each [`DELETED_AT_ONCE`] nodes, others may write. What lies deepest goes first, so that
    /// nobody ever sees a child without its folder, and a call that died half-way is simply sent again. Whoever
    /// restores a folder between two steps keeps what it still holds; the item is then refused.
    async fn delete_nodes(&self, owner: &UserId, nodes: &[NodeAt]) -> Result<Vec<Result<()>>>;

    /// [`delete_nodes`](Self::delete_nodes) for one.
    async fn delete_node(&self, owner: &UserId, id: NodeId) -> Result<()> {
        only(self.delete_nodes(owner, &[NodeAt { id, if_match: None }]).await?)
    }

    /// Deletes for ever what is in the owner's trash, as [`delete_nodes`](Self::delete_nodes) does: one step.
    async fn empty_trash(&self, owner: &UserId) -> Result<EmptiedTrash>;

    /// Deletes for ever what was moved to the trash before `before`, of all owners: about one step.
    async fn sweep_trash(&self, before: Timestamp) -> Result<EmptiedTrash>;

    /// Copies living nodes, folders with everything that lives inside: with descriptions, tags and the
    /// current content, which shares its object, and without links. The same `client_ref` gives the same copy.
    /// In the owner's order, folders come before what is in them.
    ///
    /// Refused with `WouldMakeCycle` into itself, with `QuotaExceeded` (copies count in full), and with
    /// `TooLarge` where the copies of one call come to more than [`COPIED_MAX`] nodes. Memory: about 100 bytes
    /// for each of those.
    async fn copy_nodes(&self, owner: &UserId, copies: &[CopyNode]) -> Result<Vec<Result<Node>>>;

    /// [`copy_nodes`](Self::copy_nodes) for one.
    async fn copy_node(&self, owner: &UserId, copy: &CopyNode) -> Result<Node> {
        only(self.copy_nodes(owner, std::slice::from_ref(copy)).await?)
    }

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
