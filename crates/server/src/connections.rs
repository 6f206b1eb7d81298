//! Connections: how many, how long they may be silent, and how they end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::metrics::Metrics;
use crate::observe::Counted;

/// For the head of a request, and between two requests of one connection. Longer than load balancers keep silent
/// connections (60 s): one that closes first, just when a request comes, makes them answer 502.
const HEAD_TIMEOUT: Duration = Duration::from_secs(75);
/// Of the head of a request: a browser's cookies and all its tokens fit well.
const HEAD_MAX_BYTES: u32 = 64 * 1024;
/// Requests at once over one connection with HTTP/2.
const STREAMS_MAX: u32 = 100;
/// After the system refused a connection, such as for want of descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop`, then finishes what is under way. No more than `most` connections at once: beyond it, new
/// ones wait in the system's queue until one ends. Those that listen for changes take no more than
/// [half of them](crate::api::Streams).
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    most: usize,
    metrics: &Metrics,
    stop: &CancellationToken,
) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(most));
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
                let place = (place, Counted::new(&metrics.connections));
                tokio::spawn(answer(socket, peer, router.clone(), graceful.watcher(), place));
            }
            Some((_, Err(error))) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(PAUSE).await;
            }
            None => break,
        }
    }
    drop(listener);
    graceful.shutdown().await;
}

async fn answer(
    socket: TcpStream,
    peer: SocketAddr,
    router: Router,
    watcher: Watcher,
    _place: (OwnedSemaphorePermit, Counted),
) {
    // Small answers must not wait for delayed acknowledgements.
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY was not set");
    }
    // Which protocol is spoken is read before any other time is taken: whoever says nothing would keep a place for ever.
    if !matches!(timeout(HEAD_TIMEOUT, socket.readable()).await, Ok(Ok(()))) {
        return;
    }
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let router = router.clone();
        async move { Ok::<_, Infallible>(infallible(router.oneshot(request).await)) }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(HEAD_MAX_BYTES as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(HEAD_TIMEOUT)
        .max_header_list_size(HEAD_MAX_BYTES)
        .max_concurrent_streams(STREAMS_MAX);
    let connection = builder.serve_connection(TokioIo::new(socket), service).into_owned();
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

fn infallible<T>(result: Result<T, Infallible>) -> T {
    match result {
        Ok(value) => value,
        Err(never) => match never {},
    }
}
