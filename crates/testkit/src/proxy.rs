//! A TCP proxy that breaks what passes through it, when it is told to.

mod faults;
mod pump;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use url::Url;

use self::faults::Faults;
pub use self::faults::{Direction, Fault, FaultKind};

/// A network between a client and a server, with faults on request.
///
/// Faults are counted in bytes over all connections, so that a test need not know which connection
/// a request takes. Each strikes once. Dropping the proxy closes everything.
#[derive(Debug)]
pub struct FaultProxy {
    url: Url,
    network: Arc<Network>,
    accepting: JoinHandle<()>,
}

#[derive(Debug)]
struct Network {
    upstream: Mutex<Option<SocketAddr>>,
    faults: Mutex<Faults>,
    /// How many faults have struck.
    struck: watch::Sender<usize>,
    online: watch::Sender<bool>,
    /// How many connections were accepted.
    connections: watch::Sender<usize>,
}

impl FaultProxy {
    /// Listens on a port of its own. Connections are closed at once until
    /// [`FaultProxy::forward_to`] says where they lead.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = Url::parse(&format!("http://{}", listener.local_addr()?))?;
        let network = Arc::new(Network {
            upstream: Mutex::new(None),
            faults: Mutex::default(),
            struck: watch::Sender::new(0),
            online: watch::Sender::new(true),
            connections: watch::Sender::new(0),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&network)));
        Ok(Self { url, network, accepting })
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Says where new connections lead.
    pub fn forward_to(&self, upstream: SocketAddr) {
        *locked(&self.network.upstream) = Some(upstream);
    }

    /// Arms a fault.
    pub fn inject(&self, fault: Fault) {
        locked(&self.network.faults).arm(fault);
    }

    /// Disarms the faults that have not struck yet.
    pub fn heal(&self) {
        locked(&self.network.faults).disarm();
    }

    /// Cuts every connection, and closes new ones at once.
    pub fn go_offline(&self) {
        self.network.online.send_replace(false);
    }

    /// Lets connections through again.
    pub fn go_online(&self) {
        self.network.online.send_replace(true);
    }

    /// Waits until so many faults have struck since the start.
    pub async fn struck(&self, faults: usize, bound: Duration) -> anyhow::Result<()> {
        let mut struck = self.network.struck.subscribe();
        let reached = timeout(bound, struck.wait_for(|count| *count >= faults)).await;
        reached.with_context(|| format!("Fewer than {faults} faults struck in {bound:?}."))??;
        Ok(())
    }

    /// How many connections were opened since the start.
    #[must_use]
    pub fn connections(&self) -> usize {
        *self.network.connections.borrow()
    }

    /// How many bytes passed since the start, in one direction.
    #[must_use]
    pub fn passed(&self, direction: Direction) -> u64 {
        locked(&self.network.faults).passed(direction)
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.go_offline();
    }
}

async fn accept(listener: TcpListener, network: Arc<Network>) {
    while let Ok((client, _)) = listener.accept().await {
        network.connections.send_modify(|count| *count += 1);
        let upstream = *locked(&network.upstream);
        if let (Some(upstream), true) = (upstream, *network.online.borrow()) {
            tokio::spawn(connect(client, upstream, Arc::clone(&network)));
        }
    }
}

async fn connect(client: TcpStream, upstream: SocketAddr, network: Arc<Network>) {
    let mut online = network.online.subscribe();
    let carried = async {
        // A server that is down looks like one: the client's connection is closed.
        if let Ok(server) = TcpStream::connect(upstream).await {
            pump::carry(client, server, &network).await;
        }
    };
    tokio::select! {
        () = carried => {}
        _ = online.wait_for(|online| !online) => {}
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
