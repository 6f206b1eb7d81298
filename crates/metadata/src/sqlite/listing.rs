//! Pages of lists, by keyset: a page costs the same wherever it lies, and however much there is. A search by
//! part of a name has no index: it reads names, in the order asked for, until it has a page of them.

use notespot_protocol::{Node, NodesQuery, NodesView, Order, Page, SortKey, UserId};
use sqlx::{QueryBuilder, Sqlite};

use super::packed::{self, PackedNode};
use super::{Connection, names, rows, tree};
use crate::Result;
use crate::listing::{Key, List, Position};

/// One page of a view.
pub(super) async fn page(
    connection: &mut Connection,
    owner: &UserId,
    query: &NodesQuery,
) -> Result<Page<Node>> {
    let asked = List::new(owner, query);
    let limit = asked.limit();
    let after = asked.after()?;

    let mut found: Vec<PackedNode> = Vec::new();
    let wanted = limit + 1;
    for kind in asked.kinds() {
        let after = match &after {
            Some(position) if position.kind > *kind => continue,
            Some(position) if position.kind == *kind => Some(position),
            _ => None,
        };
        let room = i64::try_from(wanted - found.len()).unwrap_or(i64::MAX);
        let mut select = select(&asked, *kind, after)?;
        select.push(" LIMIT ").push_bind(room);
        found.extend(packed::nodes(connection, select).await?);
        if found.len() == wanted {
            break;
        }
    }
    let more = found.len() == wanted;
    found.truncate(limit);
    let next = match found.last() {
        Some(last) if more => Some(asked.cursor(&last.node, &last.sort_key)?),
        _ => None,
    };
    Ok(Page { items: found.into_iter().map(|packed| packed.node).collect(), next })
}

fn column(asked: &List<'_>) -> &'static str {
    match asked.sort {
        SortKey::Name => "n.sort_key",
        SortKey::Size => "n.size",
        SortKey::Modified => "n.modified_at",
    }
}

fn select(asked: &List<'_>, kind: i64, after: Option<&Position>) -> Result<QueryBuilder<Sqlite>> {
    let mut select = packed::select();
    select.push("WHERE n.owner = ").push_bind(asked.owner.0.clone()).push(" AND n.kind = ").push_bind(kind);
    let (beyond, direction) = match asked.order {
        Order::Ascending => (">", "ASC"),
        Order::Descending => ("<", "DESC"),
    };
    let column = column(asked);
    if let Some(position) = after {
        select.push(format_args!(" AND ({column}, n.id) {beyond} ("));
        match &position.key {
            Key::Number(number) => select.push_bind(*number),
            Key::Text(text) => select.push_bind(text.clone()),
        };
        select.push(", ").push_bind(position.id()?).push(")");
    }
    restrict(asked, &mut select);
    select.push(format_args!(" ORDER BY {column} {direction}, n.id {direction}"));
    Ok(select)
}

fn restrict(asked: &List<'_>, select: &mut QueryBuilder<Sqlite>) {
    match asked.query.view {
        NodesView::Folder => {
            select.push(" AND n.trashed_at IS NULL AND n.parent = ");
            select.push_bind(rows::parent_key(asked.query.parent));
            if let Some(name) = &asked.query.name {
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
            let text = asked.query.text.as_deref().unwrap_or_default();
            select.push(" AND n.trashed_at IS NULL AND instr(n.sort_key, ");
            select.push_bind(names::folded(text)).push(") > 0 AND ").push(tree::NOTHING_ABOVE_IS_TRASHED);
        }
    }
}
