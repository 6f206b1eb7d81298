//! Reading nodes and links.

use jiff::ZonedDateTime;
use notespot_protocol::window::{
    FolderContents, LibraryCounts, LinkBadge, OfflineState, ViewQuery, ViewRow, ViewSort, ViewSource,
};
use notespot_protocol::{ByteCount, Node, NodeId, NodeKind, Order, PublicLink};
use rusqlite::Connection;

use super::index::{Index, Number, Source};
use super::search::Search;
use super::{Library, LibraryError, Listed, rows};

/// A node, its living link, and what it holds.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) node: Node,
    pub(crate) link: Option<PublicLink>,
    /// Of a folder, once the index is there.
    pub(crate) holds: Option<FolderContents>,
    /// Edits of it wait.
    pub(crate) is_waiting: bool,
    /// Where it is to be available offline, once the index is there.
    pub(crate) offline: Option<OfflineState>,
}

impl Row {
    pub(crate) fn into_view_row(self) -> ViewRow {
        let Self { node, link, holds, is_waiting, offline } = self;
        ViewRow {
            id: node.id,
            kind: node.kind,
            items: holds.map(|holds| holds.items),
            name: node.name,
            size: node.content.map(|content| content.size),
            modified_at: node.modified_at,
            trashed_at: node.trashed_at,
            link: link.map(|link| LinkBadge { views: link.views }),
            waiting: is_waiting,
            offline,
        }
    }
}

impl Library {
    /// A list in its order. A folder by name is there at once; everything else waits until the index was read.
    pub(crate) async fn list(&self, query: &ViewQuery) -> Result<Listed, LibraryError> {
        let is_indexed = self.index().is_some();
        if let (false, ViewSource::Folder { id }, ViewSort::Name) = (is_indexed, &query.source, query.sort) {
            let (id, order) = (*id, query.order);
            return self.database.read(move |connection| folder_by_name(connection, id, order)).await;
        }
        // Its sender is this library's.
        let _ = self.is_indexed.subscribe().wait_for(|is_indexed| *is_indexed).await;
        let (library, query) = (self.clone(), query.clone());
        self.database
            .read(move |connection| {
                let index = library.index();
                let index = index.as_ref().ok_or(LibraryError::Closed)?;
                index.list(&source_of(&query.source), query.sort, query.order, connection)
            })
            .await
    }

    /// The numbers beside the sidebar's entries; zero until the index was read.
    pub(crate) fn counts(&self) -> LibraryCounts {
        self.index().as_ref().map(Index::counts).unwrap_or_default()
    }

    /// These nodes in this order; what is gone is left out. At most a few hundred at a time.
    pub(crate) async fn rows(&self, numbers: Vec<Number>) -> Result<Vec<Row>, LibraryError> {
        self.rows_where("n.number = ?1", numbers).await
    }

    /// [`rows`](Self::rows) by id.
    pub(crate) async fn rows_by_id(&self, ids: &[NodeId]) -> Result<Vec<Row>, LibraryError> {
        self.rows_where("n.id = ?1", ids.iter().map(|id| rows::key(*id)).collect()).await
    }

    /// What these come to, with everything in them that is not in the trash by itself.
    pub(crate) async fn weigh(&self, ids: Vec<NodeId>) -> Result<FolderContents, LibraryError> {
        let library = self.clone();
        self.database
            .read(move |connection| {
                let mut select =
                    connection.prepare_cached("SELECT kind, size FROM nodes WHERE id = ?1 AND NOT hidden")?;
                let index = library.index();
                let mut sum = FolderContents::default();
                for id in ids {
                    let mut found = select.query([rows::key(id)])?;
                    let Some(row) = found.next()? else { continue };
                    sum.items += 1;
                    if row.get::<_, i64>(0)? == rows::FOLDER {
                        let holds = index.as_ref().map(|index| index.contents(Some(id))).unwrap_or_default();
                        sum.files += holds.files;
                        sum.bytes = sum.bytes + holds.bytes;
                    } else {
                        let bytes = row.get::<_, Option<i64>>(1)?.unwrap_or_default().unsigned_abs();
                        sum.files += 1;
                        sum.bytes = sum.bytes + ByteCount(bytes);
                    }
                }
                Ok(sum)
            })
            .await
    }

