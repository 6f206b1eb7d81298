//! Edits that cannot be sent without asking the person.

use notespot_protocol::window::{ConflictChoice, ConflictWhy, EditConflict, EditKind};
use notespot_protocol::{Failure, Node, NodeId, Revision};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

use super::super::writer::{Base, Writer};
use super::super::{Library, LibraryError, rows};
use super::{Edit, EditId, What};

/// Why an edit waits for the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub(crate) enum Conflict {
    /// The same was changed elsewhere, to something else.
    ChangedThere,
    /// It was moved to the trash elsewhere, or a folder above it.
    TrashedThere,
    /// It was deleted for ever elsewhere.
    DeletedThere,
    /// Another one has the name by now.
    NameTaken,
    /// The folder that it should go to is gone.
    PlaceGone,
    /// Its public link was ended elsewhere.
    LinkEnded,
    /// The server refuses it.
    Refused { failure: Failure },
}

/// What is known of an edit in conflict.
struct Found {
    id: EditId,
    node: NodeId,
    edit: Edit,
    conflict: Conflict,
    base: Option<Node>,
    /// The node's name, when it was done.
    name: String,
}

impl Library {
    /// All edits that wait for the person, oldest first. Bound: 200.
    pub(crate) async fn conflicts(&self) -> Result<Vec<EditConflict>, LibraryError> {
        self.database
            .read(|connection| {
                let found = found(connection, "e.conflict IS NOT NULL ORDER BY e.id LIMIT 200", [])?;
                found.iter().map(|found| told(connection, found)).collect()
            })
            .await
    }

    /// Goes on as the person says. A conflict that is over already changes nothing.
    pub(crate) async fn resolve(&self, id: EditId, choice: ConflictChoice) -> Result<(), LibraryError> {
        self.change(move |writer| {
            let found = found(writer.tx, "e.id = ?1 AND e.conflict IS NOT NULL", [id])?;
            match (found.into_iter().next(), choice) {
                (None, _) => Ok(()),
                (Some(found), ConflictChoice::Theirs) => writer.drop_edit(found.id),
                (Some(found), choice) => writer.insist(found, choice),
            }
        })
        .await
    }
}

impl Writer<'_> {
    /// Sends the edit again, in the knowledge of what is there now.
    fn insist(&mut self, found: Found, choice: ConflictChoice) -> Result<(), LibraryError> {
        let Found { id, node, mut edit, conflict, base, .. } = found;
        let Some(base) = base else {
            let What::MakeFolder { parent, .. } = &mut edit.what else { return self.drop_edit(id) };
            if conflict == Conflict::PlaceGone {
                *parent = None;
            }
            self.go_on(id, &edit, Revision::ZERO)?;
            return self.show(node, &Base::Unmade);
        };
        if edit.what == What::Delete && base.trashed_at.is_none() {
            return self.delete_again(id, &edit, base);
        }
        match (&mut edit.what, &conflict) {
            (What::Rename { from, .. }, _) => from.clone_from(&base.name),
            (What::Move { from, .. }, _) => *from = base.parent,
            (What::Describe { from, .. }, _) => from.clone_from(&base.description),
            (What::Tag { from, .. }, _) => from.clone_from(&base.tags),
            _ => {}
        }
        match (&mut edit.what, conflict) {
            (What::Move { to, .. }, Conflict::PlaceGone) => *to = None,
            (_, Conflict::NameTaken) => edit.keep_both |= choice == ConflictChoice::KeepBoth,
            // It comes back first, and then is what it is here.
            (_, Conflict::TrashedThere) => edit.restore_first = true,
            _ => {}
        }
        self.go_on(id, &edit, base.revision)?;
        self.show(node, &Base::Node(Box::new(base)))
    }

    /// It was restored elsewhere: only what is in the trash is deleted for ever, so it goes there before.
    fn delete_again(&mut self, id: EditId, edit: &Edit, base: Node) -> Result<(), LibraryError> {
        self.take_edit(id)?;
        for edit in [&Edit::now(What::Trash), edit] {
            self.write_edit(base.id, &base.name, base.revision, edit)?;
        }
        self.show(base.id, &Base::Node(Box::new(base)))
    }

    fn go_on(&mut self, id: EditId, edit: &Edit, seen: Revision) -> Result<(), LibraryError> {
        self.tx
            .prepare_cached("UPDATE edits SET json = ?2, conflict = NULL, seen = ?3 WHERE id = ?1")?
            .execute(params![id, rows::to_json(edit)?, rows::integer(seen.0)])?;
        Ok(())
    }
}

