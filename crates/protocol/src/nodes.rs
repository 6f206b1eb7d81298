//! Files and folders.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{ByteCount, NodeId, NodeName, Revision, Sha256, Timestamp, VersionId};

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// Has content.
    File,
    /// Has children.
    Folder,
}

/// A file or a folder of one owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type, ToSchema)]
pub struct Node {
    /// Stays the same for the node's whole life.
    pub id: NodeId,
    /// The folder that holds it; `null` at the owner's top level.
    pub parent: Option<NodeId>,
    /// What it is.
    pub kind: NodeKind,
    /// Its name, exactly as given.
    pub name: NodeName,
    /// A few words by its owner; shown on the public page. Empty when there are none.
    pub description: String,
    /// The owner's tags, in the owner's order.
    pub tags: Vec<String>,
    /// The current content; `null` for folders.
    pub content: Option<Content>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its name, place, description or content last changed.
    pub modified_at: Timestamp,
    /// When it was moved to the trash; `null` while it lives.
    pub trashed_at: Option<Timestamp>,
    /// The revision of its last change.
    pub revision: Revision,
}

/// What a version of a file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type, ToSchema)]
pub struct Content {
    /// Which version.
    pub version: VersionId,
    /// Its length.
    pub size: ByteCount,
    /// Media type (RFC 9110 §8.3), as the uploader stated it. Not to be trusted for display.
    pub content_type: String,
    /// Of the whole content.
    pub sha256: Sha256,
    /// When it was published.
    pub uploaded_at: Timestamp,
}

/// Asks for a folder.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewFolder {
    /// Made by the client; the same reference gives the same folder, however often it is sent.
    pub client_ref: crate::ClientRef,
    /// An id that the client made ahead, for a folder that was made offline. One that is in use already,
    /// whoever uses it, is refused with `reference_taken`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<NodeId>,
    /// Where; `null` for the top level.
    pub parent: Option<NodeId>,
    /// Its name.
    pub name: NodeName,
    /// What to do when the name is taken. `replace` is refused: a folder has no content.
    #[serde(default)]
    pub on_conflict: OnConflict,
    /// A living folder that has the name already is the answer, and nothing is made.
    #[serde(default)]
    pub reuse: bool,
}

/// What to do when a living sibling has the name already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnConflict {
    /// Number the new one: `report (2).pdf`.
    #[default]
    KeepBoth,
    /// Make it a new version of the file that is there.
    Replace,
    /// Refuse with `name_taken`.
    Fail,
}

/// Changes to a node. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodePatch {
    /// A new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<NodeName>,
    /// Another folder; `{"parent": null}` moves to the top level, an absent `parent` moves nothing.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "present")]
    #[schema(value_type = Option<NodeId>)]
    pub parent: Option<Option<NodeId>>,
    /// A new description, at most 4,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4000)]
    pub description: Option<String>,
    /// New tags: at most 50, of at most 100 characters each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 50, value_type = Option<Vec<Tag>>)]
    pub tags: Option<Vec<String>>,
    /// What to do when the new name is taken at the new place. `replace` is refused.
    #[serde(default)]
    pub on_conflict: OnConflict,
}

/// What a tag looks like in the document of the API.
#[derive(ToSchema)]
#[schema(max_length = 100)]
#[allow(dead_code, reason = "its schema is all that is wanted of it")]
struct Tag(String);

/// The most characters of a description.
pub const DESCRIPTION_MAX_CHARS: usize = 4000;
/// The most tags of one node.
pub const TAGS_MAX: usize = 50;
/// The most characters of one tag.
pub const TAG_MAX_CHARS: usize = 100;

/// A node, perhaps only at one revision: an item of `POST /v1/nodes/trash`, `restore` and `delete`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeAt {
    /// Which.
    pub id: NodeId,
    /// Only at this revision; otherwise the item is refused with `stale_revision`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_match: Option<Revision>,
}

