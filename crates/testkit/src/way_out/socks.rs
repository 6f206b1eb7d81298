//! A SOCKS5 proxy (RFC 1928), with names and passwords (RFC 1929).

use std::net::{Ipv4Addr, Ipv6Addr};

use anyhow::{bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Rules, carry};

const VERSION: u8 = 5;
const NO_AUTHENTICATION: u8 = 0;
const NAME_AND_PASSWORD: u8 = 2;
const NOTHING_ACCEPTABLE: u8 = 0xff;
const NOT_ALLOWED: u8 = 2;

pub(super) async fn serve(mut client: TcpStream, rules: &Rules) -> anyhow::Result<()> {
    ensure!(client.read_u8().await? == VERSION, "This is not SOCKS5.");
    let offered = counted(&mut client).await?;
    let method = if rules.wants.is_some() { NAME_AND_PASSWORD } else { NO_AUTHENTICATION };
    if !offered.contains(&method) {
        client.write_all(&[VERSION, NOTHING_ACCEPTABLE]).await?;
        return Ok(client.shutdown().await?);
    }
    client.write_all(&[VERSION, method]).await?;
    if let Some((name, password)) = &rules.wants {
        ensure!(client.read_u8().await? == 1, "This is not RFC 1929.");
        let given = (counted(&mut client).await?, counted(&mut client).await?);
        let right = given.0 == name.as_bytes() && given.1 == password.as_bytes();
        client.write_all(&[1, u8::from(!right)]).await?;
        if !right {
            return Ok(client.shutdown().await?);
        }
    }
    let mut command = [0; 3];
    client.read_exact(&mut command).await?;
    ensure!(command == [VERSION, 1, 0], "Only CONNECT is served.");
    let host = match client.read_u8().await? {
        1 => Ipv4Addr::from_bits(client.read_u32().await?).to_string(),
        3 => String::from_utf8(counted(&mut client).await?)?,
        4 => Ipv6Addr::from_bits(client.read_u128().await?).to_string(),
        kind => bail!("There is no kind of address {kind}."),
    };
    rules.note(format!("{host}:{}", client.read_u16().await?));
    let answer = if rules.refuses { NOT_ALLOWED } else { 0 };
    client.write_all(&[VERSION, answer, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
    if rules.refuses {
        return Ok(client.shutdown().await?);
    }
    carry(client, TcpStream::connect(rules.upstream).await?).await
}

/// Bytes after a byte that counts them.
async fn counted(client: &mut TcpStream) -> anyhow::Result<Vec<u8>> {
    let mut bytes = vec![0; client.read_u8().await?.into()];
    client.read_exact(&mut bytes).await?;
    Ok(bytes)
}
