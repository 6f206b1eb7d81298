//! The proxy of a company: an HTTP proxy with `CONNECT`, and a SOCKS5 proxy.

mod http;
mod socks;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The only way out of a network. Whatever name or address it is asked for leads to one server: so a
/// test can use names that no resolver knows, and see that the proxy was asked for them.
///
/// Dropping it ends it.
#[derive(Debug)]
pub struct WayOut {
    address: SocketAddr,
    scheme: &'static str,
    rules: Arc<Rules>,
    accepting: JoinHandle<()>,
}

/// What one of them lets through.
#[derive(Debug)]
struct Rules {
    upstream: SocketAddr,
    /// A name and a password.
    wants: Option<(String, String)>,
    refuses: bool,
    asked: Mutex<Vec<String>>,
}

#[derive(Clone, Copy)]
enum Kind {
    Http,
    Socks,
}

impl WayOut {
    /// An HTTP proxy: tunnels by `CONNECT`, and forwards requests for `http://` addresses.
    pub async fn http(upstream: SocketAddr) -> anyhow::Result<Self> {
        Self::start(Kind::Http, Rules::open(upstream)).await
    }

    /// An HTTP proxy for those who know a name and a password.
    pub async fn http_for(upstream: SocketAddr, name: &str, password: &str) -> anyhow::Result<Self> {
        let wants = Some((name.to_owned(), password.to_owned()));
        Self::start(Kind::Http, Rules { wants, ..Rules::open(upstream) }).await
    }

    /// An HTTP proxy that lets nobody through.
    pub async fn http_closed() -> anyhow::Result<Self> {
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 1));
        Self::start(Kind::Http, Rules { refuses: true, ..Rules::open(nowhere) }).await
    }

    /// A SOCKS5 proxy, which looks names up itself (`socks5h`).
    pub async fn socks(upstream: SocketAddr) -> anyhow::Result<Self> {
        Self::start(Kind::Socks, Rules::open(upstream)).await
    }

    /// A SOCKS5 proxy for those who know a name and a password (RFC 1929).
    pub async fn socks_for(upstream: SocketAddr, name: &str, password: &str) -> anyhow::Result<Self> {
        let wants = Some((name.to_owned(), password.to_owned()));
        Self::start(Kind::Socks, Rules { wants, ..Rules::open(upstream) }).await
    }

    /// A SOCKS5 proxy that lets nobody through.
    pub async fn socks_closed() -> anyhow::Result<Self> {
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 1));
        Self::start(Kind::Socks, Rules { refuses: true, ..Rules::open(nowhere) }).await
    }

    async fn start(kind: Kind, rules: Rules) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, rules) = (listener.local_addr()?, Arc::new(rules));
        let accepting = tokio::spawn(accept(listener, kind, Arc::clone(&rules)));
        let scheme = match kind {
            Kind::Http => "http",
            Kind::Socks => "socks5h",
        };
        Ok(Self { address, scheme, rules, accepting })
    }

    /// Its address, as people set it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Its address with a name and a password in it.
    #[must_use]
    pub fn url_as(&self, name: &str, password: &str) -> String {
        format!("{}://{name}:{password}@{}", self.scheme, self.address)
    }

    /// The hosts and ports that it was asked for, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.rules.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for WayOut {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Rules {
    fn open(upstream: SocketAddr) -> Self {
        Self { upstream, wants: None, refuses: false, asked: Mutex::default() }
    }

    fn note(&self, target: String) {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(target);
    }
}

async fn accept(listener: TcpListener, kind: Kind, rules: Arc<Rules>) {
    while let Ok((client, _)) = listener.accept().await {
        let rules = Arc::clone(&rules);
        // A client that hangs up is no failure of the test.
        tokio::spawn(async move {
            match kind {
                Kind::Http => http::serve(client, &rules).await,
                Kind::Socks => socks::serve(client, &rules).await,
            }
        });
    }
}

/// Carries bytes both ways until both sides have ended.
async fn carry(mut client: TcpStream, mut server: TcpStream) -> anyhow::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}
