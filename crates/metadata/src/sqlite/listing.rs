//! Pages of lists, by keyset: a page costs the same wherever it lies, and however much there is. A search by
//! part of a name has no index: it reads names, in the order asked for, until it has a page of them.

use notespot_protocol::{Node, NodesQuery, NodesView, Order, Page, SortKey, UserId};
use rusqlite::Connection;

use super::reader::{self, Select};
use super::{names, rows, tree};
use crate::Result;
use crate::listing::{Key, List, Position};

/// Behind the columns of [`rows::NODES`]: what is sorted by.
const SORT_KEY: usize = 15;

/// One page of a view.
pub(super) fn page(connection: &Connection, owner: &UserId, query: &NodesQuery) -> Result<Page<Node>> {
    let asked = List::new(owner, query);
    let limit = asked.limit();
    let after = asked.after()?;

    let mut found: Vec<Node> = Vec::with_capacity(limit + 1);
    // Of the page's last node.
    let mut last_key = String::new();
    for kind in asked.kinds() {
        let after = match &after {
            Some(position) if position.kind > *kind => continue,
            Some(position) if position.kind == *kind => Some(position),
            _ => None,
        };
        let mut select = select(&asked, *kind, after)?;
        // One beyond the page tells whether there is more.
        select.push(" LIMIT ").bind(rows::integer((limit + 1 - found.len()) as u64));
        select.each(connection, |row| {
            found.push(reader::node(row)?);
            if found.len() == limit {
                reader::text(row, SORT_KEY)?.clone_into(&mut last_key);
            }
            Ok(true)
        })?;
        if found.len() > limit {
            break;
        }
    }
    let more = found.len() > limit;
    found.truncate(limit);
    let next = match found.last() {
        Some(last) if more => Some(asked.cursor(last, &last_key)?),
        _ => None,
    };
    Ok(Page { items: found, next })
}

fn column(asked: &List<'_>) -> &'static str {
    match asked.sort {
        SortKey::Name => "n.sort_key",
        SortKey::Size => "n.size",
        SortKey::Modified => "n.modified_at",
    }
}

fn select(asked: &List<'_>, kind: i64, after: Option<&Position>) -> Result<Select> {
    let mut select = Select::new(rows::NODES_SORTED);
    select.push("WHERE n.owner = ").bind(asked.owner.0.clone()).push(" AND n.kind = ").bind(kind);
    let (beyond, direction) = match asked.order {
        Order::Ascending => (">", "ASC"),
        Order::Descending => ("<", "DESC"),
    };
    let column = column(asked);
    if let Some(position) = after {
        select.push(&format!(" AND ({column}, n.id) {beyond} ("));
        match &position.key {
            Key::Number(number) => select.bind(*number),
            Key::Text(text) => select.bind(text.clone()),
        };
        select.push(", ").bind(position.id()?).push(")");
    }
    restrict(asked, &mut select);
    select.push(&format!(" ORDER BY {column} {direction}, n.id {direction}"));
    Ok(select)
}

fn restrict(asked: &List<'_>, select: &mut Select) {
    match asked.query.view {
        NodesView::Folder => {
            select.push(" AND n.trashed_at IS NULL AND n.parent = ");
            select.bind(rows::parent_key(asked.query.parent));
            if let Some(name) = &asked.query.name {
                select.push(" AND n.unique_key = ").bind(name.unique_key());
            }
        }
        NodesView::Recent => {
            select.push(" AND n.trashed_at IS NULL AND ").push(tree::NOTHING_ABOVE_IS_TRASHED);
        }
        NodesView::Trash => {
            select.push(" AND n.trashed_at IS NOT NULL");
        }
        NodesView::Search => {
            let text = asked.query.text.as_deref().unwrap_or_default();
            select.push(" AND n.trashed_at IS NULL AND instr(n.sort_key, ");
            select.bind(names::folded(text)).push(") > 0 AND ").push(tree::NOTHING_ABOVE_IS_TRASHED);
        }
    }
}
