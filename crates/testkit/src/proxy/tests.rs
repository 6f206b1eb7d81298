use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

const BOUND: Duration = Duration::from_secs(10);

/// A proxy before a server that sends back what it is sent.
async fn echoed() -> FaultProxy {
    let proxy = FaultProxy::start().await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    proxy.forward_to(listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = socket.into_split();
                tokio::io::copy(&mut from, &mut to).await
            });
        }
    });
    proxy
}

async fn connected(proxy: &FaultProxy) -> TcpStream {
    TcpStream::connect(proxy.url().socket_addrs(|| None).unwrap()[0]).await.unwrap()
}

/// Sends all of it, and gives what came back before the connection ended.
async fn sent_and_back(proxy: &FaultProxy, content: &[u8]) -> Vec<u8> {
    let (mut from, mut to) = connected(proxy).await.into_split();
    let content = content.to_vec();
    let sending = tokio::spawn(async move {
        // A connection that is dropped refuses the rest: that is what is tested.
        let _ = to.write_all(&content).await;
        let _ = to.shutdown().await;
    });
    let mut back = Vec::new();
    let _ = timeout(BOUND, from.read_to_end(&mut back)).await.unwrap();
    sending.await.unwrap();
    back
}

#[tokio::test]
async fn without_faults_everything_arrives() {
    let proxy = echoed().await;
    let content = crate::content(1, 300_000);
    assert_eq!(sent_and_back(&proxy, &content).await, content);
    assert_eq!(proxy.passed(Direction::ToServer), 300_000);
    assert_eq!(proxy.connections(), 1);
}

#[tokio::test]
async fn a_dropped_connection_ends_after_its_bytes_and_the_next_is_well() {
    let proxy = echoed().await;
    let content = crate::content(2, 300_000);
    proxy.inject(Fault { direction: Direction::ToServer, after_bytes: 100_000, kind: FaultKind::Drop });
    assert!(sent_and_back(&proxy, &content).await.len() <= 100_000);
    proxy.struck(1, BOUND).await.unwrap();
    assert_eq!(sent_and_back(&proxy, &content).await, content);
}

#[tokio::test]
async fn exactly_one_byte_is_corrupted() {
    let proxy = echoed().await;
    let content = crate::content(3, 50_000);
    proxy.inject(Fault { direction: Direction::ToClient, after_bytes: 40_000, kind: FaultKind::Corrupt });
    let back = sent_and_back(&proxy, &content).await;
    let wrong: Vec<usize> = (0..content.len()).filter(|&at| back[at] != content[at]).collect();
    assert_eq!(wrong, [40_000]);
}

#[tokio::test]
async fn a_stalled_connection_stays_open_and_silent_until_the_network_goes_away() {
    let proxy = echoed().await;
    proxy.inject(Fault { direction: Direction::ToServer, after_bytes: 0, kind: FaultKind::Stall });
    let mut socket = connected(&proxy).await;
    socket.write_all(b"x").await.unwrap();
    proxy.struck(1, BOUND).await.unwrap();
    assert_eq!(socket.try_read(&mut [0]).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    proxy.go_offline();
    let closed = timeout(BOUND, socket.read(&mut [0])).await.unwrap();
    assert!(matches!(closed, Ok(0) | Err(_)));
    proxy.go_online();
    assert_eq!(sent_and_back(&proxy, b"well").await, b"well");
}

#[tokio::test]
async fn a_delayed_byte_arrives_later() {
    let proxy = echoed().await;
    let delay = Duration::from_millis(300);
    proxy.inject(Fault { direction: Direction::ToServer, after_bytes: 2, kind: FaultKind::Delay(delay) });
    let began = std::time::Instant::now();
    assert_eq!(sent_and_back(&proxy, b"later").await, b"later");
    assert!(began.elapsed() >= delay);
}
