//! How requests travel to the object store.

use std::error::Error;
use std::fmt;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use notespot_network::Network;
use reqwest::{Client, Request, Response};

use crate::{Settings, TransferError};

/// Why there was no answer, without the address that was asked: it is a secret. A
/// [`Trouble`](notespot_network::Trouble) where it is known what stands in the way.
pub type WireError = Box<dyn Error + Send + Sync>;

/// Carries requests to the object store and answers back.
///
/// One trait, so that the same engine runs over sockets and over a simulated store, in which an hour
/// of faults takes a millisecond.
pub trait Wire: fmt::Debug + Send + Sync {
    /// Sends one request; answers as soon as the head of the answer is there. Dropping the future, or
    /// the answer, ends the exchange.
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, WireError>>;
}

/// HTTP/1.1 over sockets, a connection for each request under way, by the way that [`Network`] knows.
#[derive(Debug)]
pub(crate) struct Sockets {
    client: Client,
    network: Network,
}

impl Sockets {
    pub(crate) fn new(settings: &Settings) -> Result<Self, TransferError> {
        let network = settings.network.clone();
        // One connection would hold all parts up behind the one that is slow.
        let client = network.client().tcp_nodelay(true).http1_only();
        let client = client.connect_timeout(settings.connect_timeout).build();
        Ok(Self { client: client.map_err(TransferError::Setup)?, network })
    }

    async fn carry(&self, request: Request) -> Result<Response, WireError> {
        let url = request.url().clone();
        let answer = self.client.execute(request).await;
        let answer = answer.map_err(|error| match self.network.trouble(&url, &error) {
            Some(trouble) => WireError::from(trouble),
            None => error.without_url().into(),
        })?;
        match self.network.refusal(&url, answer.status()) {
            Some(trouble) => Err(trouble.into()),
            None => Ok(answer),
        }
    }
}

impl Wire for Sockets {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, WireError>> {
        self.carry(request).boxed()
    }
}
