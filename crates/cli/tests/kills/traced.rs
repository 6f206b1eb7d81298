//! The system calls of a process, in their order.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

const BOUND: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(10);
/// As much of what is written as tells an HTTP answer from another.
const SHOWN_BYTES: &str = "600";

/// One call, from the line of the trace in which it begins to the line in which it has ended.
#[derive(Debug)]
pub(crate) struct Call {
    /// The thread that made it.
    pub(crate) thread: String,
    pub(crate) name: String,
    /// With the paths of descriptors behind them.
    pub(crate) arguments: String,
    pub(crate) begun: usize,
    pub(crate) ended: usize,
}

impl Call {
    /// Whether it is one of these, about a file or folder whose path ends so, by its descriptor.
    pub(crate) fn is(&self, names: &[&str], end_of_path: &str) -> bool {
        let descriptor = self.arguments.split(", ").next().unwrap_or_default().trim_end_matches(')');
        names.contains(&self.name.as_str()) && descriptor.ends_with(&format!("{end_of_path}>"))
    }

    /// The first and the last path of those that it is told.
    pub(crate) fn paths(&self) -> (PathBuf, PathBuf) {
        let told: Vec<_> = self.arguments.split('"').skip(1).step_by(2).collect();
        (PathBuf::from(told[0]), PathBuf::from(told[told.len() - 1]))
    }
}

/// Where strace (Debian package `strace`) writes what a process does.
pub(crate) struct Trace(TempDir);

impl Trace {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("trace")
    }

    /// The program that a process is to be started by, to have these calls noted. The process is that
    /// program's own: signals reach it.
    pub(crate) fn of(&self, calls: &str) -> Vec<String> {
        let strace = ["strace", "-D", "-f", "-y", "-q", "-s", SHOWN_BYTES, "-o"];
        let mut under: Vec<String> = strace.map(str::to_owned).into();
        under.extend([self.file().display().to_string(), "-e".to_owned(), format!("trace={calls}")]);
        under
    }

    /// Every call that worked, when the process has ended: in the order in which they began.
    pub(crate) async fn calls(&self) -> Vec<Call> {
        let ended = async {
            loop {
                if let Some(calls) = ended(&self.file()) {
                    return calls;
                }
                tokio::time::sleep(POLL).await;
            }
        };
        tokio::time::timeout(BOUND, ended).await.expect("the trace has no end")
    }
}

/// `None` while one of its threads has not ended.
fn ended(trace: &Path) -> Option<Vec<Call>> {
    let text = String::from_utf8(fs::read(trace).ok()?).unwrap();
    let mut left = HashSet::new();
    for line in text.lines() {
        let (thread, said) = line.split_once(' ')?;
        if said.trim_start().starts_with("+++ ") {
            left.remove(thread)
        } else {
            left.insert(thread)
        };
    }
    (left.is_empty() && text.ends_with("+++\n")).then(|| calls_of(&text))
}

fn calls_of(trace: &str) -> Vec<Call> {
    let mut under_way: HashMap<&str, (usize, &str)> = HashMap::new();
    let mut calls = Vec::new();
    for (at, line) in trace.lines().enumerate() {
        let (thread, said) = line.split_once(' ').unwrap();
        let said = said.trim_start();
        let (begun, text) = if let Some(said) = said.strip_suffix(" <unfinished ...>") {
            under_way.insert(thread, (at, said));
            continue;
        } else if said.starts_with("<... ") {
            let (begun, before) = under_way.remove(thread).unwrap();
            (begun, format!("{before}{}", said.split_once("resumed>").unwrap().1))
        } else {
            (at, said.to_owned())
        };
        // The others are signals and ends.
        let Some((call, result)) = text.rsplit_once(" = ") else { continue };
        let Some((name, arguments)) = call.split_once('(') else { continue };
        if !result.starts_with(['-', '?']) {
            let (name, arguments) = (name.to_owned(), arguments.trim_end().to_owned());
            calls.push(Call { thread: thread.to_owned(), name, arguments, begun, ended: at });
        }
    }
    calls.sort_by_key(|call| call.begun);
    calls
}
