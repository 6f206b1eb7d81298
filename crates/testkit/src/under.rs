//! Programs that start other programs, and become them: what befalls a process, without a change to it.

use std::path::Path;

/// Kills what it starts, as `kill -9` does, when one of its threads is about to make one of these system
/// calls for the `nth` time: instead of the call. Names with a `?` before them may be unknown here.
///
/// It is strace (Debian package `strace`), which watches from another process: process ids, pipes and
/// signals are those of the program itself.
#[must_use]
pub fn killed_at(calls: &str, nth: u32) -> Vec<String> {
    strace(calls, nth, &[])
}

/// The same for calls whose first path is this file or folder, or whose descriptor is of it: no others are
/// counted. The path has to be written as the program writes it.
#[must_use]
pub fn killed_at_file(calls: &str, file: &Path, nth: u32) -> Vec<String> {
    strace(calls, nth, &["-P".to_owned(), file.display().to_string()])
}

fn strace(calls: &str, nth: u32, only: &[String]) -> Vec<String> {
    let strace = ["strace", "-D", "-f", "-qq", "-o", "/dev/null"];
    let mut under: Vec<String> = strace.map(str::to_owned).into();
    under.extend_from_slice(only);
    under.extend(["-e".to_owned(), format!("trace={calls}"), "-e".to_owned()]);
    under.push(format!("inject={calls}:signal=SIGKILL:when={nth}"));
    under
}

/// Starts it so many days later, by the clock on the wall (Debian package `libfaketime`).
#[must_use]
pub fn days_later(days: u32) -> Vec<String> {
    vec![
        "env".to_owned(),
        "LD_PRELOAD=/usr/$LIB/faketime/libfaketime.so.1".to_owned(),
        format!("FAKETIME=+{days}d"),
        "FAKETIME_DONT_FAKE_MONOTONIC=1".to_owned(),
    ]
}
