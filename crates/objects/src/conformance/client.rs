//! A client that knows presigned requests and nothing else.

use std::net::{Ipv4Addr, SocketAddr};

use notespot_protocol::{ByteCount, Checksum, PartToSend, PresignedRequest};
use reqwest::{Method, StatusCode};

use crate::{ObjectStore, checksums};

/// Sends presigned requests.
pub struct Client(reqwest::Client);

/// What came back.
pub struct Sent {
    /// The status.
    pub status: StatusCode,
    /// The body.
    pub body: Vec<u8>,
}

impl Client {
    /// A client without a memory: each request has a connection of its own, since a store may close one
    /// after it refused a request.
    ///
    /// # Panics
    /// Where no client can be made.
    #[must_use]
    pub fn new() -> Self {
        // RFC 6761, section 6.3: such a name is this machine's, which not every system knows.
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let client = reqwest::Client::builder().no_proxy().resolve("notespot.localhost", here);
        let client = client.pool_max_idle_per_host(0).build();
        Self(client.expect("a client"))
    }

    /// Sends exactly what was signed, with this body.
    pub async fn send(&self, request: &PresignedRequest, body: &[u8]) -> Sent {
        self.send_with(request, &[], body).await
    }

    /// Sends with more headers.
    pub async fn send_with(&self, request: &PresignedRequest, more: &[(&str, &str)], body: &[u8]) -> Sent {
        let method: Method = request.method.parse().expect("a method");
        let mut call = self.0.request(method, request.url.expose());
        for (name, value) in &request.headers {
            call = call.header(name, value);
        }
        for (name, value) in more {
            call = call.header(*name, *value);
        }
        if request.method == "PUT" {
            call = call.body(body.to_vec());
        }
        let answer = call.send().await.expect("an answer");
        Sent { status: answer.status(), body: answer.bytes().await.expect("a body").to_vec() }
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

/// Of some bytes, as this store verifies them.
pub(super) async fn sum_of(store: &dyn ObjectStore, bytes: &[u8]) -> Checksum {
    checksums::of(store.checksum_algorithm().await.expect("a known store"), bytes)
}

/// Of an object in these parts, as this store has it.
pub(super) async fn sum_of_parts(store: &dyn ObjectStore, parts: &[&[u8]]) -> Checksum {
    let algorithm = store.checksum_algorithm().await.expect("a known store");
    let sums = parts.iter().map(|part| Some(checksums::of(algorithm, part)));
    checksums::over_parts(algorithm, sums).unwrap_or_else(|| checksums::of(algorithm, &parts.concat()))
}

pub(super) async fn part(store: &dyn ObjectStore, number: u32, bytes: &[u8]) -> PartToSend {
    let checksum = sum_of(store, bytes).await;
    PartToSend { number, size: ByteCount(bytes.len() as u64), checksum }
}

/// Bytes that differ from place to place and from seed to seed.
pub(super) fn content(seed: u8, length: usize) -> Vec<u8> {
    (0..length).map(|at| (at.wrapping_mul(31) ^ (at >> 8)) as u8 ^ seed).collect()
}
