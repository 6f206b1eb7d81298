//! `--parallel`: how many requests with content are under way at once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use notespot_testkit::{DiscardingStore, TestServer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::Machine;

/// Long enough for everything that may be under way to be so together.
const DELAY: Duration = Duration::from_millis(40);

/// A long way to a store: counts the requests that are on it.
struct LongWay {
    address: SocketAddr,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    under_way: AtomicUsize,
    most: AtomicUsize,
}

impl LongWay {
    async fn to(store: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, counts) = (listener.local_addr().unwrap(), Arc::<Counts>::default());
        let counted = counts.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, counts) = (TcpStream::connect(store).await.unwrap(), counted.clone());
                tokio::spawn(async move { carry(client, server, &counts).await });
            }
        });
        Self { address, counts }
    }

    /// The most at once since it was asked before.
    fn most(&self) -> usize {
        self.counts.most.swap(0, Ordering::Relaxed)
    }
}

/// A request is under way from its first byte to that of its answer: on HTTP/1.1, one after the other.
async fn carry(mut client: TcpStream, mut server: TcpStream, counts: &Arc<Counts>) -> std::io::Result<()> {
    let (mut request, mut answer) = (vec![0; 16 * 1024], vec![0; 16 * 1024]);
    let mut under_way = None;
    loop {
        tokio::select! {
            read = client.read(&mut request) => {
                let read = read?;
                if read == 0 {
                    return Ok(());
                }
                if under_way.is_none() {
                    under_way = Some(UnderWay::begin(counts));
                    tokio::time::sleep(DELAY).await;
                }
                server.write_all(&request[..read]).await?;
            }
            read = server.read(&mut answer) => {
                let read = read?;
                if read == 0 {
                    return Ok(());
                }
                under_way = None;
                client.write_all(&answer[..read]).await?;
            }
        }
    }
}

struct UnderWay(Arc<Counts>);

impl UnderWay {
    fn begin(counts: &Arc<Counts>) -> Self {
        let under_way = counts.under_way.fetch_add(1, Ordering::Relaxed) + 1;
        counts.most.fetch_max(under_way, Ordering::Relaxed);
        Self(counts.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn as_many_requests_are_under_way_as_was_said() {
    let store = DiscardingStore::start().await.unwrap();
    let bucket = store.bucket();
    let (_, after) = bucket.split_once("endpoint=http://").unwrap();
    let way = LongWay::to(after.split('&').next().unwrap().parse().unwrap()).await;
    // The server itself has a shorter one.
    let objects = format!("{bucket}&public_endpoint=http://{}", way.address);
    let machine = Machine::at(TestServer::with(&["--objects", &objects]).await.unwrap()).await;
    for folder in ["small", "large"] {
        std::fs::create_dir(machine.home.path().join(folder)).unwrap();
    }
    // Zeros, as the store will give them back.
    for number in 0..30 {
        machine.file(&format!("small/{number}.txt"), &[0; 5]);
    }
    machine.file("large/film.mkv", &vec![0; 40 << 20]);
    for (tree, parallel) in [("small", "2"), ("small", "5"), ("large", "2")] {
        let back = format!("back {parallel}");
        for arguments in [
            &["upload", tree, "--on-conflict", "replace", "--parallel", parallel][..],
            &["download", tree, "--to", &back, "--parallel", parallel],
        ] {
            let ran = machine.run(arguments).await;
            assert_eq!(ran.code, Some(0), "{ran:?}");
            assert_eq!(way.most().to_string(), parallel, "{arguments:?}");
        }
    }
}
