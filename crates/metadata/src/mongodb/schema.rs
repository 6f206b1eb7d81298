//! The indexes. `docs/scale.md` says which query uses which.

use std::time::Duration;

use mongodb::IndexModel;
use mongodb::bson::{Document, doc};
use mongodb::options::IndexOptions;

/// An index of a collection.
pub(super) struct Index {
    pub(super) collection: &'static str,
    pub(super) model: IndexModel,
}

/// What an index is beside its keys.
enum Is {
    Plain,
    Unique,
    /// Only of documents that have this field.
    Where(&'static str),
    UniqueWhere(&'static str),
    /// Documents end at the time in its key.
    Ends,
}

fn index(collection: &'static str, name: &str, keys: Document, is: &Is) -> Index {
    let (unique, only) = match is {
        Is::Plain | Is::Ends => (None, None),
        Is::Unique => (Some(true), None),
        Is::Where(field) => (None, Some(*field)),
        Is::UniqueWhere(field) => (Some(true), Some(*field)),
    };
    let mut options = IndexOptions::default();
    options.name = Some(name.to_owned());
    options.unique = unique;
    options.partial_filter_expression = only.map(|field| match field {
        "trashed_at" | "listed_at" | "client_ref" | "email" => doc! { field: { "$exists": true } },
        flag => doc! { flag: true },
    });
    options.expire_after = matches!(is, Is::Ends).then_some(Duration::ZERO);
    Index { collection, model: IndexModel::builder().keys(keys).options(options).build() }
}

/// All of them, as the newest schema has them.
pub(super) fn indexes() -> Vec<Index> {
    [nodes(), links(), others()].into_iter().flatten().collect()
}

fn nodes() -> Vec<Index> {
    let here = &Is::Where("untrashed");
    let trashed = &Is::Where("trashed_at");
    let node = |name, keys, is| index("nodes", name, keys, is);
    vec![
        node(
            "unique_names",
            doc! { "owner": 1, "parent": 1, "unique_key": 1 },
            &Is::UniqueWhere("untrashed"),
        ),
        node("by_client_ref", doc! { "owner": 1, "client_ref": 1 }, &Is::UniqueWhere("client_ref")),
        node("by_revision", doc! { "owner": 1, "revision": 1 }, &Is::Unique),
        node("by_parent", doc! { "owner": 1, "parent": 1, "_id": 1 }, &Is::Plain),
        node("by_name", doc! { "owner": 1, "parent": 1, "kind": 1, "sort_key": 1, "_id": 1 }, here),
        node("by_size", doc! { "owner": 1, "parent": 1, "kind": 1, "size": 1, "_id": 1 }, here),
        node("by_modified", doc! { "owner": 1, "parent": 1, "kind": 1, "modified_at": 1, "_id": 1 }, here),
        node("anywhere_by_name", doc! { "owner": 1, "kind": 1, "sort_key": 1, "_id": 1 }, here),
        node("anywhere_by_size", doc! { "owner": 1, "kind": 1, "size": 1, "_id": 1 }, here),
        node("anywhere_by_modified", doc! { "owner": 1, "kind": 1, "modified_at": 1, "_id": 1 }, here),
        node(
            "trashed_by_name",
            doc! { "owner": 1, "kind": 1, "sort_key": 1, "_id": 1, "trashed_at": 1 },
            trashed,
        ),
        node(
            "trashed_by_size",
            doc! { "owner": 1, "kind": 1, "size": 1, "_id": 1, "trashed_at": 1 },
            trashed,
        ),
        node(
            "trashed_by_modified",
            doc! { "owner": 1, "kind": 1, "modified_at": 1, "_id": 1, "trashed_at": 1 },
            trashed,
        ),
        node("trashed_by_time", doc! { "trashed_at": 1 }, trashed),
    ]
}

fn links() -> Vec<Index> {
    let living = &Is::Where("living");
    vec![
        index("links", "living", doc! { "owner": 1, "node": 1, "created_at": 1, "_id": 1 }, living),
        index("links", "newest", doc! { "owner": 1, "created_at": 1 }, living),
        index("links", "by_revision", doc! { "owner": 1, "revision": 1 }, &Is::Unique),
        // Holds all that a search has to look at: what does not match costs one step of the index.
        index(
            "links",
            "listed",
            doc! { "listed_at": 1, "_id": 1, "listed_name": 1, "owner": 1, "node": 1 },
            &Is::Where("listed_at"),
        ),
    ]
}

fn others() -> Vec<Index> {
    let open = &Is::Where("open");
    let vouched = &Is::Where("vouched");
    vec![
        index("users", "by_email", doc! { "email": 1 }, &Is::Where("email")),
        index("users", "erasing", doc! { "erasing": 1 }, &Is::Where("erasing")),
        index("versions", "by_node", doc! { "owner": 1, "node": 1 }, &Is::Plain),
        index("versions", "by_object", doc! { "owner": 1, "object_key": 1 }, &Is::Plain),
        index(
            "versions",
            "by_content",
            doc! { "owner": 1, "size": 1, "sha256": 1, "object_key": 1 },
            vouched,
        ),
        index("uploads", "by_client_ref", doc! { "owner": 1, "client_ref": 1 }, &Is::Unique),
        index("uploads", "open_by_object", doc! { "object_key": 1 }, open),
        index("uploads", "open_by_time", doc! { "created_at": 1 }, open),
        index("uploads", "by_time", doc! { "created_at": 1 }, &Is::Plain),
        index("announced_parts", "by_upload", doc! { "owner": 1, "upload": 1, "number": 1 }, &Is::Unique),
        index("slugs", "by_owner", doc! { "owner": 1 }, &Is::Plain),
        index("link_counts", "by_owner", doc! { "owner": 1 }, &Is::Plain),
        index("tombstones", "by_revision", doc! { "owner": 1, "revision": 1 }, &Is::Unique),
        index("tombstones", "by_node", doc! { "owner": 1, "node": 1 }, &Is::Plain),
        index("tombstones", "by_time", doc! { "deleted_at": 1 }, &Is::Plain),
        index("orphans", "by_due", doc! { "due_at": 1, "_id": 1 }, &Is::Plain),
        index("tokens", "by_owner", doc! { "owner": 1, "created_at": 1 }, &Is::Plain),
        index("accounts", "by_email", doc! { "email_key": 1 }, &Is::Unique),
        index("codes", "ends", doc! { "expires_at": 1 }, &Is::Ends),
        index("refresh_tokens", "by_family", doc! { "family": 1 }, &Is::Plain),
        // Only those that were revoked have an end.
        index("refresh_tokens", "ends", doc! { "ends_at": 1 }, &Is::Ends),
        index("webhooks", "by_time", doc! { "noted_at": 1 }, &Is::Plain),
        index("barred_users", "ends", doc! { "ends_at": 1 }, &Is::Ends),
        index("limits", "ends", doc! { "ends_at": 1 }, &Is::Ends),
    ]
}
