//! How many requests are under way at once: as many as the path gives.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::TransferError;

/// Requests that fail together because of one moment of overload count as one.
const ONE_MOMENT: Duration = Duration::from_secs(1);
/// What a request is taken to have moved at least: the way there and back is not free.
const LEAST_BYTES: u64 = 64 * 1024;
/// Of each measure, the share of the newest.
const NEWEST: f64 = 0.1;

/// Places for requests, between 1 and a maximum: twice as many each round until requests become slower than they
/// were (slow start, as in RFC 5681), from then on one more each round while they do not; multiplicative
/// decrease when the store is overloaded (Chiu and Jain, 1989).
#[derive(Debug)]
pub(crate) struct Places {
    free: Arc<Semaphore>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limit: usize,
    most: usize,
    /// Places that are taken away as soon as somebody leaves one.
    owed: usize,
    /// Whether nothing has shown yet that there are enough.
    is_starting: bool,
    /// Towards the next place: one success of each place makes one.
    credit: usize,
    shrunk_at: Option<Instant>,
    pain: Pain,
}

/// How long a request takes for what it moves.
#[derive(Debug, Default)]
struct Pain {
    now: Option<f64>,
    least: Option<f64>,
}

impl Pain {
    fn add(&mut self, took: Duration, bytes: u64) {
        #[expect(clippy::cast_precision_loss, reason = "a measure")]
        let measure = took.as_secs_f64() / bytes.max(LEAST_BYTES) as f64;
        let now = self.now.map_or(measure, |now| now + NEWEST * (measure - now));
        self.now = Some(now);
        // What was once quick may never be so again: the least is forgotten, slowly.
        self.least = Some(self.least.map_or(now, |least| (least * 1.0001).min(now)));
    }

    fn grew_by(&self, factor: f64) -> bool {
        matches!((self.now, self.least), (Some(now), Some(least)) if now > factor * least)
    }
}

/// A place that is held.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    permit: Option<OwnedSemaphorePermit>,
    since: Instant,
}

impl Places {
    pub(crate) fn new(first: usize, most: usize) -> Arc<Self> {
        let most = most.max(1);
        let limit = first.clamp(1, most);
        let state = State {
            limit,
            most,
            owed: 0,
            is_starting: true,
            credit: 0,
            shrunk_at: None,
            pain: Pain::default(),
        };
        Arc::new(Self { free: Arc::new(Semaphore::new(limit)), state: Mutex::new(state) })
    }

    /// Waits for a place.
    pub(crate) async fn enter(self: &Arc<Self>) -> Result<Place, TransferError> {
        let permit = self.free.clone().acquire_owned().await.map_err(|_| TransferError::Closing)?;
        Ok(Place { places: self.clone(), permit: Some(permit), since: Instant::now() })
    }

    /// At most this many from now on. Places that are held are taken away as they are left; further
    /// ones come as the path gives them.
    pub(crate) fn set_most(&self, most: usize) {
        let mut state = self.lock();
        state.most = most.max(1);
        if state.limit > state.most {
            let most = state.most;
            self.shrink_to(&mut state, most);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shrink_to(&self, state: &mut State, limit: usize) {
        let fewer = state.limit - limit;
        state.limit = limit;
        state.credit = 0;
        state.owed += fewer - self.free.forget_permits(fewer);
    }
}

impl Place {
    /// The request was answered as it should be, after moving this many bytes.
    pub(crate) fn went_well(&self, bytes: u64) {
        let mut state = self.places.lock();
        state.pain.add(self.since.elapsed(), bytes);
        state.is_starting &= !state.pain.grew_by(2.0);
        state.credit += 1;
        if state.credit < state.limit && !state.is_starting {
            return;
        }
        state.credit = 0;
        if state.pain.grew_by(6.0) && state.limit > 1 {
            let limit = state.limit - 1;
            self.places.shrink_to(&mut state, limit);
        } else if state.limit < state.most
            && self.places.free.available_permits() == 0
            && !state.pain.grew_by(2.0)
        {
            state.limit += 1;
            if state.owed > 0 {
                state.owed -= 1;
            } else {
                self.places.free.add_permits(1);
            }
        }
    }

    /// The store is overloaded, or fell silent.
    pub(crate) fn struggled(&self) {
        let mut state = self.places.lock();
        if state.shrunk_at.is_some_and(|at| at.elapsed() < ONE_MOMENT) {
            return;
        }
        state.shrunk_at = Some(Instant::now());
        state.is_starting = false;
        let limit = (state.limit * 7 / 10).max(1);
        self.places.shrink_to(&mut state, limit);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.places.lock();
        if state.owed > 0 {
            state.owed -= 1;
            if let Some(permit) = self.permit.take() {
                permit.forget();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(places: &Places) -> usize {
        places.lock().limit
    }

    /// As many requests as there are places, each of which takes this long.
    async fn round(places: &Arc<Places>, took: Duration) {
        let mut held = Vec::new();
        for _ in 0..limit(places) {
            held.push(places.enter().await.unwrap());
        }
        tokio::time::sleep(took).await;
        for place in &held {
            place.went_well(0);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn places_grow_while_requests_stay_quick() {
        let places = Places::new(4, 8);
        for _ in 0..20 {
            round(&places, Duration::from_millis(10)).await;
        }
        assert_eq!(limit(&places), 8);
        assert_eq!(places.free.available_permits(), 8);
    }

    #[tokio::test(start_paused = true)]
    async fn places_stop_growing_when_requests_become_slower_and_shrink_when_they_crawl() {
        let places = Places::new(4, 64);
        for _ in 0..100 {
            let crowd = u32::try_from(limit(&places)).unwrap();
            round(&places, Duration::from_millis(3) * crowd).await;
        }
        let settled = limit(&places);
        assert!((6..=16).contains(&settled), "{settled}");
        for _ in 0..30 {
            round(&places, Duration::from_secs(2)).await;
        }
        assert!(limit(&places) < settled);
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_maximum_holds_for_what_is_under_way_too() {
        let places = Places::new(8, 8);
        let held: Vec<_> = futures_util::future::try_join_all((0..8).map(|_| places.enter())).await.unwrap();
        places.set_most(3);
        drop(held);
        assert_eq!((limit(&places), places.free.available_permits()), (3, 3));
        places.set_most(5);
        for _ in 0..20 {
            round(&places, Duration::from_millis(10)).await;
        }
        assert_eq!(limit(&places), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn an_overloaded_store_is_relieved_at_once_and_once_a_moment() {
        let places = Places::new(10, 10);
        let held: Vec<_> = futures_util::future::try_join_all((0..10).map(|_| places.enter())).await.unwrap();
        held.iter().for_each(Place::struggled);
        assert_eq!(limit(&places), 7);
        drop(held);
        assert_eq!(places.free.available_permits(), 7);
        for _ in 0..50 {
            tokio::time::advance(ONE_MOMENT).await;
            places.enter().await.unwrap().struggled();
        }
        assert_eq!((limit(&places), places.free.available_permits()), (1, 1), "one place is always left");
    }
}
