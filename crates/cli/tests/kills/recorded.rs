//! The server dies at the writes of a recorded run, from its first start on an empty folder to its end, each time at
//! another one. What was acknowledged is true then, what is listed is whole, and the same wishes come to the same end.
//!
//! A run of every day draws some of the writes, of all kinds; `cargo xtask soak kills` takes all of them. `kill -9`
//! loses nothing that the system has in its cache: what a power cut takes with it is `sync_order`'s.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use notespot_testkit::{Draws, TestServer, days_later};

use crate::death::{Death, was_killed};
use crate::life::{Life, Step};
use crate::traced::{Call, Trace};

/// What changes files and folders, and what brings that to the disk.
const CALLS: [&str; 18] = [
    "write",
    "writev",
    "pwrite64",
    "pwritev",
    "ftruncate",
    "fallocate",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "unlink",
    "unlinkat",
    "rmdir",
    "mkdir",
    "mkdirat",
];
/// Says how many are to be taken instead.
const HOW_MANY: &str = "NOTESPOT_KILL_POINTS";
const USUALLY: usize = 14;
const BOUND: Duration = Duration::from_secs(30);
/// What is swept without waiting for a day is mostly gone by then.
const SOON: Duration = Duration::from_secs(2);
const POLL: Duration = Duration::from_millis(20);

/// A write at which the server can be made to die.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Point {
    call: &'static str,
    /// Where the file is called the same in every run; else all calls of the thread are counted.
    file: Option<PathBuf>,
    nth: u32,
}

impl Point {
    fn death(&self) -> Death {
        match self.file.clone() {
            Some(file) => Death::On(self.call, file, self.nth),
            None => Death::At(self.call, self.nth),
        }
    }

    /// Those that are much the same.
    fn kind(&self) -> (&'static str, Option<PathBuf>) {
        (self.call, self.file.clone())
    }
}

/// The file or folder that a call is about, below the data folder.
fn below(call: &Call, data: &Path) -> Option<PathBuf> {
    let data = data.to_str().unwrap();
    let at = call.arguments.find(&format!("{data}/"))?;
    let end = call.arguments[at..].find(['"', '>'])?;
    let path = &call.arguments[at..at + end];
    // The log is no data.
    (!path.ends_with("/server.log")).then(|| PathBuf::from(path))
}

/// Whether it is called the same in another run: keys are 32 digits, or begin with as many, in folders of two.
fn is_stable(path: &Path, data: &Path) -> bool {
    let is_drawn = |name: &str| name.len() >= 32 || name.len() == 2;
    !path.strip_prefix(data).unwrap().iter().any(|name| is_drawn(name.to_str().unwrap()))
}

/// Every write of a run, once. strace counts the calls of each thread by themselves.
fn points(calls: &[Call], data: &Path) -> BTreeSet<Point> {
    let mut counted: HashMap<(&str, &str, Option<PathBuf>), u32> = HashMap::new();
    let mut points = BTreeSet::new();
    for made in calls {
        let Some(&call) = CALLS.iter().find(|name| **name == made.name) else { continue };
        let mut count = |file: Option<PathBuf>| {
            let nth = counted.entry((made.thread.as_str(), call, file)).or_default();
            *nth += 1;
            *nth
        };
        let in_thread = count(None);
        let Some(path) = below(made, data) else { continue };
        points.insert(if is_stable(&path, data) {
            Point { call, nth: count(Some(path.clone())), file: Some(path) }
        } else {
            Point { call, nth: in_thread, file: None }
        });
    }
    points
}

/// Of each kind one, then of each another one, until there are enough.
fn drawn(points: BTreeSet<Point>, how_many: usize, draws: &mut Draws) -> Vec<Point> {
    let mut kinds: BTreeMap<_, Vec<Point>> = BTreeMap::new();
    for point in points {
        kinds.entry(point.kind()).or_default().push(point);
    }
    let mut kinds: Vec<_> = kinds.into_values().collect();
    let mut chosen = Vec::new();
    while chosen.len() < how_many && !kinds.is_empty() {
        let mut order = std::mem::take(&mut kinds);
        while !order.is_empty() && chosen.len() < how_many {
            let at = usize::try_from(draws.below(order.len() as u64)).unwrap();
            let mut kind = order.swap_remove(at);
            let at = usize::try_from(draws.below(kind.len() as u64)).unwrap();
            chosen.push(kind.swap_remove(at));
            if !kind.is_empty() {
                kinds.push(kind);
            }
        }
    }
    chosen
}

