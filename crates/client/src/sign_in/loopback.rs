//! The browser's return to 127.0.0.1 (RFC 8252 §7.3), where the `notespot` scheme cannot be
//! registered: development runs, app images, the command line.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use url::Url;

use crate::{ClientError, Session, SessionStatus, SignInError};

/// A browser opens a few connections ahead; more at once are not for us.
const CONNECTIONS_MAX: usize = 16;
const REQUEST_MAX_BYTES: usize = 16 << 10;
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
const PAGE_TIMEOUT: Duration = Duration::from_secs(1);

/// Listens on a free port of 127.0.0.1 for one sign-in.
#[derive(Debug)]
pub struct Loopback {
    listener: TcpListener,
    redirect_uri: Url,
}

impl Loopback {
    /// Opens the listener.
    pub async fn bind() -> Result<Self, ClientError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(SignInError::Listener)?;
        let port = listener.local_addr().map_err(SignInError::Listener)?.port();
        let redirect_uri = Url::parse(&format!("http://127.0.0.1:{port}/callback"))
            .map_err(|_| SignInError::BadAnswer { reason: "the redirect is no URL" })?;
        Ok(Self { listener, redirect_uri })
    }

    /// Where the browser comes back to.
    #[must_use]
    pub fn redirect_uri(&self) -> &Url {
        &self.redirect_uri
    }

    /// Serves the browser until the sign-in under way has come to an end, whichever: `Ok` when
    /// somebody is signed in. A link that belongs to no sign-in gets a page that says so, and the
    /// listener goes on. `ignored` hears of each.
    pub async fn serve(
        self,
        session: &Session,
        ignored: impl Fn() + Send + Sync + 'static,
    ) -> Result<(), ClientError> {
        let (ended, mut end) = mpsc::channel(1);
        let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let shared = Arc::new(Shared { session: session.clone(), base: self.redirect_uri, ignored });
        let mut connections = tokio::task::JoinSet::new();
        loop {
            tokio::select! {
                Some(result) = end.recv() => return result,
                () = session.sign_in_is_over() => {
                    // By a link, whose page may still be on its way to the browser; else from outside.
                    let result = tokio::time::timeout(PAGE_TIMEOUT, end.recv()).await;
                    return result.ok().flatten().unwrap_or_else(|| Err(ended_from_outside(session)));
                }
                accepted = self.listener.accept() => {
                    let Ok((stream, _)) = accepted else { continue };
                    let Ok(permit) = room.clone().try_acquire_owned() else { continue };
                    let (shared, ended) = (shared.clone(), ended.clone());
                    connections.spawn(async move {
                        let _permit = permit;
                        let served = tokio::time::timeout(3 * REQUEST_TIMEOUT, shared.answer(stream, ended));
                        if served.await.is_err() {
                            tracing::debug!("a connection to the sign-in listener was too slow");
                        }
                    });
                    while connections.try_join_next().is_some() {}
                }
            }
        }
    }
}

fn ended_from_outside(session: &Session) -> ClientError {
    match &*session.status().borrow() {
        SessionStatus::SignedOut { reason: Some(_) } => SignInError::Expired.into(),
        _ => SignInError::Cancelled.into(),
    }
}

struct Shared<F> {
    session: Session,
    base: Url,
    ignored: F,
}

impl<F: Fn() + Send + Sync> Shared<F> {
    async fn answer(&self, mut stream: TcpStream, ended: mpsc::Sender<Result<(), ClientError>>) {
        let Some(target) = read_target(&mut stream).await else { return };
        let link = self.base.join(&target).ok().filter(|link| link.path() == self.base.path());
        let Some(link) = link else {
            return write_page(&mut stream, "404 Not Found", "There is nothing here", "Go back to Notespot.")
                .await;
        };
        let result = self.session.finish_sign_in(link.as_str()).await;
        match &result {
            Ok(_) => {
                let words = "You can close this tab and go back to Notespot.";
                write_page(&mut stream, "200 OK", "You are signed in", words).await;
            }
            Err(error) => {
                write_page(&mut stream, "400 Bad Request", "Signing in did not work", &error.to_string())
                    .await;
            }
        }
        if matches!(result, Err(ClientError::SignIn(SignInError::Ignored))) {
            (self.ignored)();
            return;
        }
        // Only the first end counts; the channel's single place is never waited for.
        let _ = ended.try_send(result.map(|_| ()));
    }
}

/// The request line's target, of a GET whose head came whole and in time.
async fn read_target(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let read = async {
        while !head.windows(4).any(|window| window == b"\r\n\r\n") {
            if head.len() > REQUEST_MAX_BYTES || stream.read_buf(&mut head).await.ok()? == 0 {
                return None;
            }
        }
        Some(())
    };
    tokio::time::timeout(REQUEST_TIMEOUT, read).await.ok()??;
    let line = head.split(|&byte| byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    (method == "GET" && target.starts_with('/')).then(|| target.to_owned())
}

async fn write_page(stream: &mut TcpStream, status: &str, title: &str, words: &str) {
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title} \u{b7} Notespot</title>\
         <style>body{{font:16px/1.5 system-ui,sans-serif;max-width:32em;margin:20vh auto;padding:0 1em;\
         color-scheme:light dark}}h1{{font-size:1.4em}}</style><h1>{title}</h1><p>{}</p></html>",
        escaped(words)
    );
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    if let Err(error) = stream.write_all(answer.as_bytes()).await {
        tracing::debug!(%error, "the browser did not wait for the sign-in page");
    }
    // The session does not depend on the page having arrived.
    let _ = stream.shutdown().await;
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
