//! How many may listen at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use notespot_protocol::UserId;
use prometheus_client::metrics::gauge::Gauge;

use crate::observe::Counted;
use crate::problems::{Answer, Refusal};

/// Of one owner: more programs than anybody runs, and not all that there are places for.
const STREAMS_OF_ONE_MAX: usize = 64;
/// Whoever finds no place looks for changes by itself meanwhile.
const AGAIN_AFTER: Duration = Duration::from_secs(30);

/// The streams that are open.
pub(crate) struct Streams {
    /// Of all owners together: over HTTP/1 each takes a connection, and the others have to be answered too.
    most: usize,
    open: Mutex<Open>,
    counted: Gauge,
}

#[derive(Default)]
struct Open {
    all: usize,
    of_owners: HashMap<UserId, usize>,
}

/// Counts as one of them, until it is dropped.
pub(super) struct Place {
    streams: Arc<Streams>,
    owner: UserId,
    _counted: Counted,
}

impl Streams {
    /// No more than half of so many connections; `counted` says how many there are.
    pub(crate) fn new(connections: usize, counted: &Gauge) -> Arc<Self> {
        Arc::new(Self { most: connections / 2, open: Mutex::default(), counted: counted.clone() })
    }

    /// A place for one more.
    pub(super) fn take(self: &Arc<Self>, owner: &UserId) -> Answer<Place> {
        let mut open = self.open();
        let of_owner = open.of_owners.get(owner).copied().unwrap_or_default();
        if of_owner >= STREAMS_OF_ONE_MAX {
            let detail =
                "Too many of your programs listen for changes at once. Look for changes from time to time.";
            return Err(Refusal::rate_limited(detail, AGAIN_AFTER));
        }
        if open.all >= self.most {
            let detail = "Too many programs listen for changes at once. Look for changes from time to time.";
            return Err(Refusal::rate_limited(detail, AGAIN_AFTER));
        }
        open.all += 1;
        open.of_owners.insert(owner.clone(), of_owner + 1);
        let counted = Counted::new(&self.counted);
        Ok(Place { streams: Arc::clone(self), owner: owner.clone(), _counted: counted })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.streams.open();
        open.all = open.all.saturating_sub(1);
        let left = open.of_owners.get(&self.owner).copied().unwrap_or_default().saturating_sub(1);
        if left == 0 {
            open.of_owners.remove(&self.owner);
        } else {
            open.of_owners.insert(self.owner.clone(), left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAMS_MAX: usize = 384;

    fn owner(number: usize) -> UserId {
        UserId(number.to_string())
    }

    #[test]
    fn nobody_takes_all_places_and_all_together_leave_room_for_calls() {
        let gauge = Gauge::default();
        let streams = Streams::new(2 * STREAMS_MAX, &gauge);
        let mut places: Vec<_> =
            (0..STREAMS_OF_ONE_MAX).map(|_| streams.take(&owner(0)).ok().unwrap()).collect();
        let refused = streams.take(&owner(0)).err().unwrap().into_problem();
        assert_eq!((refused.status, refused.code), (429, notespot_protocol::ErrorCode::RateLimited));
        for number in places.len()..STREAMS_MAX {
            places.push(streams.take(&owner(1 + number % 100)).ok().unwrap());
        }
        assert!(streams.take(&owner(1)).is_err());
        places.truncate(STREAMS_MAX - 1);
        places.push(streams.take(&owner(1)).ok().unwrap());
        assert_eq!(gauge.get(), 384);
        places.clear();
        assert_eq!(gauge.get(), 0);
        let open = streams.open();
        assert_eq!((open.all, open.of_owners.len()), (0, 0));
    }
}