/// Ends it, and takes everything away that it had.
async fn wipe(server: &mut TestServer) {
    server.kill_9().await.unwrap();
    for entry in fs::read_dir(server.data_dir()).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            fs::remove_dir_all(entry).unwrap();
        } else if !entry.ends_with("server.log") {
            fs::remove_file(entry).unwrap();
        }
    }
}

/// One life from an empty folder on, with this death in it; whether it came.
async fn live(server: &mut TestServer, death: &Death) -> bool {
    wipe(server).await;
    let mut is_to_come = death.begin(server, Vec::new()).await;
    let mut died = !is_to_come;
    if died {
        server.start_again().await.unwrap();
    }
    let mut life = Life::begin(server);
    for step in Step::ALL {
        while let Err(error) = life.take(step, server).await {
            assert!(is_to_come, "{death:?}: {step:?}: {error:?}\n{}", server.log().unwrap());
            let came = tokio::time::timeout(BOUND, death.come(server)).await;
            assert!(came.is_ok(), "{death:?}: it lives, and {step:?}: {error:?}");
            (is_to_come, died) = (false, true);
            server.start_again().await.unwrap();
            life.goes_on(server);
            life.check(server).await;
        }
    }
    // What it writes behind its last answer, and when it ends, is left.
    let status = server.stop().await.unwrap();
    assert!(status.success() || is_to_come && was_killed(status), "{death:?}: {status}");
    died |= was_killed(status);
    server.start_again().await.unwrap();
    life.goes_on(server);
    life.require_end(server).await;
    require_swept(server).await;
    died
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().filter_map(Result::ok).map(|entry| entry.path()).collect()
}

/// Objects, uploads in parts, those of them that are open, and temporary files.
fn stored(server: &TestServer) -> (usize, usize, usize, usize) {
    let objects = server.data_dir().join("objects");
    let stored = entries(&objects.join("objects")).iter().map(|folder| entries(folder).len()).sum();
    let parts = entries(&objects.join("parts"));
    let open = parts.iter().filter(|upload| upload.join("open").exists()).count();
    (stored, parts.len(), open, entries(&objects.join("tmp")).len())
}

/// Whether the store's folder comes to hold the two files that are left, one of which came in parts, and nothing else.
async fn is_swept(server: &TestServer, within: Duration) -> bool {
    let began = Instant::now();
    while stored(server) != (2, 1, 0, 0) {
        if began.elapsed() > within {
            return false;
        }
        tokio::time::sleep(POLL).await;
    }
    true
}

/// The same, if need be two days later: what a server opened that died before it kept a record of it is given up
/// after a day.
async fn require_swept(server: &mut TestServer) {
    if is_swept(server, SOON).await {
        return;
    }
    server.stop().await.unwrap();
    server.start_again_under(&days_later(2)).await.unwrap();
    let is_swept = is_swept(server, BOUND).await;
    assert!(is_swept, "left after two days: {:?}\n{}", stored(server), server.log().unwrap());
}

#[tokio::test]
#[expect(clippy::print_stderr, reason = "the number of deaths is what the test is for")]
async fn nothing_acknowledged_is_lost_at_whichever_write_the_server_dies() {
    let mut draws = Draws::begin();
    let mut server = TestServer::start().await.unwrap();
    let data = server.data_dir().to_owned();
    wipe(&mut server).await;
    let trace = Trace::new();
    // Names with a question mark are unknown on some machines.
    let traced = CALLS.map(|call| format!("?{call}")).join(",");
    server.start_again_under(&trace.of(&traced)).await.unwrap();
    let mut life = Life::begin(&server);
    for step in Step::ALL {
        life.take(step, &server).await.unwrap();
    }
    assert!(server.stop().await.unwrap().success());
    let all = points(&trace.calls().await, &data);
    let counted = all.len();
    assert!(counted > 100, "{counted} writes");
    server.start_again().await.unwrap();

    let how_many = std::env::var(HOW_MANY).ok().and_then(|text| text.parse().ok()).unwrap_or(USUALLY);
    let points = drawn(all, how_many, &mut draws);
    let began = Instant::now();
    let mut deaths = 0;
    for point in &points {
        deaths += usize::from(live(&mut server, &point.death()).await);
    }
    eprintln!("{deaths} deaths at {} of {counted} writes in {:?}", points.len(), began.elapsed());
    // Which thread does what is chance: a few are not reached in another run.
    assert!(deaths * 4 >= points.len() * 3, "only {deaths} deaths at {} writes", points.len());
}
