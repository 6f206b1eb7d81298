//! `kill -9` of the command, of the server and of both, at every durable step and at random moments: what
//! was begun ends with the same bytes, each file once, and nothing that nobody will ask for again.
//!
//! The seed of a run is on standard error; `NOTESPOT_SEED=… cargo nextest run -p notespot-cli --test
//! kills` draws the same trees and moments again.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed; clippy.toml's exceptions stop at helper functions"
)]

#[path = "kills/account.rs"]
mod account;
#[path = "kills/client.rs"]
mod client;
#[path = "kills/command.rs"]
mod command;
#[path = "kills/death.rs"]
mod death;
#[path = "kills/joined.rs"]
mod joined;
#[path = "kills/journal.rs"]
mod journal;
#[path = "kills/left.rs"]
mod left;
#[path = "kills/life.rs"]
mod life;
#[path = "kills/recorded.rs"]
mod recorded;
#[path = "kills/replaced.rs"]
mod replaced;
#[path = "kills/scene.rs"]
mod scene;
#[path = "kills/server.rs"]
mod server;
#[path = "kills/sweep.rs"]
mod sweep;
#[path = "kills/sync_order.rs"]
mod sync_order;
#[path = "kills/traced.rs"]
mod traced;
#[path = "kills/trees.rs"]
mod trees;
