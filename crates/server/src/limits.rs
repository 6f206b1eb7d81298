//! How often anybody may ask. Requests are counted over all servers of the deployment, users by themselves and
//! strangers by their network; whoever asks from this machine itself is not counted.

mod leases;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{AUTHORIZATION, RETRY_AFTER};
use http::{Extensions, StatusCode};
use ipnet::IpNet;
use notespot_metadata::limits::{Allowance, LimitKey, RateLimits};
use notespot_protocol::{Timestamp, UserId};
use sha2::{Digest as _, Sha256};

use self::leases::Leases;
use crate::client_address::{circles, client, is_of_this_machine};
use crate::metrics::Metrics;
use crate::pages;
use crate::problems::{self, Answer, Refusal, whole_seconds};

const MINUTE: Duration = Duration::from_mins(1);
/// Tokens of one network that were good for nothing: programs ask with an old one once or twice, and guessing 256
/// bits is without hope; but each of some kinds is asked about at the identity provider, which counts too.
const REFUSED_TOKENS: Allowance = Allowance { most: 120, window: MINUTE };

/// Of those, until no token of that network is looked at any more: what is looked at is looked up.
const GUESSED_TOKENS: Allowance = Allowance { most: 1_200, window: MINUTE };

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
    GuessedTokens,
}

impl Counted {
    fn name(self) -> &'static str {
        match self {
            Self::Users => "user",
            Self::Strangers => "stranger",
            Self::RefusedTokens => "refused token",
            Self::GuessedTokens => "guessed token",
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
    pub(crate) async fn user(&self, user: &UserId, request: &Extensions) -> Answer<()> {
        let Some(allowance) = self.users.filter(|_| !is_of_this_machine(request)) else { return Ok(()) };
        self.spend(Counted::Users, &user.0, allowance).await.map_err(too_many)
    }

    /// Whether tokens of this network are looked at, after very many that were good for nothing. Others may come from
    /// there too: one program that goes on with an old token does not keep them out.
    pub(crate) fn may_show_token(&self, request: &Extensions) -> Answer<()> {
        self.has_some_left(Counted::GuessedTokens, request)
    }

    /// Whether somebody else is asked about tokens of this network, after some that were good for nothing.
    pub(crate) fn may_ask_about_token(&self, request: &Extensions) -> Answer<()> {
        self.has_some_left(Counted::RefusedTokens, request)
    }

    fn has_some_left(&self, counted_as: Counted, request: &Extensions) -> Answer<()> {
        let Some(from) = counted(request) else { return Ok(()) };
        let now = Timestamp::now();
        let key = |network: IpNet| counted_as.key(network.to_string());
        match circles(from).find_map(|(network, _)| self.leases.ended(key(network), now)) {
            Some(wait) => Err(too_many(self.refused(counted_as, wait))),
            None => Ok(()),
        }
    }

    /// Counts a token that was good for nothing. Refused where there were many: nothing is said of this one then.
    pub(crate) async fn token_was_refused(&self, request: &Extensions) -> Answer<()> {
        self.metrics.refused_tokens.inc();
        let Some(from) = counted(request) else { return Ok(()) };
        self.spend_of(Counted::GuessedTokens, from, GUESSED_TOKENS).await.map_err(too_many)?;
        self.spend_of(Counted::RefusedTokens, from, REFUSED_TOKENS).await.map_err(too_many)
    }

    async fn stranger(&self, request: &Extensions) -> Result<(), Duration> {
        let (Some(allowance), Some(from)) = (self.strangers, counted(request)) else { return Ok(()) };
        self.spend_of(Counted::Strangers, from, allowance).await
    }

    /// For each of the networks that this address is in.
    async fn spend_of(&self, counted: Counted, from: IpAddr, allowance: Allowance) -> Result<(), Duration> {
        for (network, times) in circles(from) {
            let of_all = Allowance { most: allowance.most.saturating_mul(times), ..allowance };
            self.spend(counted, network.to_string(), of_all).await?;
        }
        Ok(())
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

/// Counts a request by where it comes from, unless it is counted by whose its token is.
pub(crate) async fn strangers(State(limits): State<Arc<Limits>>, request: Request, next: Next) -> Response {
    let is_a_call = request.extensions().get::<MatchedPath>().is_some() && asks_who(request.uri().path());
    let is_counted_later = is_a_call && request.headers().contains_key(AUTHORIZATION);
    // Load balancers ask these, which would take all servers for gone together.
    if is_counted_later || ["/healthz", "/readyz"].contains(&request.uri().path()) {
        return next.run(request).await;
    }
    match limits.stranger(request.extensions()).await {
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

/// Whether what is at this path looks at a token, whatever the method.
fn asks_who(path: &str) -> bool {
    path.starts_with("/v1/") && !path.starts_with("/v1/public/") && path != "/v1/catalogue"
}

/// Whom to count; nobody where the request is of this machine itself.
fn counted(request: &Extensions) -> Option<IpAddr> {
    client(request).filter(|_| !is_of_this_machine(request))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// A call that asks for no token and is said to would be counted by nobody, whoever writes any header.
    #[test]
    fn what_is_counted_by_its_token_asks_for_one() {
        let document: Value = serde_json::from_str(&crate::openapi::json()).unwrap();
        let paths = document["paths"].as_object().unwrap();
        let mut guarded = 0;
        for (path, calls) in paths.iter().filter(|(path, _)| asks_who(path)) {
            for (method, call) in calls.as_object().unwrap() {
                let Some(security) = call["security"].as_array() else { continue };
                let is_open = security.iter().any(|one| one.as_object().unwrap().is_empty());
                assert!(!is_open && !security.is_empty(), "{method} {path}");
                guarded += 1;
            }
        }
        assert!(guarded > 25, "{guarded}");
    }
}
