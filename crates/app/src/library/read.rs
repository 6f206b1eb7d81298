//! Reading nodes and links.

use std::collections::HashMap;

use notespot_protocol::window::{LinkBadge, ViewQuery, ViewRow, ViewSource};
use notespot_protocol::{ByteCount, Node, NodeId, NodeKind, Order, PublicLink, SortKey};
use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::{DEAD, LIVES, Library, LibraryError, name_order, rows};

/// A node, its living link, and how many living children it has.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) node: Node,
    pub(crate) link: Option<PublicLink>,
    pub(crate) items: u32,
}

impl Row {
    pub(crate) fn into_view_row(self) -> ViewRow {
        let Self { node, link, items } = self;
        ViewRow {
            id: node.id,
            kind: node.kind,
            items: (node.kind == NodeKind::Folder).then_some(items),
            name: node.name,
            size: node.content.map(|content| content.size),
            modified_at: node.modified_at,
            trashed_at: node.trashed_at,
            link: link.map(|link| LinkBadge { views: link.views }),
        }
    }
}

impl Library {
    /// The ids of a list in its order, and the size of the files among them. Memory: 16 bytes a row.
    pub(crate) async fn list(&self, query: &ViewQuery) -> Result<(Vec<NodeId>, ByteCount), LibraryError> {
        let found = list_query(query).build().fetch_all(&self.pool).await?;
        let mut ids = Vec::with_capacity(found.len());
        let mut bytes = ByteCount::ZERO;
        for row in &found {
            ids.push(rows::id(row.try_get("id")?)?);
            bytes = bytes + ByteCount(row.try_get::<i64, _>("size")?.unsigned_abs());
        }
        Ok((ids, bytes))
    }

    /// These nodes in this order; what is gone is left out. At most a few hundred at a time.
    pub(crate) async fn rows(&self, ids: &[NodeId]) -> Result<Vec<Row>, LibraryError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut select = QueryBuilder::<Sqlite>::new(
            "SELECT n.id, n.json, (SELECT l.json FROM links l WHERE l.node = n.id AND l.living) AS link, \
             (SELECT count(*) FROM nodes c WHERE c.parent = n.id AND c.trashed_at IS NULL) AS items \
             FROM nodes n WHERE n.id IN (",
        );
        let mut list = select.separated(", ");
        for id in ids {
            list.push_bind(rows::key(*id));
        }
        select.push(")");
        let mut found = HashMap::with_capacity(ids.len());
        for row in select.build().fetch_all(&self.pool).await? {
            let link: Option<&str> = row.try_get("link")?;
            let read = Row {
                node: rows::from_json(row.try_get("json")?)?,
                link: link.map(rows::from_json).transpose()?,
                items: u32::try_from(row.try_get::<i64, _>("items")?).unwrap_or(u32::MAX),
            };
            found.insert(read.node.id, read);
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// One node with what goes with it.
    pub(crate) async fn row(&self, id: NodeId) -> Result<Option<Row>, LibraryError> {
        Ok(self.rows(&[id]).await?.pop())
    }

    /// A folder and those above it, from the top level down.
    pub(crate) async fn path(&self, folder: NodeId) -> Result<Vec<Node>, LibraryError> {
        let found: Vec<String> = sqlx::query_scalar(
            "WITH RECURSIVE up (id, parent, json, depth) AS (\
                 SELECT id, parent, json, 0 FROM nodes WHERE id = ?1 \
                 UNION ALL SELECT n.id, n.parent, n.json, up.depth + 1 FROM nodes n JOIN up ON n.id = up.parent \
                 WHERE up.depth < 1000) \
             SELECT json FROM up ORDER BY depth DESC",
        )
        .bind(rows::key(folder))
        .fetch_all(&self.pool)
        .await?;
        found.iter().map(|json| rows::from_json(json)).collect()
    }
}

fn list_query(query: &ViewQuery) -> QueryBuilder<Sqlite> {
    let mut select = QueryBuilder::<Sqlite>::new("WITH RECURSIVE ");
    select.push(DEAD).push(" SELECT n.id, n.size FROM nodes n WHERE ");
    match &query.source {
        ViewSource::Folder { id } => {
            select.push("n.trashed_at IS NULL AND n.parent IS ").push_bind(id.map(rows::key));
        }
        ViewSource::Recent => {
            select.push("n.kind = 1 AND ").push(LIVES);
        }
        ViewSource::SharedLinks => {
            select.push("n.id IN (SELECT node FROM links WHERE living) AND ").push(LIVES);
        }
        ViewSource::Trash => {
            select.push("n.trashed_at IS NOT NULL");
        }
        ViewSource::Search { text } => {
            let text = name_order::folded(text.trim());
            select.push("instr(n.search, ").push_bind(text).push(") > 0 AND ").push(LIVES);
        }
    }
    let direction = match query.order {
        Order::Ascending => " ASC",
        Order::Descending => " DESC",
    };
    let column = match query.sort {
        SortKey::Name => "n.sort_key",
        SortKey::Size => "n.size",
        SortKey::Modified => "n.modified_at",
    };
    // Folders stay first, and equal rows keep the order of names, whichever way the list is turned.
    select.push(" ORDER BY n.kind, ").push(column).push(direction).push(", n.sort_key, n.id");
    select
}
