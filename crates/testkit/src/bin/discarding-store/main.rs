//! An S3 store that keeps records and no bytes, for measurements and for files that no disk holds.
//!
//! What is sent to it is read and thrown away; what is fetched from it is one mebibyte, repeated. So a
//! client is measured at its own limit, and a file of 100 GiB costs nothing. Nobody's signature is
//! verified. An object that comes in one request has to have the CRC-64/NVME that it announces, as S3
//! wants it; of parts nothing is computed: a checksum is what its sender said.
//!
//! Memory: a record of about 200 bytes for each object and part, and one mebibyte.

#![allow(clippy::print_stdout, reason = "a program that tests start says on its output where it listens")]

mod answers;
mod content;
mod listing;
mod multipart;
mod objects;
mod records;
mod request;

use std::convert::Infallible;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use clap::Parser;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::records::Store;

/// An S3 store that throws away what it is sent
#[derive(Debug, Parser)]
struct Arguments {
    /// Address and port; port 0 picks one
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// A file of one mebibyte: what every object is made of, repeated [default: zeros]
    #[arg(long)]
    content: Option<PathBuf>,
    /// Certificates in PEM: the store then speaks HTTPS
    #[arg(long, requires = "key")]
    cert: Option<PathBuf>,
    /// The certificate's key in PEM
    #[arg(long, requires = "cert")]
    key: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let store = Arc::new(Store::new(block(arguments.content.as_deref())?));
    let tls = match (&arguments.cert, &arguments.key) {
        (Some(cert), Some(key)) => Some(acceptor(cert, key)?),
        _ => None,
    };
    let listener = TcpListener::bind(arguments.listen).await?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    println!("listening on {scheme}://{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    loop {
        // Too many open files, for a moment: the next one may have a place.
        let Ok((stream, _)) = listener.accept().await else { continue };
        tokio::spawn(converse(store.clone(), tls.clone(), stream));
    }
}

fn block(file: Option<&Path>) -> anyhow::Result<Bytes> {
    let Some(file) = file else { return Ok(Bytes::from(vec![0; content::BLOCK_BYTES])) };
    let read = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    ensure!(read.len() == content::BLOCK_BYTES, "{} is not one mebibyte", file.display());
    Ok(Bytes::from(read))
}

fn acceptor(cert: &Path, key: &Path) -> anyhow::Result<TlsAcceptor> {
    let chain = CertificateDer::pem_file_iter(cert)?.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(key)?;
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

async fn converse(store: Arc<Store>, tls: Option<TlsAcceptor>, stream: TcpStream) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    match tls {
        None => serve(store, stream).await,
        Some(tls) => {
            // A handshake that fails is its client's to report.
            if let Ok(stream) = tls.accept(stream).await {
                serve(store, stream).await;
            }
        }
    }
}

async fn serve(store: Arc<Store>, stream: impl AsyncRead + AsyncWrite + Unpin + Send) {
    let service = service_fn(move |request| {
        let store = store.clone();
        async move { Ok::<_, Infallible>(answers::answer(&store, request).await) }
    });
    // How a connection ends is its client's to report: many are simply dropped.
    let _ended =
        http1::Builder::new().header_read_timeout(None).serve_connection(TokioIo::new(stream), service).await;
}
