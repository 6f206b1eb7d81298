//! A server that says what it is told to: for answers that no server of ours gives.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use notespot_client::{ApiClient, MemoryStore, Secret, Session, SessionConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use url::Url;

pub(crate) struct Scripted {
    pub(crate) url: Url,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    /// Gives each answer once, in order, each on a connection of its own; then nothing more.
    pub(crate) async fn start(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let told = heard.clone();
        tokio::spawn(async move {
            let mut answers = VecDeque::from(answers);
            while let Some(answer) = answers.pop_front() {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = Vec::new();
                while !request.windows(4).any(|window| window == b"\r\n\r\n") {
                    assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0, "the client hung up");
                }
                told.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        });
        Self { url, heard }
    }

    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// A client with a personal access token.
    pub(crate) fn client(&self) -> ApiClient {
        let store = Arc::new(MemoryStore::default());
        let config = SessionConfig::new(self.url.clone(), store, "unused.lock".into());
        let config = SessionConfig { token: Some(Secret::new("nsp_secret")), ..config };
        ApiClient::new(Session::new(config).unwrap())
    }
}

pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}")
}

pub(crate) fn json(status: &str, body: &str) -> String {
    answer(status, "Content-Type: application/json\r\n", body)
}

pub(crate) fn problem(status: &str, body: &str) -> String {
    answer(status, "Content-Type: application/problem+json\r\n", body)
}
