//! What the window sees.

use std::time::Instant;

use notespot_protocol::window::{Transfer, TransferState, Transfers};

use super::Queue;

/// How many a snapshot holds: see [`Transfers`].
pub(super) const SHOWN_MAX: usize = 200;

impl Queue {
    /// In the order that [`Transfers`] names.
    pub(in crate::transfers) fn snapshot(&self) -> Transfers {
        let (counts, forgotten) = (&self.counts, &self.forgotten);
        let ids = self
            .asking
            .iter()
            .chain(self.running.values())
            .chain(self.pending.values().filter(|id| !self.asking.contains(id)))
            .chain(self.failed.iter().rev())
            .chain(self.done.iter().rev());
        let items = ids.take(SHOWN_MAX).filter_map(|id| self.items.get(id));
        // The last seconds are no news of what is held.
        let stands_still = counts.moving == 0 && (counts.waiting == 0 || self.waits_for_connection());
        let bytes_per_second = if stands_still { 0 } else { self.speed.bytes_per_second(Instant::now()) };
        let offline =
            if self.waits_for_connection() { counts.offline + counts.waiting } else { counts.offline };
        Transfers {
            items: items.map(|item| self.as_shown(&item.shown)).collect(),
            total: number(counts.total + forgotten.total),
            active: number(counts.active()),
            paused: number(counts.paused),
            offline: number(offline),
            asking: number(counts.asking),
            failed: number(counts.failed + forgotten.failed),
            done: number(counts.done + forgotten.done),
            bytes_per_second,
            seconds_left: match bytes_per_second {
                0 => None,
                _ if counts.moving == 0 => None,
                speed => Some(u32::try_from(counts.bytes_left.div_ceil(speed)).unwrap_or(u32::MAX)),
            },
        }
    }

    /// While the connection is away, all that wait do so for it.
    fn as_shown(&self, shown: &Transfer) -> Transfer {
        let mut shown = shown.clone();
        if self.waits_for_connection() && shown.state == TransferState::Waiting {
            shown.state = TransferState::Offline;
        }
        shown
    }

    fn waits_for_connection(&self) -> bool {
        self.is_held || !self.is_open
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
