//! Connections: how many, how many of one network, how long they may be silent, and how they end.

mod silence;
mod socket;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

pub(crate) use self::silence::Patience;
use self::silence::Silence;
use self::socket::Socket;
use crate::metrics::Metrics;
use crate::observe::Counted;
use crate::shares::{Share, Shares};

/// Of the head of a request: a browser's cookies and all its tokens fit well. With HTTP/1 it has 100 lines at most, which is
/// hyper's own default: to name it would cost each request an allocation.
const HEAD_MAX_BYTES: u32 = 64 * 1024;
/// Requests at once over one connection with HTTP/2.
const STREAMS_MAX: u32 = 100;
/// How often a client with HTTP/2 has to show that it is there, while it is answered.
const PING_INTERVAL: Duration = Duration::from_secs(75);
/// How long a connection that is told to end may take for it: a client with HTTP/2 learns which requests were not read.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// After the system refused a connection, such as for want of descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// What connections have to keep to.
pub(crate) struct Rules {
    /// At once: beyond it, new ones wait in the system's queue until one ends. Those that listen for changes take no
    /// more than [half of them](crate::api::Streams).
    pub(crate) most: usize,
    /// Of each network: one that is too many is closed at once.
    pub(crate) shares: Arc<Shares>,
    pub(crate) patience: Patience,
}

/// Serves until `stop`, then finishes what is under way.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    rules: Rules,
    metrics: &Metrics,
    stop: &CancellationToken,
) {
    let most = u32::try_from(rules.most).unwrap_or(u32::MAX);
    let places = Arc::new(Semaphore::new(rules.most));
    loop {
        let next = async {
            // The semaphore is never closed.
            let place = Arc::clone(&places).acquire_owned().await.ok()?;
            Some((place, listener.accept().await))
        };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = next => accepted,
        };
        match accepted {
            Some((place, Ok((socket, peer)))) => {
                let Some(share) = rules.shares.take(peer.ip()) else {
                    metrics.rate_limited("connection");
                    continue;
                };
                let place = (place, share, Counted::new(&metrics.connections));
                tokio::spawn(answer(socket, peer, router.clone(), rules.patience, stop.clone(), place));
            }
            Some((_, Err(error))) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(PAUSE).await;
            }
            None => break,
        }
    }
    drop(listener);
    // Whoever has all places knows that all connections have ended. It is never closed.
    let _ended = places.acquire_many(most).await;
}

async fn answer(
    socket: TcpStream,
    peer: SocketAddr,
    router: Router,
    patience: Patience,
    stop: CancellationToken,
    _place: (OwnedSemaphorePermit, Share, Counted),
) {
    // Small answers must not wait for delayed acknowledgements.
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY was not set");
    }
    let silence = Silence::new();
    let noticed = Arc::clone(&silence);
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let (mut request, under_way) = silence::begin(&noticed, request);
        request.extensions_mut().insert(ConnectInfo(peer));
        let router = router.clone();
        async move {
            let response = infallible(router.oneshot(request).await);
            Ok::<_, Infallible>(under_way.answered(response))
        }
    });
    let builder = builder();
    let socket = TokioIo::new(Socket { stream: socket, silence: Arc::clone(&silence) });
    let mut connection = pin!(builder.serve_connection(socket, service));
    let mut stopped = pin!(stop.cancelled());
    let mut is_told = false;
    let mut look_again = pin!(sleep_until(Instant::now() + patience.head));
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended early");
                }
                return;
            }
            () = stopped.as_mut(), if !is_told => {
                is_told = true;
                connection.as_mut().graceful_shutdown();
            }
            () = look_again.as_mut() => match silence.allowed_until(patience) {
                Some(until) => look_again.as_mut().reset(until),
                None if is_told => return,
                None => {
                    is_told = true;
                    connection.as_mut().graceful_shutdown();
                    look_again.as_mut().reset(Instant::now() + LAST_WORDS);
                }
            },
        }
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        // That of `Silence` holds for both protocols, and before it is known which is spoken.
        .header_read_timeout(None)
        .max_buf_size(HEAD_MAX_BYTES as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_INTERVAL)
        .max_header_list_size(HEAD_MAX_BYTES)
        .max_concurrent_streams(STREAMS_MAX);
    builder
}

fn infallible<T>(result: Result<T, Infallible>) -> T {
    match result {
        Ok(value) => value,
        Err(never) => match never {},
    }
}
