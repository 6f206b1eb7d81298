//! A list in its order.

use std::cmp::Reverse;

use notespot_protocol::window::ViewSort;
use notespot_protocol::{ByteCount, Order};
use rusqlite::{Connection, OptionalExtension as _};

use super::super::LibraryError;
use super::columns::Flag;
use super::matching::Source;
use super::texts::Fit;
use super::{Index, Number};

/// Up to so many names are put in order by themselves where the order of all is not known: during the first fill.
const NAMES_AT_ONCE: usize = 20_000;

/// A list: its rows by number, and the bytes of the files among them. Memory: 4 bytes a row.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) numbers: Vec<Number>,
    pub(crate) bytes: ByteCount,
}

impl Index {
    /// Lists in an order. Folders stay first, and what is equal stays in the order of names, whichever way the list
    /// is turned. Blocks.
    pub(in crate::library) fn list(
        &self,
        source: &Source,
        sort: ViewSort,
        order: Order,
        connection: &Connection,
    ) -> Result<Listed, LibraryError> {
        let found = self.matching(source);
        let bytes = found.iter().map(|(_, number)| self.columns.size(*number)).sum();
        let numbers = match sort {
            ViewSort::Name => self.by_name(found, order, connection)?,
            ViewSort::Size => self.by_key(found, order, connection, |number| self.columns.size(number))?,
            ViewSort::Modified => {
                self.by_key(found, order, connection, |number| self.columns.modified(number))?
            }
            ViewSort::Link => {
                self.by_key(found, order, connection, |number| self.views.get(&number).copied())?
            }
            ViewSort::Relevance => self.by_fit(found),
        };
        Ok(Listed { numbers, bytes: ByteCount(bytes) })
    }

    fn by_name(
        &self,
        found: Vec<(Fit, Number)>,
        order: Order,
        connection: &Connection,
    ) -> Result<Vec<Number>, LibraryError> {
        let Some(all) = self.names.order() else {
            return self.by_names_in_sqlite(&found, order, connection);
        };
        let mut sorted: Vec<Number> = if found.len() > all.len() / 16 {
            // To pick out of all that is in order costs less than to put it in order.
            let mut is_wanted = vec![false; self.columns.len()];
            for (_, number) in &found {
                is_wanted[*number as usize] = true;
            }
            all.iter().copied().filter(|number| is_wanted[*number as usize]).collect()
        } else {
            let mut numbers: Vec<_> = found.into_iter().map(|(_, number)| number).collect();
            numbers.sort_unstable_by_key(|number| self.names.place(*number));
            numbers
        };
        if order == Order::Descending {
            sorted.reverse();
        }
        Ok(self.folders_first(&sorted))
    }

    /// Many names in an order that is not known yet stay in that in which they came.
    fn by_names_in_sqlite(
        &self,
        found: &[(Fit, Number)],
        order: Order,
        connection: &Connection,
    ) -> Result<Vec<Number>, LibraryError> {
        let numbers = found.iter().map(|(_, number)| *number);
        if found.len() > NAMES_AT_ONCE {
            return Ok(self.folders_first(&numbers.collect::<Vec<_>>()));
        }
        let mut select = connection.prepare_cached("SELECT sort_key FROM nodes WHERE number = ?1")?;
        let mut keyed: Vec<(Vec<u8>, Number)> = numbers
            // One may be gone from the file already, and not yet from here.
            .filter_map(|number| {
                let key = select.query_row([number], |row| row.get(0)).optional().transpose()?;
                Some(key.map(|key| (key, number)))
            })
            .collect::<Result<_, rusqlite::Error>>()?;
        keyed.sort_unstable();
        let mut sorted: Vec<_> = keyed.into_iter().map(|(_, number)| number).collect();
        if order == Order::Descending {
            sorted.reverse();
        }
        Ok(self.folders_first(&sorted))
    }

    fn by_key<K: Ord>(
        &self,
        found: Vec<(Fit, Number)>,
        order: Order,
        connection: &Connection,
        key: impl Fn(Number) -> K,
    ) -> Result<Vec<Number>, LibraryError> {
        if self.names.order().is_none() {
            let mut sorted = self.by_name(found, Order::Ascending, connection)?;
            match order {
                Order::Ascending => sorted.sort_by_key(|number| key(*number)),
                Order::Descending => sorted.sort_by_key(|number| Reverse(key(*number))),
            }
            return Ok(self.folders_first(&sorted));
        }
        let mut keyed: Vec<(K, Option<Place>, Number)> =
            found.iter().map(|&(_, number)| (key(number), self.names.place(number), number)).collect();
        match order {
            Order::Ascending => keyed.sort_unstable(),
            Order::Descending => {
                keyed
                    .sort_unstable_by(|(a, a_place, _), (b, b_place, _)| b.cmp(a).then(a_place.cmp(b_place)));
            }
        }
        Ok(self.folders_first(&keyed.into_iter().map(|(_, _, number)| number).collect::<Vec<_>>()))
    }

    /// What fits best first; of what fits as well, what changed last.
    fn by_fit(&self, mut found: Vec<(Fit, Number)>) -> Vec<Number> {
        found.sort_unstable_by_key(|(fit, number)| (*fit, Reverse(self.columns.modified(*number)), *number));
        found.into_iter().map(|(_, number)| number).collect()
    }

    fn folders_first(&self, sorted: &[Number]) -> Vec<Number> {
        let is_folder = |number: &&Number| self.columns.has(**number, Flag::Folder);
        let mut numbers = Vec::with_capacity(sorted.len());
        numbers.extend(sorted.iter().filter(is_folder));
        numbers.extend(sorted.iter().filter(|number| !is_folder(number)));
        numbers
    }
}

/// Of a name among all.
type Place = u32;
