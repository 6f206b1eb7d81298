//! The change feed.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{Node, NodeId, PublicLink, Revision};

/// The most changes of a page.
pub const CHANGES_PAGE_MAX: u32 = 5000;

/// The query of `GET /v1/changes`.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// The last revision that the client holds; 0 for everything.
    #[serde(default)]
    pub since: Revision,
    /// For a first fill in pages: the `newest` of its first page. The history is then not asked to reach back to
    /// `since`: what a client that began with nothing has not heard of, it does not have to forget.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filling_since: Option<Revision>,
    /// How many at the most: 1 to 5,000; 500 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 5000)]
    pub limit: Option<u32>,
}

/// The data of an event of `GET /v1/events`, whose id is the same revision: it exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevisionEvent {
    /// The owner's newest.
    pub revision: Revision,
}

/// An event of `GET /v1/events` as it is sent (WHATWG HTML §9.2.6), for the document of the API.
#[derive(ToSchema)]
#[allow(dead_code, reason = "its schema is all that is wanted of it")]
pub struct RevisionMessage {
    /// `revision`.
    event: String,
    /// The revision.
    #[schema(pattern = "^[0-9]+$")]
    id: String,
    /// A [`RevisionEvent`], in JSON.
    #[schema(content_media_type = "application/json")]
    data: String,
}

/// What became of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Change {
    /// When, in the owner's order. Unique within an owner.
    pub revision: Revision,
    /// What.
    #[serde(flatten)]
    pub kind: ChangeKind,
}

/// A thing as it now stands. A thing that changed often appears once, at its last change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChangeKind {
    /// A node was made or changed; in the trash is a change too.
    Node {
        /// As it now stands.
        node: Node,
    },
    /// A node was deleted for ever, with everything inside it.
    NodeDeleted {
        /// Which.
        id: NodeId,
    },
    /// A public link was made or ended.
    Link {
        /// As it now stands.
        link: PublicLink,
    },
}

/// Read field by field, where serde's `flatten` would first gather all of them: a first fill reads millions.
impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Kind {
            Node,
            NodeDeleted,
            Link,
        }

        #[derive(Deserialize)]
        struct Fields {
            revision: Revision,
            kind: Kind,
            node: Option<Node>,
            id: Option<NodeId>,
            link: Option<PublicLink>,
        }

        let missing = <D::Error as serde::de::Error>::missing_field;
        let Fields { revision, kind, node, id, link } = Fields::deserialize(deserializer)?;
        let kind = match kind {
            Kind::Node => ChangeKind::Node { node: node.ok_or_else(|| missing("node"))? },
            Kind::NodeDeleted => ChangeKind::NodeDeleted { id: id.ok_or_else(|| missing("id"))? },
            Kind::Link => ChangeKind::Link { link: link.ok_or_else(|| missing("link"))? },
        };
        Ok(Self { revision, kind })
    }
}

/// Changes in order.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChangesPage {
    /// In rising order of revision.
    pub changes: Vec<Change>,
    /// With these changes applied, the client holds everything up to this revision.
    pub revision: Revision,
    /// The owner's newest revision when this page was read.
    pub newest: Revision,
    /// Whether there is more already.
    pub more: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_read_as_it_was_written_whatever_it_is() {
        let id = NodeId::generate();
        let node = serde_json::json!({
            "id": id, "parent": null, "kind": "folder", "name": "Papers", "description": "", "tags": [],
            "content": null, "created_at": "2026-11-23T10:00:00.000Z", "modified_at": "2026-11-23T10:00:00.000Z",
            "trashed_at": null, "revision": 7
        });
        let link = serde_json::json!({
            "slug": crate::Slug::generate(), "url": "http://x", "node": id, "created_at": "2026-11-23T10:00:00.000Z",
            "ended_at": null, "views": 1, "downloads": 2, "listed": true, "revision": 7
        });
        for change in [
            serde_json::json!({ "revision": 7, "kind": "node", "node": node }),
            serde_json::json!({ "revision": 7, "kind": "node_deleted", "id": id }),
            serde_json::json!({ "revision": 7, "kind": "link", "link": link }),
        ] {
            let read: Change = serde_json::from_value(change.clone()).unwrap();
            assert_eq!(serde_json::to_value(&read).unwrap(), change);
        }
    }

    #[test]
    fn a_change_without_what_changed_is_refused() {
        for change in [
            serde_json::json!({ "revision": 7, "kind": "node" }),
            serde_json::json!({ "revision": 7, "kind": "node_deleted" }),
            serde_json::json!({ "revision": 7, "kind": "link", "id": NodeId::generate() }),
            serde_json::json!({ "revision": 7, "kind": "other" }),
            serde_json::json!({ "kind": "node_deleted", "id": NodeId::generate() }),
        ] {
            assert!(serde_json::from_value::<Change>(change.clone()).is_err(), "{change}");
        }
    }
}
