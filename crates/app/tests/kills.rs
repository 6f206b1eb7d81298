//! `kill -9` of the application at each write of the journal that its transfers outlive it by: what was
//! asked for is done in the end, each file once, with the same bytes.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed; clippy.toml's exceptions stop at helper functions"
)]

#[path = "kills/journal.rs"]
mod journal;
#[path = "kills/kept.rs"]
mod kept;
#[path = "kills/machine.rs"]
mod machine;
#[path = "kills/trees.rs"]
mod trees;
#[path = "kills/window.rs"]
mod window;
