//! The plainest possible copy between a file and the discarding store: one connection, and a loop of
//! read and write. What a transfer takes beyond this is its own.
//!
//!     plain-copy put|get URL FILE [--cacert FILE]
//!
//! It computes nothing, and syncs nothing.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use clap::{Parser, ValueEnum};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use url::Url;

const CHUNK_BYTES: usize = 256 * 1024;

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Way {
    Put,
    Get,
}

/// Copies a file to or from a store that asks for no signature
#[derive(Debug, Parser)]
struct Arguments {
    way: Way,
    url: Url,
    file: PathBuf,
    /// The authority to trust, in PEM
    #[arg(long)]
    cacert: Option<PathBuf>,
}

/// A connection, with TLS or without.
trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let stream = connect(&arguments.url, arguments.cacert.as_deref())?;
    match arguments.way {
        Way::Put => put(stream, &arguments.url, &arguments.file),
        Way::Get => get(stream, &arguments.url, &arguments.file),
    }
}

fn connect(url: &Url, authority: Option<&Path>) -> anyhow::Result<Box<dyn Stream>> {
    let host = url.host_str().context("the address names no host")?;
    let stream = TcpStream::connect((host, url.port_or_known_default().context("nor a port")?))?;
    stream.set_nodelay(true)?;
    if url.scheme() == "http" {
        return Ok(Box::new(stream));
    }
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority.context("--cacert is needed for HTTPS")?)?)?;
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from(host.to_owned())?;
    let connection = ClientConnection::new(Arc::new(config), name)?;
    Ok(Box::new(StreamOwned::new(connection, stream)))
}

fn put(mut stream: Box<dyn Stream>, url: &Url, file: &Path) -> anyhow::Result<()> {
    let mut file = File::open(file)?;
    let length = file.metadata()?.len();
    let host = url.host_str().unwrap_or_default();
    write!(stream, "PUT {} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n\r\n", url.path())?;
    copy(&mut file, &mut stream, length)?;
    stream.flush()?;
    answer(&mut BufReader::new(stream)).map(drop)
}

fn get(mut stream: Box<dyn Stream>, url: &Url, file: &Path) -> anyhow::Result<()> {
    let host = url.host_str().unwrap_or_default();
    write!(stream, "GET {} HTTP/1.1\r\nHost: {host}\r\n\r\n", url.path())?;
    stream.flush()?;
    let mut stream = BufReader::with_capacity(16 * 1024, stream);
    let length = answer(&mut stream)?;
    let mut file = File::create(file)?;
    copy(&mut stream, &mut file, length)
}

fn copy(from: &mut impl Read, to: &mut impl Write, length: u64) -> anyhow::Result<()> {
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut left = length;
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(chunk.len());
        let read = from.read(&mut chunk[..most])?;
        ensure!(read > 0, io::Error::from(io::ErrorKind::UnexpectedEof));
        to.write_all(&chunk[..read])?;
        left -= read as u64;
    }
    Ok(())
}

/// Reads the head of an answer; gives the length of its body.
fn answer(stream: &mut impl io::BufRead) -> anyhow::Result<u64> {
    let (mut length, mut first) = (0, None);
    for line in stream.by_ref().lines() {
        let line = line?.to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(said) = line.strip_prefix("content-length:") {
            length = said.trim().parse()?;
        }
        first.get_or_insert(line);
    }
    match first {
        Some(line) if line.starts_with("http/1.1 200") => Ok(length),
        other => bail!("the store answered {other:?}"),
    }
}
