//! How many calls are worked on at once.
//!
//! With HTTP/2, a hundred come over each connection, and each may hold a body of some megabytes. Not counted are streams
//! of events, which have [places of their own](crate::api::Streams), files' bytes, which are never held whole, and what
//! load balancers ask.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::RETRY_AFTER;
use http::{Extensions, StatusCode};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::client_address::client;
use crate::metrics::Metrics;
use crate::pages;
use crate::problems::{self, Answer, Refusal, whole_seconds};
use crate::shares::{Share, Shares};

/// Most calls take milliseconds.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
const NOT_COUNTED: [&str; 4] = ["/v1/events", "/healthz", "/readyz", "/metrics"];

/// The places for calls. As many as for connections: whoever sends one at a time over each connection finds one always.
pub(crate) struct Admission {
    places: Semaphore,
    /// Of them, those of each network.
    shares: Arc<Shares>,
    metrics: Arc<Metrics>,
}

impl Admission {
    pub(crate) fn new(most: usize, shares: Arc<Shares>, metrics: Arc<Metrics>) -> Arc<Self> {
        Arc::new(Self { places: Semaphore::new(most), shares, metrics })
    }

    /// A place for a call, which it has while this is held.
    fn take(&self, request: &Extensions) -> Answer<(Option<Share>, SemaphorePermit<'_>)> {
        let share = client(request).map(|from| self.shares.take(from).ok_or_else(too_many)).transpose()?;
        let place = self.places.try_acquire().map_err(|_| Refusal::busy(AGAIN_AFTER))?;
        Ok((share, place))
    }
}

/// Works on a call if there is a place for it.
pub(crate) async fn admit(State(admission): State<Arc<Admission>>, request: Request, next: Next) -> Response {
    if NOT_COUNTED.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    match admission.take(request.extensions()) {
        Ok(_place) => next.run(request).await,
        Err(refusal) => {
            admission.metrics.rate_limited("call");
            if !pages::are_wanted(&request) {
                return problems::outside_the_api(&request, refusal);
            }
            let text = "The server has much to do at the moment. Try again in a few seconds.";
            let mut page = pages::failed(StatusCode::SERVICE_UNAVAILABLE, "The server is busy", text);
            page.headers_mut().insert(RETRY_AFTER, whole_seconds(AGAIN_AFTER).into());
            page
        }
    }
}

fn too_many() -> Refusal {
    let detail = "Too many requests from where you are are worked on at once. Send fewer together.";
    Refusal::rate_limited(detail, AGAIN_AFTER)
}
