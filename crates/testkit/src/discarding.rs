//! The discarding store, as a process of its own.

use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

const BOUND: Duration = Duration::from_mins(1);
const READY: &str = "listening on ";
const BUCKET: &str = "notespot";

/// An S3 store that remembers what it was sent and keeps none of it; what is fetched from it is zeros.
///
/// Dropping it kills the process.
#[derive(Debug)]
pub struct DiscardingStore {
    url: String,
    _process: Child,
}

/// What the store has seen so far.
#[derive(Debug, Deserialize)]
pub struct Stored {
    /// Objects that are complete.
    pub objects: u64,
    /// Their sizes together.
    pub object_bytes: u64,
}

impl DiscardingStore {
    /// Starts it on a port of its own, and waits until it is ready.
    pub async fn start() -> anyhow::Result<Self> {
        let mut command = Command::new(crate::program("discarding-store")?);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().context("The store could not be started.")?;
        let stdout = process.stdout.take().context("The store has no standard output.")?;
        let mut line = String::new();
        timeout(BOUND, BufReader::new(stdout).read_line(&mut line))
            .await
            .context("The store is not ready.")??;
        let url = line.trim_end().strip_prefix(READY).with_context(|| format!("It said {line:?}."))?;
        Ok(Self { url: url.to_owned(), _process: process })
    }

    /// As `--objects` of a server takes it.
    #[must_use]
    pub fn bucket(&self) -> String {
        format!("s3://{BUCKET}?region=us-east-1&endpoint={}&path_style=true", self.url)
    }

    /// What it has seen so far.
    pub async fn stored(&self) -> anyhow::Result<Stored> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        Ok(client.get(format!("{}/__counts", self.url)).send().await?.json().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_object_has_to_have_the_checksum_that_it_announces() {
        let store = DiscardingStore::start().await.unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let put = |name: &str, bytes: &'static str| {
            let put = client.put(format!("{}/{BUCKET}/{name}", store.url)).body(bytes);
            put.header("x-amz-checksum-crc64nvme", crate::crc_of(b"right").to_string()).send()
        };
        assert_eq!(put("one", "right").await.unwrap().status(), 200);
        assert_eq!(put("two", "wrong").await.unwrap().status(), 400);
        assert_eq!(store.stored().await.unwrap().objects, 1);
    }
}
