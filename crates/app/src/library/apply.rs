//! Taking in what the server says.

use notespot_protocol::{ChangeKind, ChangesPage, Node, PublicLink, Revision};
use rusqlite::Connection;

use super::database::Durable;
use super::{Library, LibraryError, rows};

impl Library {
    /// Takes in one page, with its revision, in one transaction: after a crash or a power loss, the page is in or it
    /// comes again. True when anything is different now.
    pub(crate) async fn apply_page(&self, page: ChangesPage) -> Result<bool, LibraryError> {
        self.change_durably(Durable::Later, move |writer| {
            writer.nothing_waits = !any_edits(writer.tx)?;
            let mut changed = false;
            for change in page.changes {
                changed |= match change.kind {
                    ChangeKind::Node { node } => writer.put_node(node)?,
                    ChangeKind::NodeDeleted { id } => writer.node_deleted_there(id)?,
                    ChangeKind::Link { link } => writer.put_link(&link)?,
                };
            }
            writer
                .tx
                .prepare_cached("UPDATE progress SET revision = max(revision, ?1)")?
                .execute([rows::integer(page.revision.0)])?;
            Ok(changed)
        })
        .await
    }

    /// Takes in the answer to a call of our own, ahead of the change feed. One that the feed has
    /// overtaken already says nothing new, and must not bring back what was deleted since.
    pub(crate) async fn apply_nodes(&self, nodes: Vec<Node>) -> Result<bool, LibraryError> {
        self.change(move |writer| {
            let reached = reached(writer.tx)?;
            let mut changed = false;
            for node in nodes {
                changed |= node.revision > reached && writer.put_node(node)?;
            }
            Ok(changed)
        })
        .await
    }

    /// Takes in a node that the server was just asked for.
    pub(crate) async fn learn(&self, node: Node) -> Result<bool, LibraryError> {
        self.change(move |writer| writer.put_node(node)).await
    }

    /// Takes in a public link: a newer revision, or the same one with newer counters.
    pub(crate) async fn apply_link(&self, link: PublicLink) -> Result<bool, LibraryError> {
        self.change(move |writer| writer.put_link(&link)).await
    }
}

fn any_edits(connection: &Connection) -> Result<bool, LibraryError> {
    Ok(connection.query_row("SELECT EXISTS (SELECT 1 FROM edits)", [], |row| row.get(0))?)
}

pub(super) fn reached(connection: &Connection) -> Result<Revision, LibraryError> {
    let revision: i64 = connection.query_row("SELECT revision FROM progress", [], |row| row.get(0))?;
    Ok(Revision(revision.unsigned_abs()))
}
