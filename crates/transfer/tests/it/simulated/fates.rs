//! What becomes of each request, drawn from a seed.
//!
//! Drawn by what is asked and by how often it was asked before, not by who comes first: whatever the order of
//! threads is, the third try of part 5 meets the same.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use notespot_protocol::{ClientRef, UploadId};
use notespot_testkit::crc_of;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use tokio::sync::Notify;

use super::faults::{Ask, Fault};
use crate::it::store::locked;

/// What is asked again so often is done.
const HINDERED_MAX: usize = 6;

/// How likely each try fails.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weather {
    parts: f64,
    calls: f64,
}

impl Weather {
    /// For a file of so many parts: one of a hundred has no more to go through than one of four.
    pub(super) fn drawn(dice: &mut StdRng, parts: usize) -> Self {
        let share = 4.0 / f64::from(u32::try_from(parts.max(4)).unwrap());
        Self { parts: dice.random_range(0.0..0.8) * share, calls: dice.random_range(0.0..0.4) }
    }

    fn chance(self, ask: Ask) -> f64 {
        match ask {
            _ if ask.is_of_a_part() => self.parts,
            _ if ask.is_rare() => 2.0 * self.calls,
            _ => self.calls,
        }
    }
}

/// What has struck, and at which turn of what was asked.
pub(super) type Struck = BTreeMap<(Ask, usize), Fault>;

#[derive(Debug)]
pub(super) struct Fates {
    seed: u64,
    weather: Weather,
    state: Mutex<State>,
    dropped: Notify,
}

#[derive(Debug, Default)]
struct State {
    fates: HashMap<Ask, Fate>,
    struck: Struck,
    references: Vec<ClientRef>,
    uploads: HashMap<String, usize>,
}

/// What fails one after the other, and how it is done then, however often it is asked.
#[derive(Debug)]
struct Fate {
    hindrances: Vec<Fault>,
    manner: Option<Fault>,
    asked: usize,
}

impl Fates {
    pub(super) fn new(seed: u64, weather: Weather) -> Arc<Self> {
        Arc::new(Self { seed, weather, state: Mutex::default(), dropped: Notify::new() })
    }

    /// What becomes of this.
    pub(super) fn of(self: &Arc<Self>, ask: Ask, has_body: bool) -> Strike {
        let mut state = locked(&self.state);
        let fate = state.fates.entry(ask).or_insert_with(|| self.draw(ask, has_body));
        let turn = fate.asked.min(fate.hindrances.len());
        fate.asked += 1;
        let hindrance = fate.hindrances.get(turn).copied();
        Strike {
            fates: self.clone(),
            ask,
            turn,
            fault: hindrance.or(fate.manner),
            hinders: hindrance.is_some(),
        }
    }

    /// What becomes of one call about several parts. It may be cut in any way: each part brings its own.
    pub(super) fn of_parts(self: &Arc<Self>, upload: usize, parts: impl Iterator<Item = u32>) -> Strike {
        let mut first = None;
        for part in parts {
            let strike = self.of(Ask::Presign { upload, part }, true);
            if strike.hinders {
                return strike;
            }
            first.get_or_insert(strike);
        }
        first.expect("a call about parts names some")
    }

    fn draw(&self, ask: Ask, has_body: bool) -> Fate {
        let mut dice = self.dice(ask, None);
        let possible: Vec<_> =
            ask.hindrances().iter().copied().filter(|fault| ask.can_meet(*fault, has_body)).collect();
        let chance = self.weather.chance(ask);
        let mut hindrances = Vec::new();
        while hindrances.len() < HINDERED_MAX && dice.random_bool(chance) {
            let next = *possible.choose(&mut dice).unwrap();
            // A request that is refused is presigned again, once.
            if next != Fault::Status(403) || hindrances.last() != Some(&next) {
                hindrances.push(next);
            }
        }
        let manner = dice.random_bool(0.5).then(|| *ask.manners().choose(&mut dice).unwrap());
        Fate { hindrances, manner, asked: 0 }
    }

    fn dice(&self, ask: Ask, turn: Option<usize>) -> StdRng {
        StdRng::seed_from_u64(crc_of(format!("{} {ask:?} {turn:?}", self.seed).as_bytes()).0)
    }

    /// The number of the upload with this reference, which is a new one where it has not been seen.
    pub(super) fn upload_of(&self, reference: ClientRef) -> usize {
        let references = &mut locked(&self.state).references;
        let known = references.iter().position(|known| *known == reference);
        known.unwrap_or_else(|| {
            references.push(reference);
            references.len() - 1
        })
    }

    pub(super) fn planned(&self, id: UploadId, upload: usize) {
        locked(&self.state).uploads.insert(id.to_string(), upload);
    }

    pub(super) fn upload(&self, id: &str) -> usize {
        locked(&self.state).uploads[id]
    }

    /// How many uploads the file has taken.
    pub(super) fn uploads(&self) -> usize {
        locked(&self.state).references.len()
    }

    pub(super) fn struck(&self) -> Struck {
        locked(&self.state).struck.clone()
    }

    /// How often something struck for which this holds.
    pub(super) fn count(&self, is_meant: impl Fn(Ask, Fault) -> bool) -> usize {
        locked(&self.state).struck.iter().filter(|((ask, _), fault)| is_meant(*ask, **fault)).count()
    }

    /// What comes of a transfer; `None` when it is dropped before.
    pub(super) async fn unless_dropped<T>(&self, transfer: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.dropped.notified() => None,
            done = transfer => Some(done),
        }
    }
}

/// What becomes of one request or call.
#[derive(Clone, Debug)]
pub(super) struct Strike {
    fates: Arc<Fates>,
    ask: Ask,
    turn: usize,
    fault: Option<Fault>,
    hinders: bool,
}

impl Strike {
    pub(super) fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// Where in so many bytes: never behind the last one.
    pub(super) fn place(&self, length: usize) -> usize {
        self.fates.dice(self.ask, Some(self.turn)).random_range(0..length.max(1))
    }

    /// It is written down when it is done, so that nothing is counted that was only meant.
    pub(super) fn happened(&self) {
        let Some(fault) = self.fault else { return };
        locked(&self.fates.state).struck.insert((self.ask, self.turn), fault);
        if fault.drops() {
            self.fates.dropped.notify_one();
        }
    }

    /// Happens, and leaves whoever asked without an answer.
    pub(super) async fn for_ever<T>(&self) -> T {
        self.happened();
        std::future::pending().await
    }

    /// Happens, and takes a moment.
    pub(super) async fn delay(&self) {
        self.happened();
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