    /// The ids of these nodes, as far as they are there.
    pub(crate) async fn ids(&self, numbers: Vec<Number>) -> Result<Vec<NodeId>, LibraryError> {
        self.database
            .read(move |connection| {
                let mut select =
                    connection.prepare_cached("SELECT id FROM nodes WHERE number = ?1 AND NOT hidden")?;
                let mut ids = Vec::with_capacity(numbers.len());
                for number in numbers {
                    let mut found = select.query([number])?;
                    if let Some(row) = found.next()? {
                        ids.push(NodeId(rows::uuid(row.get_ref(0)?)?));
                    }
                }
                Ok(ids)
            })
            .await
    }

    /// One node with what goes with it.
    pub(crate) async fn row(&self, id: NodeId) -> Result<Option<Row>, LibraryError> {
        Ok(self.rows_by_id(&[id]).await?.pop())
    }

    async fn rows_where<K: rusqlite::ToSql + Send + 'static>(
        &self,
        condition: &'static str,
        keys: Vec<K>,
    ) -> Result<Vec<Row>, LibraryError> {
        let library = self.clone();
        self.database
            .read(move |connection| {
                let select = format!(
                    "SELECT {}, {}, n.base IS NOT NULL, n.number FROM nodes n LEFT JOIN links l ON l.slug = (SELECT slug FROM links \
                     WHERE node = n.id AND ended_at IS NULL ORDER BY created_at, slug LIMIT 1) WHERE {condition} AND NOT n.hidden",
                    rows::NODE,
                    rows::LINK
                );
                let mut select = connection.prepare_cached(&select)?;
                let index = library.index();
                let mut found = Vec::with_capacity(keys.len());
                for key in keys {
                    let mut rows = select.query([key])?;
                    let Some(row) = rows.next()? else { continue };
                    let node = rows::node(row)?;
                    let link = rows::link(row, rows::NODE_COLUMNS)?;
                    let holds = match (node.kind, &*index) {
                        (NodeKind::Folder, Some(index)) => Some(index.contents(Some(node.id))),
                        _ => None,
                    };
                    let is_waiting = row.get(rows::NODE_COLUMNS + rows::LINK_COLUMNS)?;
                    let number = row.get(rows::NODE_COLUMNS + rows::LINK_COLUMNS + 1)?;
                    let offline = index.as_ref().and_then(|index| index.offline_state(number));
                    found.push(Row { node, link, holds, is_waiting, offline });
                }
                Ok(found)
            })
            .await
    }

    /// A folder and those above it, from the top level down. Empty where it is not known.
    pub(crate) async fn path(&self, folder: NodeId) -> Result<Vec<Node>, LibraryError> {
        self.database.read(move |connection| path(connection, folder)).await
    }
}

/// Deeper folders are shown without those above them.
const DEPTH_MAX: usize = 1000;

pub(super) fn path(connection: &Connection, folder: NodeId) -> Result<Vec<Node>, LibraryError> {
    let mut select =
        connection.prepare_cached(&format!("SELECT {} FROM nodes n WHERE n.id = ?1", rows::NODE))?;
    let mut up = Vec::new();
    let mut next = Some(folder);
    while let Some(id) = next.filter(|_| up.len() < DEPTH_MAX) {
        let found = select.query_and_then([rows::key(id)], rows::node)?.next().transpose()?;
        next = found.as_ref().and_then(|node| node.parent);
        up.extend(found);
    }
    up.reverse();
    Ok(up)
}

fn folder_by_name(
    connection: &Connection,
    folder: Option<NodeId>,
    order: Order,
) -> Result<Listed, LibraryError> {
    let direction = if order == Order::Ascending { "ASC" } else { "DESC" };
    let mut select = connection.prepare_cached(&format!(
        "SELECT number, size FROM nodes WHERE parent IS ?1 AND trashed_at IS NULL \
         ORDER BY kind, sort_key {direction}, number {direction}"
    ))?;
    let mut found = select.query([folder.map(rows::key)])?;
    let mut listed = Listed::default();
    while let Some(row) = found.next()? {
        listed.numbers.push(row.get(0)?);
        let bytes = row.get::<_, Option<i64>>(1)?.unwrap_or_default().unsigned_abs();
        listed.bytes = listed.bytes + ByteCount(bytes);
    }
    Ok(listed)
}

fn source_of(source: &ViewSource) -> Source {
    match source {
        ViewSource::Folder { id } => Source::Folder(*id),
        ViewSource::Recent => Source::Recent,
        ViewSource::SharedLinks => Source::SharedLinks,
        ViewSource::AvailableOffline => Source::AvailableOffline,
        ViewSource::Trash => Source::Trash,
        ViewSource::Search { text } => Source::Search(Search::parse(text, &ZonedDateTime::now())),
    }
}
