//! The suite over every store: the embedded one, S3's client with the embedded one as its server, and the
//! same client with servers that others wrote.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed; clippy.toml's exceptions stop at helper functions"
)]

#[path = "suite/addresses.rs"]
mod addresses;
#[path = "suite/bucket_check.rs"]
mod bucket_check;
#[path = "suite/damage.rs"]
mod damage;
#[path = "suite/embedded.rs"]
mod embedded;
#[path = "suite/encryption.rs"]
mod encryption;
#[path = "suite/kills.rs"]
mod kills;
#[path = "suite/probe.rs"]
mod probe;
#[path = "suite/roles.rs"]
mod roles;
#[path = "suite/s3_on_embedded.rs"]
mod s3_on_embedded;
#[path = "suite/s3_on_others.rs"]
mod s3_on_others;