fn found(
    connection: &Connection,
    condition: &str,
    values: impl rusqlite::Params,
) -> Result<Vec<Found>, LibraryError> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT e.id, e.node, e.json, e.conflict, n.base, e.name FROM edits e LEFT JOIN nodes n ON n.id = e.node \
         WHERE {condition}"
    ))?;
    let found = select.query_and_then(values, |row| {
        let base = row.get_ref(4)?.as_str_or_null().map_err(rows::unreadable)?;
        Ok(Found {
            id: row.get(0)?,
            node: NodeId(rows::uuid(row.get_ref(1)?)?),
            edit: rows::from_json(rows::text(row.get_ref(2)?)?)?,
            conflict: rows::from_json(rows::text(row.get_ref(3)?)?)?,
            base: base.filter(|json| !json.is_empty()).map(rows::from_json).transpose()?,
            name: row.get(5)?,
        })
    })?;
    found.collect()
}

/// As the person is asked.
fn told(connection: &Connection, found: &Found) -> Result<EditConflict, LibraryError> {
    let Found { id, node, edit, conflict, base, name } = found;
    let folder = |folder: Option<NodeId>| folder_name(connection, folder);
    let theirs_of = |of: &dyn Fn(&Node) -> String| base.as_ref().map(of);
    let (kind, mine, theirs) = match &edit.what {
        What::Rename { to, .. } => {
            (EditKind::Rename, Some(to.to_string()), theirs_of(&|base| base.name.to_string()))
        }
        What::Move { to, .. } => {
            let theirs = base.as_ref().map(|base| folder(base.parent)).transpose()?;
            (EditKind::Move, Some(folder(*to)?), theirs)
        }
        What::Describe { to, .. } => {
            (EditKind::Describe, Some(to.clone()), theirs_of(&|base| base.description.clone()))
        }
        What::Tag { to, .. } => (EditKind::Tag, Some(to.join(", ")), theirs_of(&|base| base.tags.join(", "))),
        What::Trash => (EditKind::Trash, None, None),
        What::Restore => (EditKind::Restore, None, None),
        What::Delete => (EditKind::Delete, None, None),
        What::MakeFolder { name, .. } => (EditKind::MakeFolder, Some(name.to_string()), None),
        What::MakeLink { .. } => (EditKind::MakeLink, None, None),
        What::EndLink { .. } => (EditKind::EndLink, None, None),
        What::List { listed: true, .. } => (EditKind::List, None, None),
        What::List { listed: false, .. } => (EditKind::Unlist, None, None),
    };
    let (why, failure) = match conflict {
        Conflict::ChangedThere => (ConflictWhy::ChangedThere, None),
        Conflict::TrashedThere => (ConflictWhy::TrashedThere, None),
        Conflict::DeletedThere => (ConflictWhy::DeletedThere, None),
        Conflict::NameTaken => (ConflictWhy::NameTaken, None),
        Conflict::PlaceGone => (ConflictWhy::PlaceGone, None),
        Conflict::LinkEnded => (ConflictWhy::LinkEnded, None),
        Conflict::Refused { failure } => (ConflictWhy::Refused, Some(failure.clone())),
    };
    let name = base.as_ref().map_or_else(|| name.clone(), |base| base.name.to_string());
    let choices = match conflict {
        Conflict::DeletedThere | Conflict::LinkEnded => vec![ConflictChoice::Theirs],
        Conflict::NameTaken => vec![ConflictChoice::KeepBoth, ConflictChoice::Theirs],
        _ => vec![ConflictChoice::Mine, ConflictChoice::Theirs],
    };
    Ok(EditConflict {
        id: u32::try_from(*id).unwrap_or(u32::MAX),
        node: *node,
        name,
        kind,
        why,
        mine,
        theirs,
        failure,
        choices,
    })
}

/// Empty for the top level, and for one that is not here any more.
fn folder_name(connection: &Connection, folder: Option<NodeId>) -> Result<String, LibraryError> {
    let Some(id) = folder else { return Ok(String::new()) };
    let name = connection
        .prepare_cached("SELECT name FROM nodes WHERE id = ?1")?
        .query_row([rows::key(id)], |row| row.get(0))
        .optional()?;
    Ok(name.unwrap_or_default())
}
