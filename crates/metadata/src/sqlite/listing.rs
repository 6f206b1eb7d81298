//! Pages of lists, by keyset: a page costs the same wherever it lies, and however much there is. A search by
//! part of a name has no index: it reads names, in the order asked for, until it has a page of them.

use notespot_protocol::{Cursor, Node, NodeKind, NodesQuery, NodesView, Order, Page, SortKey, UserId};
use serde::{Deserialize, Serialize};
use sqlx::{QueryBuilder, Sqlite};

use super::packed::{self, PackedNode};
use super::{Connection, names, rows, tree};
use crate::{MetadataError, Result};

const PAGE_DEFAULT: u32 = 200;
const PAGE_MAX: u32 = 1000;

/// Where a page ended: the keys of its last row, and which list they belong to.
#[derive(Serialize, Deserialize)]
struct Position {
    list: String,
    kind: i64,
    key: Key,
    id: String,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Key {
    Number(i64),
    Text(String),
}

/// What is listed, in which order.
struct List<'a> {
    owner: &'a UserId,
    query: &'a NodesQuery,
    sort: SortKey,
    order: Order,
}

/// One page of a view.
pub(super) async fn page(
    connection: &mut Connection,
    owner: &UserId,
    query: &NodesQuery,
) -> Result<Page<Node>> {
    let asked = List::new(owner, query);
    let limit = query.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX);
    let after = query.cursor.as_ref().map(|cursor| asked.position(cursor)).transpose()?;

    // Folders and files are read one after the other: each is then one range of one index.
    let mut found: Vec<PackedNode> = Vec::new();
    let wanted = limit as usize + 1;
    for kind in asked.kinds() {
        let after = match &after {
            Some(position) if position.kind > *kind => continue,
            Some(position) if position.kind == *kind => Some(position),
            _ => None,
        };
        let room = i64::try_from(wanted - found.len()).unwrap_or(i64::MAX);
        let mut select = asked.select(*kind, after)?;
        select.push(" LIMIT ").push_bind(room);
        found.extend(packed::nodes(connection, select).await?);
        if found.len() == wanted {
            break;
        }
    }
    let more = found.len() == wanted;
    found.truncate(limit as usize);
    let next = match found.last() {
        Some(last) if more => Some(asked.cursor(last)?),
        _ => None,
    };
    Ok(Page { items: found.into_iter().map(|packed| packed.node).collect(), next })
}

impl<'a> List<'a> {
    fn new(owner: &'a UserId, query: &'a NodesQuery) -> Self {
        let (sort, order) = match query.view {
            NodesView::Recent => (SortKey::Modified, Order::Descending),
            _ => (query.sort, query.order),
        };
        Self { owner, query, sort, order }
    }

    fn kinds(&self) -> &'static [i64] {
        if self.query.view == NodesView::Recent { &[rows::FILE] } else { &[rows::FOLDER, rows::FILE] }
    }

    fn column(&self) -> &'static str {
        match self.sort {
            SortKey::Name => "n.sort_key",
            SortKey::Size => "n.size",
            SortKey::Modified => "n.modified_at",
        }
    }

    fn select(&self, kind: i64, after: Option<&Position>) -> Result<QueryBuilder<Sqlite>> {
        let mut select = packed::select();
        select
            .push("WHERE n.owner = ")
            .push_bind(self.owner.0.clone())
            .push(" AND n.kind = ")
            .push_bind(kind);
        let (beyond, direction) = match self.order {
            Order::Ascending => (">", "ASC"),
            Order::Descending => ("<", "DESC"),
        };
        let column = self.column();
        if let Some(position) = after {
            select.push(format_args!(" AND ({column}, n.id) {beyond} ("));
            match &position.key {
                Key::Number(number) => select.push_bind(*number),
                Key::Text(text) => select.push_bind(text.clone()),
            };
            let id = hex::decode(&position.id).map_err(|_| MetadataError::BadCursor)?;
            select.push(", ").push_bind(id).push(")");
        }
        self.restrict(&mut select);
        select.push(format_args!(" ORDER BY {column} {direction}, n.id {direction}"));
        Ok(select)
    }

    fn restrict(&self, select: &mut QueryBuilder<Sqlite>) {
        match self.query.view {
            NodesView::Folder => {
                select.push(" AND n.trashed_at IS NULL AND n.parent = ");
                select.push_bind(rows::parent_key(self.query.parent));
                if let Some(name) = &self.query.name {
                    select.push(" AND n.unique_key = ").push_bind(name.unique_key());
                }
            }
            NodesView::Recent => {
                select.push(" AND n.trashed_at IS NULL AND ").push(tree::NOTHING_ABOVE_IS_TRASHED);
            }
            NodesView::Trash => {
                select.push(" AND n.trashed_at IS NOT NULL");
            }
            NodesView::Search => {
                let text = self.query.text.as_deref().unwrap_or_default();
                select.push(" AND n.trashed_at IS NULL AND instr(n.sort_key, ");
                select.push_bind(names::folded(text)).push(") > 0 AND ").push(tree::NOTHING_ABOVE_IS_TRASHED);
            }
        }
    }

    /// Names the list, so that a cursor of another one is refused and not misread.
    fn name(&self) -> String {
        format!(
            "{:?} {:?} {:?} {:?} {:?}",
            self.query.view, self.query.parent, self.query.text, self.sort, self.order
        )
    }

    fn cursor(&self, PackedNode { node, sort_key }: &PackedNode) -> Result<Cursor> {
        let key = match self.sort {
            SortKey::Name => Key::Text(sort_key.clone()),
            // A folder has no size: it is stored as 0.
            SortKey::Size => {
                Key::Number(rows::integer(node.content.as_ref().map_or(0, |file| file.size.get())))
            }
            SortKey::Modified => Key::Number(node.modified_at.as_millis()),
        };
        let kind = if node.kind == NodeKind::File { rows::FILE } else { rows::FOLDER };
        let position = Position { list: self.name(), kind, key, id: hex::encode(node.id.0.as_bytes()) };
        Ok(Cursor(hex::encode(serde_json::to_vec(&position).map_err(rows::unreadable)?)))
    }

    fn position(&self, cursor: &Cursor) -> Result<Position> {
        let bytes = hex::decode(&cursor.0).map_err(|_| MetadataError::BadCursor)?;
        let position: Position = serde_json::from_slice(&bytes).map_err(|_| MetadataError::BadCursor)?;
        let of_this_list = position.list == self.name()
            && matches!(position.key, Key::Text(_)) == (self.sort == SortKey::Name);
        if of_this_list { Ok(position) } else { Err(MetadataError::BadCursor) }
    }
}
