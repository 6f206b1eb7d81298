//! A load balancer before several servers.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Client;
use tokio::io::{AsyncReadExt as _, copy, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::sleep;
use url::Url;

/// How often each server is asked whether it is ready.
const LOOK_EACH: Duration = Duration::from_millis(100);
/// A server that takes longer to say so is not ready.
const PATIENCE: Duration = Duration::from_secs(2);

/// Gives each connection to the next server that is ready, by `/readyz`, as the load balancers of providers do: one
/// that refuses the connection is passed over, and a connection ends with its server. Where no server is ready it
/// is closed.
///
/// Dropping it closes its port; connections that are open go on.
#[derive(Debug)]
pub struct Balancer {
    url: Url,
    state: Arc<State>,
    accepting: JoinHandle<()>,
    asking: Mutex<Vec<JoinHandle<()>>>,
}

/// What has become of connections since the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balanced {
    /// That were accepted.
    pub connections: usize,
    /// That went to another server, because one refused them.
    pub passed_on: usize,
    /// That were closed because no server took them.
    pub closed: usize,
    /// Whose answers were lost.
    pub lost: usize,
}

#[derive(Debug, Default)]
struct State {
    backends: Mutex<Vec<Arc<Backend>>>,
    connections: AtomicUsize,
    passed_on: AtomicUsize,
    closed: AtomicUsize,
    lost: AtomicUsize,
    /// The answers of each such connection are lost; of none where it is 0.
    loses_each: AtomicUsize,
}

#[derive(Debug)]
struct Backend {
    address: SocketAddr,
    is_ready: AtomicBool,
}

impl Balancer {
    /// Listens on a port of its own, with no server behind it.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = Url::parse(&format!("http://{}", listener.local_addr()?))?;
        let state = Arc::new(State::default());
        let accepting = tokio::spawn(accept(listener, Arc::clone(&state)));
        Ok(Self { url, state, accepting, asking: Mutex::default() })
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Puts a server behind it, which is given connections for as long as it is ready.
    pub fn put_behind(&self, address: SocketAddr) -> anyhow::Result<()> {
        let client = Client::builder().no_proxy().timeout(PATIENCE).pool_max_idle_per_host(0).build()?;
        let backend = Arc::new(Backend { address, is_ready: AtomicBool::new(false) });
        self.state.backends.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&backend));
        let asking = tokio::spawn(async move {
            loop {
                let answer = client.get(format!("http://{address}/readyz")).send().await;
                let is_ready = answer.is_ok_and(|answer| answer.status().is_success());
                backend.is_ready.store(is_ready, Ordering::Relaxed);
                sleep(LOOK_EACH).await;
            }
        });
        self.asking.lock().unwrap_or_else(PoisonError::into_inner).push(asking);
        Ok(())
    }

    /// Of each `nth` connection from now on, what the client sends arrives, and with the first byte of an answer the
    /// connection ends: whoever asked does not know what happened. 0 ends this.
    pub fn lose_each(&self, nth: usize) {
        self.state.loses_each.store(nth, Ordering::Relaxed);
    }

    /// How many servers are ready.
    #[must_use]
    pub fn ready(&self) -> usize {
        self.state.ready(0).len()
    }

    /// What has become of connections since the start.
    #[must_use]
    pub fn balanced(&self) -> Balanced {
        let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
        Balanced {
            connections: count(&self.state.connections),
            passed_on: count(&self.state.passed_on),
            closed: count(&self.state.closed),
            lost: count(&self.state.lost),
        }
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.accepting.abort();
        self.asking.get_mut().unwrap_or_else(PoisonError::into_inner).iter().for_each(JoinHandle::abort);
    }
}

impl State {
    /// The servers that are ready, in turn.
    fn ready(&self, turn: usize) -> Vec<Arc<Backend>> {
        let backends = self.backends.lock().unwrap_or_else(PoisonError::into_inner);
        let first = turn.checked_rem(backends.len()).unwrap_or_default();
        let in_turn = backends.iter().cycle().skip(first).take(backends.len());
        in_turn.filter(|backend| backend.is_ready.load(Ordering::Relaxed)).cloned().collect()
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    while let Ok((client, _)) = listener.accept().await {
        let turn = state.connections.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(carry(client, turn, Arc::clone(&state)));
    }
}

async fn carry(mut client: TcpStream, turn: usize, state: Arc<State>) {
    for backend in state.ready(turn) {
        let Ok(mut server) = TcpStream::connect(backend.address).await else {
            backend.is_ready.store(false, Ordering::Relaxed);
            state.passed_on.fetch_add(1, Ordering::Relaxed);
            continue;
        };
        // Without this it would add delays that nobody asked for.
        let quick = client.set_nodelay(true).and_then(|()| server.set_nodelay(true));
        if turn.checked_rem(state.loses_each.load(Ordering::Relaxed)) == Some(0) {
            lose_answer(client, server).await;
            state.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let carried = copy_bidirectional(&mut client, &mut server).await;
        // A connection that broke is seen by both ends on their own sockets.
        let _ = (quick, carried);
        return;
    }
    state.closed.fetch_add(1, Ordering::Relaxed);
}

async fn lose_answer(mut client: TcpStream, mut server: TcpStream) {
    let (mut from_client, _) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let mut first = [0];
    tokio::select! {
        _ = copy(&mut from_client, &mut to_server) => {}
        _ = from_server.read(&mut first) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that says its name to whatever it is asked.
    async fn named(name: &'static str) -> (SocketAddr, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = axum::Router::new().fallback(move || async move { name });
        (address, tokio::spawn(async move { axum::serve(listener, app).await.unwrap() }))
    }

    async fn until_ready(balancer: &Balancer, how_many: usize) {
        let ready = async {
            while balancer.ready() != how_many {
                sleep(LOOK_EACH / 10).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), ready).await.unwrap();
    }

    #[tokio::test]
    async fn servers_take_turns_and_one_that_is_gone_is_passed_over() {
        let balancer = Balancer::start().await.unwrap();
        let client = Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
        let ask = async || client.get(balancer.url().clone()).send().await.unwrap().text().await.unwrap();
        assert!(client.get(balancer.url().clone()).send().await.is_err(), "there is nobody yet");
        let mut serving = Vec::new();
        for name in ["a", "b", "c"] {
            let (address, server) = named(name).await;
            balancer.put_behind(address).unwrap();
            serving.push(server);
        }
        until_ready(&balancer, 3).await;
        let answers = [ask().await, ask().await, ask().await];
        let mut sorted = answers.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, ["a", "b", "c"], "each has its turn");
        serving[1].abort();
        for _ in 0..6 {
            assert_ne!(ask().await, "b");
        }
        until_ready(&balancer, 2).await;
        assert_eq!(balancer.balanced().closed, 1);

        balancer.lose_each(1);
        assert!(client.get(balancer.url().clone()).send().await.is_err(), "its answer is lost");
        balancer.lose_each(0);
        ask().await;
        assert_eq!(balancer.balanced().lost, 1);
    }
}
