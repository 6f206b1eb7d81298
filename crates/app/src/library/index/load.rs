//! Reading the index from SQLite.

use std::collections::HashMap;

use notespot_protocol::{NodeId, NodeKind};
use rusqlite::{Connection, Row};

use super::super::pins::Rank;
use super::super::{LibraryError, rows};
use super::keeping::Keeping;
use super::{Facts, Index};

impl Index {
    /// Reads everything. A million nodes take well below a second. Blocks.
    pub(in crate::library) fn load(
        connection: &Connection,
        pins: &HashMap<NodeId, Rank>,
    ) -> Result<Self, LibraryError> {
        let mut index = Self { keeping: Keeping::new(pins.clone()), ..Self::default() };
        let mut select = connection.prepare(
            "SELECT number, id, parent, kind, name, description, tags, content_type, size, modified_at, \
             trashed_at IS NOT NULL, hidden FROM nodes ORDER BY number",
        )?;
        let mut found = select.query([])?;
        while let Some(row) = found.next()? {
            index.read_row(row)?;
        }
        let mut linked = connection.prepare(
            "SELECT n.number, l.views FROM links l JOIN nodes n ON n.id = l.node WHERE l.ended_at IS NULL",
        )?;
        for link in linked.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))? {
            let (number, views) = link?;
            index.set_link(number, Some(views.unsigned_abs()));
        }
        // During a fill there is no index to read them from in order: its end does that.
        let is_filling: bool =
            connection.query_row("SELECT filling_since IS NOT NULL FROM progress", [], |row| row.get(0))?;
        // One that was just made has nothing, and not because the server has nothing.
        let is_new: bool =
            connection.query_row("SELECT as_of IS NULL FROM progress", [], |row| row.get(0))?;
        index.is_whole = !is_filling && !is_new;
        if is_filling {
            index.names.come_later();
        } else {
            index.names.read(connection)?;
        }
        index.settle();
        Ok(index)
    }

    fn read_row(&mut self, row: &Row<'_>) -> Result<(), LibraryError> {
        let tags = rows::tags(row.get_ref(6)?.as_str_or_null().map_err(rows::unreadable)?)?;
        self.put(&Facts {
            number: row.get(0)?,
            id: NodeId(rows::uuid(row.get_ref(1)?)?),
            parent: rows::maybe_uuid(row.get_ref(2)?)?.map(NodeId),
            kind: if row.get::<_, i64>(3)? == rows::FOLDER { NodeKind::Folder } else { NodeKind::File },
            name: rows::text(row.get_ref(4)?)?,
            description: rows::text(row.get_ref(5)?)?,
            tags: &tags,
            content_type: row.get_ref(7)?.as_str_or_null().map_err(rows::unreadable)?.unwrap_or_default(),
            size: row.get::<_, Option<i64>>(8)?.unwrap_or_default().unsigned_abs(),
            modified_at: row.get(9)?,
            is_trashed: row.get(10)?,
            is_hidden: row.get(11)?,
        });
        Ok(())
    }
}
