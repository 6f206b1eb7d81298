//! Clients that listen for changes, as many as are asked for.

use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::world::World;

/// From one address there are some 28,000 ports to come from.
const FROM_ONE_ADDRESS: usize = 10_000;
/// That have asked and not heard yet.
const AT_ONCE: usize = 64;
const BOUND: Duration = Duration::from_mins(2);

/// Opens so many, waits until each was told of a revision, says so, and keeps them until standard input ends.
pub(crate) async fn listen(world: &World, count: usize) {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).unwrap();
    let server: SocketAddr = world.server().socket_addrs(|| None).unwrap()[0];
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let began = Instant::now();
    let mut opening = tokio::task::JoinSet::new();
    for number in 0..count {
        let token = world.owners[number % world.owners.len()].token.clone();
        let places = Arc::clone(&places);
        opening.spawn(async move {
            let _place = places.acquire().await.unwrap();
            let from = Ipv4Addr::new(127, 0, 0, u8::try_from(1 + number / FROM_ONE_ADDRESS).unwrap());
            timeout(BOUND, told(server, from, &token)).await.map_err(anyhow::Error::from).flatten()
        });
    }
    let (mut open, mut failed) = (Vec::new(), Vec::new());
    while let Some(one) = opening.join_next().await {
        match one.unwrap() {
            Ok(stream) => open.push(stream),
            Err(error) => failed.push(error.to_string()),
        }
    }
    let took = began.elapsed().as_secs_f64();
    println!(
        "{}",
        json!({ "told": open.len(), "failed": failed.len(), "seconds": took, "why": failed.first() })
    );
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await.unwrap().unwrap();
}

/// A stream that has told of a revision.
async fn told(server: SocketAddr, from: Ipv4Addr, token: &str) -> anyhow::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((from, 0)))?;
    let mut stream = socket.connect(server).await?;
    let ask = format!("GET /v1/events HTTP/1.1\r\nhost: {server}\r\nauthorization: Bearer {token}\r\n\r\n");
    stream.write_all(ask.as_bytes()).await?;
    let mut heard = Vec::new();
    let mut some = [0; 1024];
    loop {
        let read = stream.read(&mut some).await?;
        heard.extend_from_slice(&some[..read]);
        let text = String::from_utf8_lossy(&heard);
        if text.starts_with("HTTP/1.1 200") && text.contains("event: revision") {
            return Ok(stream);
        }
        anyhow::ensure!(read > 0 && (text.len() < 12 || text.starts_with("HTTP/1.1 200")), "it said {text}");
    }
}
