//! `notespot-server serve`

use std::io::{ErrorKind, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use url::Url;

use crate::config::Config;
use crate::connections::{self, Patience, Rules};
use crate::shares::{self, Shares};
use crate::state::{Ends, Server};
use crate::{router, stores, sweeper};

/// How long requests under way may take after SIGTERM.
const DRAIN: Duration = Duration::from_secs(20);

pub(super) async fn serve(config: Config) -> anyhow::Result<()> {
    // Listened for before anything else: a signal during the start must not kill half-way.
    let ends = end_on_signal(config.operations.drain_delay)?;
    let stop = ends.stop.clone();
    let listener = bind(config.listen).await?;
    let address = listener.local_addr().context("The port could not be read.")?;
    let public_url = match &config.public_url {
        Some(url) => url.clone(),
        None => Url::parse(&format!("http://{address}")).context("The address cannot be a URL.")?,
    };
    stores::make_data_dir(&config.data_dir)?;
    let parts = stores::open(&config, &public_url).await?;
    let server = Arc::new(Server::new(&config, public_url, &parts, ends));
    let sweeping =
        tokio::spawn(sweeper::run(Arc::clone(&server), Arc::clone(&parts.metadata.accounts), stop.clone()));
    let app = router::router(&server, &parts, config.operations.trusted_proxies.clone().into());

    say_ready(address);
    let operations = &config.operations;
    let rules = Rules {
        most: operations.connections,
        shares: Shares::new(operations.connections_of_one, shares::exempt(&operations.trusted_proxies)),
        patience: Patience::USUAL,
    };
    let serving = connections::serve(listener, app, rules, &server.metrics, &stop);
    let drained = async {
        stop.cancelled().await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        () = serving => {}
        () = drained => tracing::warn!(seconds = DRAIN.as_secs(), "some requests were cut off"),
    }
    sweeping.await.context("The sweeper failed.")?;
    parts.metadata.close().await;
    tracing::info!("stopped");
    Ok(())
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow::anyhow!(
            "Port {port} is in use by another program. Stop that program, or choose another port with --listen {ip}:0.",
            port = address.port(),
            ip = address.ip(),
        ),
        ErrorKind::PermissionDenied => anyhow::anyhow!(
            "Listening on port {} is not allowed to this user. Choose a port above 1023 with --listen.",
            address.port()
        ),
        _ => anyhow::Error::new(error).context(format!("Listening on {address} is not possible.")),
    })
}

/// The line that programs wait for.
fn say_ready(address: SocketAddr) {
    let mut out = std::io::stdout();
    // Whoever started the server may have closed its end; the server serves all the same.
    let said = writeln!(out, "listening on http://{address}").and_then(|()| out.flush());
    if let Err(error) = said {
        tracing::debug!(%error, "nobody reads standard output");
    }
}

/// At a signal the server is on its way out, and ends after `delay`, or at another signal.
fn end_on_signal(delay: Duration) -> anyhow::Result<Ends> {
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be listened for.")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT cannot be listened for.")?;
    let ends = Ends::default();
    let told = ends.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => tracing::info!("SIGTERM: finishing what is under way"),
            _ = interrupt.recv() => tracing::info!("interrupted: finishing what is under way"),
        }
        told.ending.cancel();
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        told.stop.cancel();
    });
    Ok(ends)
}
