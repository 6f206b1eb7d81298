//! Open lists: what they hold in order, so that any range of rows can be read without sorting again.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use notespot_protocol::window::ViewId;

/// The window shows one list and opens the next one before it drops it.
const OPEN_MAX: usize = 8;

/// Open lists, by the numbers of their rows. Memory: 4 bytes for each row of each list, and at most 8 lists.
#[derive(Debug, Default)]
pub(crate) struct Views {
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    last: u32,
    lists: VecDeque<(ViewId, Vec<u32>)>,
}

impl Views {
    pub(crate) fn open(&self, rows: Vec<u32>) -> ViewId {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.last = open.last.wrapping_add(1);
        let id = ViewId(open.last);
        open.lists.push_back((id, rows));
        if open.lists.len() > OPEN_MAX {
            open.lists.pop_front();
        }
        id
    }

    /// A range of a list, cut at its end; `None` when the list is not open.
    pub(crate) fn rows(&self, view: ViewId, offset: usize, limit: usize) -> Option<Vec<u32>> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, rows) = open.lists.iter().find(|(id, _)| *id == view)?;
        Some(rows.iter().skip(offset).take(limit).copied().collect())
    }

    pub(crate) fn close_all(&self) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).lists.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_by_range_and_the_oldest_gives_way() {
        let views = Views::default();
        let first = views.open((10..20).collect());
        assert_eq!(views.rows(first, 8, 5), Some(vec![18, 19]));
        assert_eq!(views.rows(first, 20, 5), Some(Vec::new()));
        for _ in 0..OPEN_MAX {
            views.open(Vec::new());
        }
        assert_eq!(views.rows(first, 0, 5), None);
    }
}
