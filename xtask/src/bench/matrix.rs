//! The rows of the table, the bars that they have to reach, and where each is measured.

use serde::{Deserialize, Serialize};

/// Which way the bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
}

/// What is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Work {
    /// One file of so many MiB.
    One { mib: u64 },
    /// So many files of 16 KiB.
    Small { files: usize },
    /// So many files with log-normal sizes, of so many MiB together.
    Mixed { files: usize, mib: u64 },
}

/// Ours divided by the best peer's, at most.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bar {
    pub(super) wall: f64,
    pub(super) cpu: Option<f64>,
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) way: Way,
    pub(super) work: Work,
    pub(super) http: Bar,
    pub(super) https: Bar,
    /// Also against the real store, when no row is named: the others would take hours.
    pub(super) always: bool,
    /// Only over a slow network.
    pub(super) far: bool,
    pub(super) rounds: usize,
}

const fn bar(wall: f64, cpu: Option<f64>) -> Bar {
    Bar { wall, cpu }
}

const fn row(name: &'static str, way: Way, work: Work, bars: [Bar; 2]) -> Row {
    Row { name, way, work, http: bars[0], https: bars[1], always: false, far: false, rounds: 5 }
}

const UP_LARGE: [Bar; 2] = [bar(0.75, Some(0.8)), bar(0.9, Some(1.0))];
const DOWN_LARGE: [Bar; 2] = [bar(0.95, Some(1.2)); 2];
const MANY: [Bar; 2] = [bar(0.8, None); 2];
const FAR: [Bar; 2] = [bar(0.9, None); 2];

const GIB: Work = Work::One { mib: 1024 };
const EIGHT_GIB: Work = Work::One { mib: 8 * 1024 };
const SMALL: Work = Work::Small { files: 10_000 };
const MIXED: Work = Work::Mixed { files: 50_000, mib: 8 * 1024 };
/// Over a slow network: enough for its windows to open.
const FAR_LARGE: Work = Work::One { mib: 256 };
const FAR_SMALL: Work = Work::Small { files: 2_000 };
const FAR_MIXED: Work = Work::Mixed { files: 2_000, mib: 320 };

const fn always(row: Row) -> Row {
    Row { always: true, ..row }
}

const fn far(row: Row) -> Row {
    Row { far: true, ..row }
}

const fn long(row: Row) -> Row {
    Row { rounds: 3, ..row }
}

/// All of them.
pub(super) static ROWS: [Row; 14] = [
    always(row("up-1x1g", Way::Up, GIB, UP_LARGE)),
    always(row("down-1x1g", Way::Down, GIB, DOWN_LARGE)),
    always(row("up-small", Way::Up, SMALL, MANY)),
    always(row("down-small", Way::Down, SMALL, MANY)),
    row("up-1x8g", Way::Up, EIGHT_GIB, UP_LARGE),
    row("down-1x8g", Way::Down, EIGHT_GIB, DOWN_LARGE),
    long(row("up-mixed", Way::Up, MIXED, MANY)),
    long(row("down-mixed", Way::Down, MIXED, MANY)),
    far(row("far-up-1", Way::Up, FAR_LARGE, FAR)),
    far(row("far-down-1", Way::Down, FAR_LARGE, FAR)),
    far(row("far-up-small", Way::Up, FAR_SMALL, FAR)),
    far(row("far-down-small", Way::Down, FAR_SMALL, FAR)),
    far(row("far-up-mixed", Way::Up, FAR_MIXED, FAR)),
    far(row("far-down-mixed", Way::Down, FAR_MIXED, FAR)),
];

/// Which store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum StoreKind {
    /// `JuiceFS` gateway: the fastest real one that we know.
    Real,
    /// Reads and throws away: the client's own limit.
    Discarding,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Scheme {
    Http,
    Https,
}

/// What lies between the client and everything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Network {
    Loopback,
    /// 25 ms each way.
    Rtt50,
    /// One packet of a hundred is lost, each way.
    Loss1,
}

impl StoreKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Discarding => "discarding",
        }
    }
}

impl Scheme {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

impl Network {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Loopback => "loopback",
            Self::Rtt50 => "rtt50",
            Self::Loss1 => "loss1",
        }
    }
}

/// A row at a place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub(super) row: &'static Row,
    pub(super) store: StoreKind,
    pub(super) scheme: Scheme,
    pub(super) network: Network,
}

impl Cell {
    /// What is moved: less of it in a quick run.
    pub(super) fn work(&self, quick: bool) -> Work {
        match self.row.work {
            Work::Small { .. } if quick => Work::Small { files: 2_000 },
            work => work,
        }
    }

    pub(super) fn bar(&self) -> Bar {
        match self.scheme {
            Scheme::Http => self.row.http,
            Scheme::Https => self.row.https,
        }
    }

    /// Whether the same processes serve this one.
    pub(super) fn same_place(&self, other: &Self) -> bool {
        self.store == other.store && self.scheme == other.scheme && self.network == other.network
    }
}