/// Changes to one node: an item of `POST /v1/nodes/edit`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeEdit {
    /// Which.
    pub id: NodeId,
    /// Only at this revision; otherwise the item is refused with `stale_revision`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_match: Option<Revision>,
    /// What changes.
    #[serde(flatten)]
    pub patch: NodePatch,
}

/// Asks for a copy of a file, or of a folder with everything that lives inside it: an item of
/// `POST /v1/nodes/copy`. Copies have their current content and no links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CopyNode {
    /// Made by the client; the same reference gives the same copy, however often it is sent.
    pub client_ref: crate::ClientRef,
    /// What to copy: something that lives.
    pub node: NodeId,
    /// Where to; `null` for the top level. A folder is not copied into itself.
    pub parent: Option<NodeId>,
    /// What to do when the name is taken there. `replace` is refused.
    #[serde(default)]
    pub on_conflict: OnConflict,
}

/// What `POST /v1/trash/empty` did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EmptiedTrash {
    /// How many nodes are gone for ever, those inside folders included.
    pub deleted: u32,
    /// Whether there is more: ask again.
    pub more: bool,
}

/// Tells an absent field from one that is `null` (RFC 7396 does the same for merge patches).
mod present {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[allow(clippy::ref_option, clippy::option_option, reason = "serde's `with` calls it so")]
    pub(super) fn serialize<T: Serialize, S: Serializer>(
        value: &Option<Option<T>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().and_then(Option::as_ref).serialize(serializer)
    }

    #[allow(clippy::option_option, reason = "absent, null and a value are three things")]
    pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Option<T>>, D::Error> {
        Option::deserialize(deserializer).map(Some)
    }
}

/// Which nodes to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodesView {
    /// The living children of `parent`.
    #[default]
    Folder,
    /// Living files anywhere, by `modified_at`.
    Recent,
    /// What was moved to the trash, without what lies inside it.
    Trash,
    /// Living nodes anywhere whose name holds `text`.
    Search,
}

/// What to sort by. Folders come first in every order; ties are broken by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SortKey {
    /// By name, in Unicode order of its folded form.
    #[default]
    Name,
    /// By size of the current content.
    Size,
    /// By time of the last change.
    Modified,
}

/// Which way to sort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Smallest, oldest or first letter first.
    #[default]
    Ascending,
    /// The reverse.
    Descending,
}

/// The most nodes of a page.
pub const NODES_PAGE_MAX: u32 = 1000;

/// The query of `GET /v1/nodes`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NodesQuery {
    /// Which nodes.
    #[serde(default)]
    pub view: NodesView,
    /// The folder, for the view `folder`; absent for the top level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<NodeId>,
    /// What to look for, for the view `search`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Only the child with exactly this name (compared by its NFC form), for the view `folder`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<NodeName>,
    /// What to sort by.
    #[serde(default)]
    pub sort: SortKey,
    /// Which way.
    #[serde(default)]
    pub order: Order,
    /// Where the previous page ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
    /// How many at the most: 1 to 1,000; 200 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<u32>,
}

/// Where a page ended. Opaque: made by the server, handed back as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type, ToSchema)]
#[serde(transparent)]
#[specta(transparent)]
pub struct Cursor(pub String);

/// One page of a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where to go on; absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Cursor>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_tells_an_absent_parent_from_the_top_level() {
        let absent: NodePatch = serde_json::from_str("{}").unwrap();
        assert_eq!(absent.parent, None);
        let top: NodePatch = serde_json::from_str(r#"{"parent":null}"#).unwrap();
        assert_eq!(top.parent, Some(None));
        assert_eq!(serde_json::to_string(&top).unwrap(), r#"{"parent":null,"on_conflict":"keep_both"}"#);
    }

    #[test]
    fn a_bad_name_is_refused_where_it_enters() {
        let error = serde_json::from_str::<NodePatch>(r#"{"name":"a/b"}"#).unwrap_err();
        assert!(error.to_string().contains("cannot contain a slash"));
    }
}
