//! What is to be available offline: the person's wishes, and which files follow from them.

use notespot_protocol::window::{Crumb, OfflineDetails};
use notespot_protocol::{ByteCount, NodeId, Sha256, VersionId};
use rusqlite::{Connection, OptionalExtension as _};

use super::edits::Refusal;
use super::index::{Number, Standing, Wanted};
use super::{Library, LibraryError, read, rows};

impl Library {
    /// Keeps these available offline, with all that lies in them, now and later; or no longer. On the disk when the
    /// call returns. Each is done or refused alone; the first refusal is the answer.
    ///
    /// What lies in a folder that is kept is kept with it: for such a one no wish is written, and none can be taken
    /// away.
    pub(crate) async fn keep_offline(
        &self,
        ids: Vec<NodeId>,
        is_wanted: bool,
    ) -> Result<Result<(), Refusal>, LibraryError> {
        let library = self.clone();
        let change = move |connection: &Connection| {
            let mut here = Vec::with_capacity(ids.len());
            let mut first_refusal = Ok(());
            for id in ids {
                match number_of(connection, id)? {
                    Some((number, false)) => here.push((id, number)),
                    _ => first_refusal = first_refusal.and(Err(Refusal::NotHere)),
                }
            }
            library.change_pins(&here, is_wanted)?;
            let index = library.index();
            let is_still_kept = |(_, number): &(NodeId, Number)| {
                index.as_ref().is_some_and(|index| index.offline_state(*number).is_some())
            };
            if !is_wanted && here.iter().any(is_still_kept) {
                first_refusal = first_refusal.and(Err(Refusal::KeptWithFolder));
            }
            Ok(first_refusal)
        };
        // Nothing else is written meanwhile.
        self.database.hold(change).await
    }

    /// Takes all wishes away.
    pub(crate) async fn keep_nothing_offline(&self) -> Result<(), LibraryError> {
        let library = self.clone();
        let change = move |connection: &Connection| {
            let ids: Vec<_> = library.pins().ranks().keys().copied().collect();
            let mut here = Vec::new();
            for id in &ids {
                here.extend(number_of(connection, *id)?.map(|(number, _)| (*id, number)));
            }
            library.change_pins(&here, false)?;
            // And those for what is not here at the moment.
            library.pins().change(&[], &ids)
        };
        self.database.hold(change).await
    }

    fn change_pins(&self, here: &[(NodeId, Number)], is_wanted: bool) -> Result<(), LibraryError> {
        let mut pins = self.pins();
        let ids: Vec<NodeId> = {
            let index = self.index();
            let is_covered =
                |number| index.as_ref().is_some_and(|index| index.offline_state(number).is_some());
            here.iter().filter(|(_, number)| !is_wanted || !is_covered(*number)).map(|(id, _)| *id).collect()
        };
        let (add, take): (&[NodeId], &[NodeId]) = if is_wanted { (&ids, &[]) } else { (&[], &ids) };
        pins.change(add, take)?;
        if let Some(index) = self.index_mut().as_mut() {
            index.take_pins(pins.ranks(), here);
        }
        Ok(())
    }

    /// All files that are to be available offline, the oldest wish first; `None` while not everything is here that
    /// the server has. Wishes for what was deleted for ever are forgotten.
    ///
    /// Memory: about 120 bytes for each.
    pub(crate) async fn wanted_offline(&self) -> Result<Option<Vec<Wanted>>, LibraryError> {
        let library = self.clone();
        let look = move |connection: &Connection| {
            let lost = match &*library.index() {
                Some(index) if index.is_whole() => index.lost_pins(),
                _ => return Ok(None),
            };
            if !lost.is_empty() {
                let mut pins = library.pins();
                pins.change(&[], &lost)?;
                if let Some(index) = library.index_mut().as_mut() {
                    index.take_pins(pins.ranks(), &[]);
                }
            }
            let unknown = library.index_mut().as_mut().map(super::Index::unknown_wanted).unwrap_or_default();
            let known = read_wanted(connection, &unknown)?;
            Ok(library.index_mut().as_mut().map(|index| {
                index.know_wanted(known);
                index.wanted()
            }))
        };
        // Nothing is written meanwhile: what is read belongs together.
        self.database.hold(look).await
    }

    /// Notes how files stand; true when anything looks different.
    pub(crate) async fn stand_offline(&self, standing: Vec<Standing>) -> Result<bool, LibraryError> {
        let library = self.clone();
        self.database
            .read(move |_| Ok(library.index_mut().as_mut().is_some_and(|index| index.stand(standing))))
            .await
    }

    /// What the inspector says of one; `None` where it is not to be available offline.
    pub(crate) async fn offline_details(&self, id: NodeId) -> Result<Option<OfflineDetails>, LibraryError> {
        let library = self.clone();
        self.database
            .read(move |connection| {
                let Some((number, _)) = number_of(connection, id)? else { return Ok(None) };
                let mut above = read::path(connection, id)?;
                above.pop();
                let mut with = None;
                let index = library.index();
                let Some(index) = index.as_ref() else { return Ok(None) };
                for folder in above.into_iter().rev() {
                    let number = number_of(connection, folder.id)?;
                    if number.is_some_and(|(number, _)| index.is_pinned(number)) {
                        with = Some(Crumb { id: folder.id, name: folder.name });
                        break;
                    }
                }
                Ok(index.offline_state(number).map(|state| OfflineDetails {
                    state,
                    is_own: index.is_pinned(number),
                    with,
                    failure: index.offline_failure(number),
                }))
            })
            .await
    }
}

/// A node's number, and whether it is in the trash itself.
fn number_of(connection: &Connection, id: NodeId) -> Result<Option<(Number, bool)>, LibraryError> {
    let mut select =
        connection.prepare_cached("SELECT number, trashed_at IS NOT NULL FROM nodes WHERE id = ?1")?;
    Ok(select.query_row([rows::key(id)], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

fn read_wanted(connection: &Connection, numbers: &[Number]) -> Result<Vec<Wanted>, LibraryError> {
    let mut select = connection.prepare_cached(
        "SELECT id, version, size, sha256 FROM nodes WHERE number = ?1 AND version IS NOT NULL",
    )?;
    let mut known = Vec::with_capacity(numbers.len());
    for number in numbers {
        let mut found = select.query([number])?;
        let Some(row) = found.next()? else { continue };
        known.push(Wanted {
            number: *number,
            node: NodeId(rows::uuid(row.get_ref(0)?)?),
            version: VersionId(rows::uuid(row.get_ref(1)?)?),
            size: ByteCount(row.get::<_, i64>(2)?.unsigned_abs()),
            sha256: Sha256::from_bytes(row.get(3)?),
            rank: 0,
            lives: true,
        });
    }
    Ok(known)
}
