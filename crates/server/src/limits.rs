//! How often anybody may ask. Requests are counted over all servers of the deployment, users by themselves and
//! strangers by their network; whoever asks from this machine itself is not counted.

mod leases;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;
use http::header::{AUTHORIZATION, RETRY_AFTER};
use notespot_metadata::limits::{Allowance, LimitKey, RateLimits};
use notespot_protocol::{Timestamp, UserId};
use sha2::{Digest as _, Sha256};

use self::leases::Leases;
use crate::client_address::{client, network};
use crate::metrics::Metrics;
use crate::pages;
use crate::problems::{self, Answer, Refusal, whole_seconds};

const MINUTE: Duration = Duration::from_mins(1);
/// Tokens of one network that were good for nothing: programs ask with an old one once or twice, and guessing 256
/// bits is without hope; but each of some kinds is asked about at the identity provider, which counts too.
const REFUSED_TOKENS: Allowance = Allowance { most: 120, window: MINUTE };

/// Counts requests. Memory: see [`Leases`].
pub(crate) struct Limits {
    leases: Leases,
    users: Option<Allowance>,
    strangers: Option<Allowance>,
    metrics: Arc<Metrics>,
}

/// What is counted; a name of it goes into the key, and into the metrics.
#[derive(Clone, Copy)]
enum Counted {
    Users,
    Strangers,
    RefusedTokens,
}

impl Counted {
    fn name(self) -> &'static str {
        match self {
            Self::Users => "user",
            Self::Strangers => "stranger",
            Self::RefusedTokens => "refused token",
        }
    }

    fn key(self, of: impl AsRef<[u8]>) -> LimitKey {
        LimitKey(Sha256::new().chain_update(self.name()).chain_update([0]).chain_update(of).finalize().into())
    }
}

impl Limits {
    pub(crate) fn new(
        store: Arc<dyn RateLimits>,
        (users, strangers): (Option<u32>, Option<u32>),
        metrics: Arc<Metrics>,
    ) -> Self {
        let a_minute = |most| Allowance { most, window: MINUTE };
        Self {
            leases: Leases::new(store),
            users: users.map(a_minute),
            strangers: strangers.map(a_minute),
            metrics,
        }
    }

    /// Counts a request of somebody who is signed in.
    pub(crate) async fn user(&self, user: &UserId, from: Option<IpAddr>) -> Answer<()> {
        let Some(allowance) = self.users.filter(|_| is_counted(from)) else { return Ok(()) };
        self.spend(Counted::Users, &user.0, allowance).await.map_err(too_many)
    }

    /// Whether tokens of this network are looked at, after some that were good for nothing.
    pub(crate) fn may_show_token(&self, from: Option<IpAddr>) -> Answer<()> {
        let Some(from) = from.filter(|_| is_counted(from)) else { return Ok(()) };
        let key = Counted::RefusedTokens.key(octets(network(from)));
        match self.leases.ended(key, Timestamp::now()) {
            Some(wait) => Err(too_many(self.refused(Counted::RefusedTokens, wait))),
            None => Ok(()),
        }
    }

    /// Counts a token that was good for nothing.
    pub(crate) async fn token_was_refused(&self, from: Option<IpAddr>) {
        self.metrics.refused_tokens.inc();
        if let Some(from) = from.filter(|_| is_counted(from)) {
            // What it is answered is that the token is good for nothing; the next one is not looked at.
            let _counted = self.spend(Counted::RefusedTokens, octets(network(from)), REFUSED_TOKENS).await;
        }
    }

    async fn stranger(&self, from: Option<IpAddr>) -> Result<(), Duration> {
        let (Some(allowance), Some(from)) = (self.strangers, from.filter(|_| is_counted(from))) else {
            return Ok(());
        };
        self.spend(Counted::Strangers, octets(network(from)), allowance).await
    }

    async fn spend(
        &self,
        counted: Counted,
        of: impl AsRef<[u8]>,
        allowance: Allowance,
    ) -> Result<(), Duration> {
        let spent = self.leases.spend(counted.key(of), allowance, Timestamp::now()).await;
        spent.map_err(|wait| self.refused(counted, wait))
    }

    fn refused(&self, counted: Counted, wait: Duration) -> Duration {
        self.metrics.rate_limited(counted.name());
        wait
    }
}

/// Counts a request without a token by where it comes from. One with a token is counted by whose it is.
pub(crate) async fn strangers(State(limits): State<Arc<Limits>>, request: Request, next: Next) -> Response {
    if request.headers().contains_key(AUTHORIZATION) {
        return next.run(request).await;
    }
    match limits.stranger(client(request.extensions())).await {
        Ok(()) => next.run(request).await,
        Err(wait) if pages::are_wanted(&request) => {
            let text = "There were many requests from where you are. Wait a minute, then try again.";
            let mut page = pages::failed(StatusCode::TOO_MANY_REQUESTS, "Too many requests", text);
            page.headers_mut().insert(RETRY_AFTER, whole_seconds(wait).into());
            page
        }
        Err(wait) => problems::outside_the_api(&request, too_many(wait)),
    }
}

fn too_many(wait: Duration) -> Refusal {
    Refusal::rate_limited("There were too many requests. Wait a little, then go on.", wait)
}

fn is_counted(from: Option<IpAddr>) -> bool {
    from.is_some_and(|from| !from.is_loopback())
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    }
}
