//! Carrying bytes between two sockets.

use std::io;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::faults::{Direction, FaultKind};
use super::{Network, locked};

const PIECE_BYTES: usize = 16 * 1024;

/// Carries bytes both ways until both sides have ended, or a fault ends it. The sockets are closed
/// when it returns.
pub(super) async fn carry(client: TcpStream, server: TcpStream, network: &Network) {
    // Without this the proxy would add delays that nobody asked for.
    let quick = client.set_nodelay(true).and_then(|()| server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let carried = tokio::try_join!(
        pump(from_client, to_server, Direction::ToServer, network),
        pump(from_server, to_client, Direction::ToClient, network),
    );
    // A broken connection is what this proxy is for: both ends see it on their own sockets.
    let _ = (quick, carried);
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    direction: Direction,
    network: &Network,
) -> io::Result<()> {
    let mut buffer = vec![0; PIECE_BYTES];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return to.shutdown().await;
        }
        let mut rest = &mut buffer[..length];
        while !rest.is_empty() {
            let (passing, struck) = locked(&network.faults).pass(direction, rest.len());
            let (unharmed, after) = rest.split_at_mut(passing);
            to.write_all(unharmed).await?;
            rest = after;
            let Some(kind) = struck else { continue };
            network.struck.send_modify(|count| *count += 1);
            match kind {
                FaultKind::Drop => return Err(io::ErrorKind::ConnectionAborted.into()),
                FaultKind::Stall => std::future::pending().await,
                FaultKind::Delay(time) => tokio::time::sleep(time).await,
                FaultKind::Corrupt => rest[0] ^= 0xff,
            }
        }
    }
}
