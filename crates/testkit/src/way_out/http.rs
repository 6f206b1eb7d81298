//! An HTTP proxy (RFC 9110 §9.3.6, §7.6).

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Rules, carry};

const HEAD_MAX_BYTES: usize = 64 * 1024;

pub(super) async fn serve(mut client: TcpStream, rules: &Rules) -> anyhow::Result<()> {
    let mut read = Vec::new();
    let end = loop {
        if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        ensure!(client.read_buf(&mut read).await? > 0 && read.len() < HEAD_MAX_BYTES, "There is no head.");
    };
    let head = String::from_utf8_lossy(&read[..end]).into_owned();
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().context("It asks for nothing.")?);
    rules.note(host_of(target).to_owned());
    if let Some((name, password)) = &rules.wants {
        let expected = BASE64_STANDARD.encode(format!("{name}:{password}"));
        let given = head.lines().find_map(|line| {
            let (field, value) = line.split_once(": ")?;
            field.eq_ignore_ascii_case("proxy-authorization").then_some(value)
        });
        if given.and_then(|value| value.strip_prefix("Basic ")) != Some(expected.as_str()) {
            return refuse(client, "407 Proxy Authentication Required").await;
        }
    }
    if rules.refuses {
        return refuse(client, "403 Forbidden").await;
    }
    let mut server = TcpStream::connect(rules.upstream).await?;
    if method == "CONNECT" {
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
        server.write_all(&read[end..]).await?;
    } else {
        // Servers accept the absolute form of a request too (RFC 9112 §3.2.2).
        server.write_all(&read).await?;
    }
    carry(client, server).await
}

async fn refuse(mut client: TcpStream, status: &str) -> anyhow::Result<()> {
    let page = "<html>This network is watched.</html>";
    let length = page.len();
    let challenge = "Proxy-Authenticate: Basic realm=\"company\"\r\n";
    let head =
        format!("HTTP/1.1 {status}\r\n{challenge}Content-Type: text/html\r\nContent-Length: {length}\r\n");
    client.write_all(format!("{head}Connection: close\r\n\r\n{page}").as_bytes()).await?;
    client.shutdown().await?;
    Ok(())
}

/// Of `host:port`, or of an absolute address.
fn host_of(target: &str) -> &str {
    let after_scheme = target.split_once("://").map_or(target, |(_, after)| after);
    after_scheme.split('/').next().unwrap_or_default()
}
