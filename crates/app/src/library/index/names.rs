//! All nodes in the order of their names.

use std::collections::HashMap;

use rusqlite::{CachedStatement, Connection, OptionalExtension as _};

use super::super::LibraryError;
use super::Number;

/// More than so many at once are put in order by reading all names anew, when somebody wants it.
const AT_ONCE_MAX: usize = 2000;

/// Where everything stands by name, whatever folder it is in. The names themselves, and the keys that they are
/// sorted by, stay in SQLite.
#[derive(Debug)]
pub(super) struct NameOrder {
    order: Vec<Number>,
    /// By number: its place in `order`.
    places: Vec<u32>,
    /// False while more has come than was put in its place.
    is_true: bool,
}

impl Default for NameOrder {
    fn default() -> Self {
        Self { order: Vec::new(), places: Vec::new(), is_true: true }
    }
}

impl NameOrder {
    /// Reads the order anew. Blocks.
    pub(super) fn read(&mut self, connection: &Connection) -> Result<(), LibraryError> {
        let mut select = connection.prepare("SELECT number FROM nodes ORDER BY sort_key, number")?;
        let numbers = select.query_map([], |row| row.get(0))?;
        self.order.clear();
        for number in numbers {
            self.order.push(number?);
        }
        self.is_true = true;
        self.find_places();
        Ok(())
    }

    /// Names are put in order later: those that come before are not put in their places one by one.
    pub(super) fn come_later(&mut self) {
        self.is_true = false;
    }

    /// Puts some in their places: those with a key, which SQLite has already. Those without are gone. Blocks.
    pub(super) fn update(
        &mut self,
        mut changed: Vec<(Number, Option<Vec<u8>>)>,
        connection: &Connection,
    ) -> Result<(), LibraryError> {
        if changed.is_empty() || !self.is_true {
            return Ok(());
        }
        if changed.len() > AT_ONCE_MAX {
            self.is_true = false;
            return Ok(());
        }
        // Of one that changed twice, the last counts.
        let last: HashMap<Number, Option<Vec<u8>>> = changed.drain(..).collect();
        let mut coming: Vec<(&[u8], Number)> =
            last.iter().filter_map(|(number, key)| Some((key.as_deref()?, *number))).collect();
        coming.sort_unstable();

        // Behind which of those that stay each comes in. Its neighbour may have come just now, and then is known.
        let mut before = Neighbours::new(connection)?;
        let mut comes_in: HashMap<Number, usize> = HashMap::with_capacity(coming.len());
        let mut arriving: Vec<(usize, Number)> = Vec::with_capacity(coming.len());
        for (key, number) in coming {
            let at = match before.of(key, number)? {
                Some(neighbour) => match comes_in.get(&neighbour) {
                    Some(at) => *at,
                    None => self.stands_at(neighbour).map_or(0, |place| place + 1),
                },
                None => 0,
            };
            comes_in.insert(number, at);
            arriving.push((at, number));
        }
        // Those of one place stay in their order.
        arriving.sort_by_key(|(at, _)| *at);
        let mut leaving: Vec<usize> = last.keys().filter_map(|number| self.stands_at(*number)).collect();
        leaving.sort_unstable();
        self.merge(&leaving, &arriving);
        Ok(())
    }

    /// Takes out what stands at some places and puts others in before some; both in their order, and all by the places
    /// before.
    fn merge(&mut self, leaving: &[usize], arriving: &[(usize, Number)]) {
        let mut merged = Vec::with_capacity(self.order.len() + arriving.len() - leaving.len());
        let (mut leaving, mut arriving) = (leaving.iter().peekable(), arriving.iter().peekable());
        let mut copied = 0;
        loop {
            let gap = leaving.peek().map_or(self.order.len(), |place| **place);
            if let Some((at, number)) = arriving.next_if(|(at, _)| *at <= gap) {
                merged.extend_from_slice(&self.order[copied..*at]);
                merged.push(*number);
                copied = *at;
                continue;
            }
            merged.extend_from_slice(&self.order[copied..gap]);
            copied = gap + 1;
            if leaving.next().is_none() {
                break;
            }
        }
        self.order = merged;
        self.find_places();
    }

    fn stands_at(&self, number: Number) -> Option<usize> {
        let place = *self.places.get(number as usize)? as usize;
        (self.order.get(place) == Some(&number)).then_some(place)
    }

    /// The place of a node among all, where places are known.
    pub(super) fn place(&self, number: Number) -> Option<u32> {
        if self.is_true { self.places.get(number as usize).copied() } else { None }
    }

    /// All nodes in their order, where it is known.
    pub(super) fn order(&self) -> Option<&[Number]> {
        self.is_true.then_some(&*self.order)
    }

    fn find_places(&mut self) {
        let highest = self.order.iter().max().map_or(0, |number| *number as usize + 1);
        self.places.clear();
        self.places.resize(highest, 0);
        for (place, number) in (0..).zip(&self.order) {
            self.places[*number as usize] = place;
        }
    }
}

/// Looks up what comes before a name.
struct Neighbours<'a> {
    of_same_name: CachedStatement<'a>,
    of_other_name: CachedStatement<'a>,
}

impl<'a> Neighbours<'a> {
    fn new(connection: &'a Connection) -> Result<Self, LibraryError> {
        let prepare = |sql| connection.prepare_cached(sql);
        Ok(Self {
            // A hundred thousand files may have one name: they are told apart by their numbers in the index.
            of_same_name: prepare(
                "SELECT number FROM nodes WHERE sort_key = ?1 AND number < ?2 ORDER BY number DESC LIMIT 1",
            )?,
            of_other_name: prepare(
                "SELECT number FROM nodes WHERE sort_key < ?1 ORDER BY sort_key DESC, number DESC LIMIT 1",
            )?,
        })
    }

    fn of(&mut self, key: &[u8], number: Number) -> Result<Option<Number>, LibraryError> {
        let same = self.of_same_name.query_row((key, number), |row| row.get(0)).optional()?;
        if same.is_some() {
            return Ok(same);
        }
        Ok(self.of_other_name.query_row([key], |row| row.get(0)).optional()?)
    }
}
