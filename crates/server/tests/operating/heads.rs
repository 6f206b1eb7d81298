//! Heads of requests that are larger than the server reads.

use std::net::SocketAddr;
use std::time::Duration;

use notespot_testkit::TestServer;
use reqwest::Client;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::metrics::{scrape, value_of};

const BOUND: Duration = Duration::from_secs(20);
const HEAD_MAX_BYTES: usize = 64 * 1024;

/// The first line of what is answered, before the server ends the connection.
async fn answered(address: SocketAddr, sent: &[u8]) -> String {
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(sent).await.unwrap();
    let mut answer = Vec::new();
    timeout(BOUND, socket.read_to_end(&mut answer)).await.expect("it stays open").unwrap();
    String::from_utf8(answer).unwrap().lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_head_of_64_kib_and_100_lines_is_read_and_no_larger_one() {
    let server = TestServer::start().await.unwrap();
    let head = |lines: usize, bytes: usize| {
        let short = "x-short: a\r\n".repeat(lines - 2);
        let mut head = format!("GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{short}x-long: ");
        head.push_str(&"a".repeat(bytes.saturating_sub(head.len() + 4)));
        head + "\r\n\r\n"
    };
    let ask = async |head: &str| answered(server.address(), head.as_bytes()).await;
    assert_eq!(ask(&head(99, HEAD_MAX_BYTES - 1)).await, "HTTP/1.1 204 No Content");
    let too_large = "HTTP/1.1 431 Request Header Fields Too Large";
    assert_eq!(ask(&head(100, 0)).await, too_large);
    // As much as the server reads, and the end is still to come.
    assert_eq!(ask(&head(99, 2 * HEAD_MAX_BYTES)[..HEAD_MAX_BYTES]).await, too_large);
}

#[tokio::test]
async fn with_http2_too() {
    let server = TestServer::start().await.unwrap();
    let client = Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
    let ask = async |bytes: usize| {
        // Each is as long as a frame may be, about.
        let pieces = (0..bytes / 8192).map(|number| (number, "a".repeat(8192)));
        let request = client.get(server.at("/healthz"));
        let request =
            pieces.fold(request, |request, (number, piece)| request.header(format!("x-{number}"), piece));
        timeout(BOUND, request.send()).await.unwrap()
    };
    assert_eq!(ask(HEAD_MAX_BYTES - 8192).await.unwrap().status(), 204);
    assert_eq!(ask(HEAD_MAX_BYTES + 8192).await.unwrap().status(), 431);
    // Far beyond it, the connection may end instead; others are served.
    let refused = ask(64 * HEAD_MAX_BYTES).await;
    assert!(refused.is_err() || refused.is_ok_and(|answer| answer.status() == 431));
    assert_eq!(ask(0).await.unwrap().status(), 204);
}

#[tokio::test]
async fn heads_without_an_end_take_no_memory() {
    const CLIENTS: usize = 32;
    const PIECE: &[u8] = &[b'a'; HEAD_MAX_BYTES];
    /// Each sends eight megabytes, if it can.
    const PIECES: usize = 128;
    let server = TestServer::start().await.unwrap();
    let stranger = server.stranger().unwrap();
    let memory = async || value_of(&scrape(&stranger).await, "process_resident_memory_bytes");
    let before = memory().await;
    let mut held = Vec::new();
    for _ in 0..CLIENTS {
        let mut socket = TcpStream::connect(server.address()).await.unwrap();
        socket.write_all(b"GET / HTTP/1.1\r\nx-long: ").await.unwrap();
        let sending = async {
            for _ in 0..PIECES {
                socket.write_all(PIECE).await?;
            }
            std::io::Result::Ok(())
        };
        // What is not read is not taken either, or the connection is gone.
        let _refused = timeout(BOUND, sending).await.expect("it stays open");
        held.push(socket);
    }
    let more = memory().await.saturating_sub(before);
    assert!(more < (CLIENTS * PIECES * PIECE.len() / 8) as u64, "{more} bytes");
}
