//! Clients as they may come, over real sockets.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing::{get, post};
use futures_util::stream::unfold;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::{Instant, interval, sleep, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{Patience, Rules, serve};
use crate::metrics::Metrics;
use crate::shares::Shares;

const PATIENCE: Duration = Duration::from_millis(300);
/// For a piece of a body. A client of these tests that is in time takes an eighth of it.
const PIECE_PATIENCE: Duration = Duration::from_millis(1200);
/// Longer than anybody may be silent.
const LONG: Duration = Duration::from_millis(1500);
const BOUND: Duration = Duration::from_secs(20);
const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
const PIECE: &[u8] = &[0; 16 * 1024];
/// What a client with HTTP/2 begins with, and its settings: none.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
const PING: &[u8] = b"\0\0\x08\x06\0\0\0\0\0--------";

/// Serves until it is dropped.
async fn serving(router: Router, of_network: usize, exempt: &str) -> (SocketAddr, DropGuard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let guard = stop.clone().drop_guard();
    let rules = Rules {
        most: 50,
        shares: Shares::new(of_network, vec![exempt.parse().unwrap()]),
        patience: Patience { head: PATIENCE, piece: PIECE_PATIENCE },
    };
    tokio::spawn(async move { serve(listener, router, rules, &Metrics::default(), &stop).await });
    (address, guard)
}

async fn patiently(router: Router) -> (SocketAddr, DropGuard) {
    serving(router, 50, "127.0.0.0/8").await
}

fn hello() -> Router {
    Router::new().route("/", get(async || "hello"))
}

/// Begins so, and goes on with a byte of the rest now and then, until the server has had enough: after how long.
async fn ended_after(address: SocketAddr, begins: &[u8], rest: &[u8]) -> Duration {
    let began = Instant::now();
    let (mut reader, mut writer) = TcpStream::connect(address).await.unwrap().into_split();
    writer.write_all(begins).await.unwrap();
    let mut ticks = interval(PATIENCE / 6);
    let mut rest = rest.iter().copied().cycle();
    let mut answer = Vec::new();
    let ended = async {
        loop {
            tokio::select! {
                read = reader.read_buf(&mut answer) => if !read.is_ok_and(|read| read > 0) { break },
                _ = ticks.tick() => {
                    let Some(byte) = rest.next() else { continue };
                    if writer.write_all(&[byte]).await.is_err() { break }
                }
            }
        }
    };
    timeout(BOUND, ended).await.expect("it keeps its place");
    began.elapsed()
}

#[tokio::test]
async fn who_does_not_send_the_head_of_a_request_is_not_waited_for_whatever_trickles_in() {
    let (address, _serving) = patiently(hello()).await;
    let half_a_head = [PREFACE, b"\0\0\x01\x01\0\0\0\0\x01\x82\0\x10\0\x09\0\0\0\0\x01"].concat();
    let clients: [(&str, &[u8], &[u8]); 10] = [
        ("says nothing", b"", b""),
        ("a byte and nothing", b"G", b""),
        ("a header that never ends", b"GET / HTTP/1.1\r\nhost: x\r\nx-long: ", b"a"),
        ("headers that never end", b"GET / HTTP/1.1\r\n", b"a: b\r\n"),
        ("what may become HTTP/2", b"P", b""),
        ("what becomes it slowly", b"", PREFACE),
        ("HTTP/2 and no request", PREFACE, b""),
        ("HTTP/2 and pings", PREFACE, PING),
        ("HTTP/2 and half a head", &half_a_head, b"\x82"),
        ("nothing after a request", GET, b""),
    ];
    let all = clients.map(async |(named, begins, rest)| {
        let took = ended_after(address, begins, rest).await;
        assert!(took >= PATIENCE, "{named}: {took:?}");
    });
    futures_util::future::join_all(all).await;
}

/// What is answered to this; the server ends the connection when it was asked to, or has had enough.
async fn answer(address: SocketAddr, pieces: &[&[u8]], pause: Duration) -> String {
    let mut socket = TcpStream::connect(address).await.unwrap();
    for piece in pieces {
        socket.write_all(piece).await.unwrap();
        sleep(pause).await;
    }
    let mut answer = Vec::new();
    let read = timeout(BOUND, socket.read_to_end(&mut answer)).await.expect("it keeps its place");
    read.map_or_else(|_| String::new(), |_| String::from_utf8(answer).unwrap())
}

#[tokio::test]
async fn who_waits_for_this_server_waits_as_long_as_it_takes() {
    let slow = get(async || {
        sleep(LONG).await;
        "at last"
    });
    let in_pieces = get(async || {
        Body::from_stream(unfold(0, async |number| {
            if number == 1 {
                sleep(LONG).await;
            }
            (number < 3).then(|| (Ok::<_, std::io::Error>(format!("piece {number};")), number + 1))
        }))
    });
    let upload = post(async |body: Bytes| format!("{} bytes", body.len()));
    let router = Router::new().route("/slow", slow).route("/pieces", in_pieces).route("/upload", upload);
    let (address, _serving) = patiently(router).await;
    let ask = async |asks: &str, length: usize, pieces: usize| {
        let head =
            format!("{asks} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
        let mut sent = vec![head.as_bytes()];
        sent.resize(1 + pieces, b"12345");
        answer(address, &sent, PIECE_PATIENCE / 8).await
    };
    let (slow, in_pieces, slowly, stalled) = tokio::join!(
        ask("GET /slow", 0, 0),
        ask("GET /pieces", 0, 0),
        ask("POST /upload", 50, 10),
        ask("POST /upload", 50, 2),
    );
    assert!(slow.ends_with("at last"), "{slow}");
    assert!(in_pieces.contains("piece 2;") && in_pieces.ends_with("0\r\n\r\n"), "{in_pieces}");
    assert!(slowly.ends_with("50 bytes"), "each piece in time: {slowly}");
    assert!(!stalled.contains("200 OK"), "{stalled}");
}

/// What the server has handed over waits in buffers, and is the client's all the same.
#[tokio::test]
async fn who_takes_a_long_answer_slowly_gets_all_of_it() {
    const LENGTH: usize = 16 << 20;
    let router = Router::new().route("/", get(async || Bytes::from(vec![b'x'; LENGTH])));
    let (address, _serving) = patiently(router).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(64 << 10).unwrap();
    let mut socket = socket.connect(address).await.unwrap();
    socket.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    let (began, mut taken, mut piece) = (Instant::now(), 0, vec![0; 256 << 10]);
    loop {
        match timeout(BOUND, socket.read_exact(&mut piece)).await.expect("more comes") {
            Ok(some) => taken += some,
            // The last piece is shorter.
            Err(_) => break,
        }
        sleep(PATIENCE / 6).await;
    }
    assert!(taken >= LENGTH, "{taken}");
    assert!(began.elapsed() > 8 * PATIENCE, "it was too fast to tell");
}

#[tokio::test]
async fn who_does_not_take_what_is_sent_is_not_waited_for() {
    let held = Arc::new(());
    let holder = Arc::clone(&held);
    let endless = get(async move || {
        Body::from_stream(unfold(holder, async |holder| {
            Some((Ok::<_, std::io::Error>(Bytes::from_static(PIECE)), holder))
        }))
    });
    let (address, _serving) = patiently(Router::new().route("/", endless)).await;
    // GET / with HTTP/2, as HPACK's table has it.
    let with_http2 = [PREFACE, b"\0\0\x03\x01\x05\0\0\0\x01\x82\x86\x84"].concat();
    let mut clients = Vec::new();
    for asks in [GET, &with_http2] {
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket.write_all(asks).await.unwrap();
        // More than greetings: its answer has begun.
        let mut first = vec![0; 20_000];
        socket.read_exact(&mut first).await.unwrap();
        clients.push(socket);
    }
    let gone = async {
        while Arc::strong_count(&held) > 2 {
            sleep(PATIENCE / 6).await;
        }
    };
    timeout(BOUND, gone).await.expect("it keeps its place");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_address_has_its_share_of_the_connections_and_a_proxy_as_many_as_there_are() {
    let slow = get(async || std::future::pending::<()>().await);
    let (address, _serving) = serving(hello().route("/slow", slow), 2, "127.0.0.9/32").await;
    let connect = async |from: &str, path: &str| {
        let from: IpAddr = from.parse().unwrap();
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        let mut socket = socket.connect(address).await.unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
        socket.write_all(head.as_bytes()).await.unwrap();
        socket
    };
    let is_served = async |from: &str| {
        let mut first = [0; 4];
        let mut socket = connect(from, "/").await;
        let read = timeout(BOUND, socket.read_exact(&mut first)).await.unwrap();
        read.is_ok_and(|_| first == *b"HTTP")
    };
    let mut held = vec![connect("127.0.0.1", "/slow").await, connect("127.0.0.1", "/slow").await];
    assert!(!is_served("127.0.0.1").await);
    assert!(is_served("127.0.0.2").await, "another address");
    let of_the_proxy: Vec<_> =
        futures_util::future::join_all((0..5).map(|_| connect("127.0.0.9", "/slow"))).await;
    assert!(is_served("127.0.0.9").await);
    held.pop();
    timeout(BOUND, async { while !is_served("127.0.0.1").await {} }).await.expect("its place is free again");
    drop((held, of_the_proxy));
}
