//! TLS before a plain server, with certificates made for the test.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// An authority that nobody knows until its certificate is given to them.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate with its key.
#[derive(Debug)]
pub struct Certified {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Authority {
    /// Makes one.
    pub fn new() -> anyhow::Result<Self> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate()?;
        let pem = params.self_signed(&key)?.pem();
        Ok(Self { issuer: Issuer::new(params, key), pem })
    }

    /// Its certificate, as a PEM file holds it.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A certificate for a host name or an IP address.
    pub fn certify(&self, name: &str) -> anyhow::Result<Certified> {
        self.sign(&CertificateParams::new(vec![name.to_owned()])?)
    }

    /// One that has expired long ago.
    pub fn certify_expired(&self, name: &str) -> anyhow::Result<Certified> {
        let mut params = CertificateParams::new(vec![name.to_owned()])?;
        (params.not_before, params.not_after) = (date_time_ymd(2019, 1, 1), date_time_ymd(2020, 1, 1));
        self.sign(&params)
    }

    fn sign(&self, params: &CertificateParams) -> anyhow::Result<Certified> {
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?.der().clone();
        Ok(Certified { certificate, key: PrivatePkcs8KeyDer::from(key.serialize_der()).into() })
    }
}

/// Takes TLS off before a plain server, as a reverse proxy does, and says which protocols were agreed on
/// (ALPN: `h2` or `http/1.1`). Dropping it ends it.
#[derive(Debug)]
pub struct TlsFront {
    address: SocketAddr,
    agreed: Arc<Mutex<Vec<String>>>,
    accepting: JoinHandle<()>,
}

impl TlsFront {
    /// Listens on a port of this machine's address, before a server that speaks HTTP/1.1 and HTTP/2 in
    /// plain.
    pub async fn start(on: IpAddr, upstream: SocketAddr, certified: Certified) -> anyhow::Result<Self> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certified.certificate], certified.key)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let listener = TcpListener::bind((on, 0)).await?;
        let (address, agreed) = (listener.local_addr()?, Arc::default());
        let accepting = tokio::spawn(accept(
            listener,
            TlsAcceptor::from(Arc::new(config)),
            upstream,
            Arc::clone(&agreed),
        ));
        Ok(Self { address, agreed, accepting })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What each connection agreed to speak, in the order in which they came.
    #[must_use]
    pub fn agreed(&self) -> Vec<String> {
        self.agreed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    upstream: SocketAddr,
    agreed: Arc<Mutex<Vec<String>>>,
) {
    while let Ok((client, _)) = listener.accept().await {
        let (acceptor, agreed) = (acceptor.clone(), Arc::clone(&agreed));
        // A client that refuses the certificate hangs up: it is the one that says why.
        tokio::spawn(async move { carry(client, &acceptor, upstream, &agreed).await });
    }
}

async fn carry(
    client: TcpStream,
    acceptor: &TlsAcceptor,
    upstream: SocketAddr,
    agreed: &Mutex<Vec<String>>,
) -> anyhow::Result<()> {
    client.set_nodelay(true)?;
    let mut client = acceptor.accept(client).await.context("The client did not like us.")?;
    let protocol = client.get_ref().1.alpn_protocol().unwrap_or_default();
    let protocol = String::from_utf8_lossy(protocol).into_owned();
    agreed.lock().unwrap_or_else(PoisonError::into_inner).push(protocol);
    let mut server = TcpStream::connect(upstream).await?;
    server.set_nodelay(true)?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}
