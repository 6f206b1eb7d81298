//! The suite over every store: the embedded one, and S3's client with the embedded one as its server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed; clippy.toml's exceptions stop at helper functions"
)]

#[path = "suite/embedded.rs"]
mod embedded;
#[path = "suite/kills.rs"]
mod kills;
#[path = "suite/probe.rs"]
mod probe;
#[path = "suite/s3_on_embedded.rs"]
mod s3_on_embedded;
