//! The server, over real sockets.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed; clippy.toml's exceptions stop at helper functions"
)]

mod api;
mod clerk;
mod cluster;
mod identity;
mod operating;
mod pages;
mod running;
