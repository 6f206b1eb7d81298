//! What the server counts of itself, in the text format of Prometheus
//! (<https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md>).
//!
//! Labels are routes, methods, statuses and fixed words, and issuers of the settings: their number is bounded, whatever is asked.

mod process;

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

/// What a scraper is told that [`Metrics::text`] is.
pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Seconds until the head of an answer: most take less than one of these, and some wait for a provider.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// All that is counted.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
    rate_limited: Family<By, Counter>,
    /// Requests whose handlers run.
    pub(crate) in_flight: Gauge,
    pub(crate) connections: Gauge,
    pub(crate) event_streams: Gauge,
    pub(crate) delivered_bytes: Counter,
    pub(crate) refused_tokens: Counter,
    pub(crate) sweeping_failures: Counter,
    ages_of_keys: Family<Issuer, Gauge>,
}

/// One of the settings.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Issuer {
    issuer: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct By {
    by: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::default(),
            requests: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
            rate_limited: Family::default(),
            in_flight: Gauge::default(),
            connections: Gauge::default(),
            event_streams: Gauge::default(),
            delivered_bytes: Counter::default(),
            refused_tokens: Counter::default(),
            sweeping_failures: Counter::default(),
            ages_of_keys: Family::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = self.registry.sub_registry_with_prefix("notespot");
        registry.register("build", "The program", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        registry.register("requests", "Requests that were answered", self.requests.clone());
        registry.register_with_unit(
            "request_duration",
            "Time until the head of an answer",
            Unit::Seconds,
            self.seconds.clone(),
        );
        registry.register("requests_in_flight", "Requests whose handlers run", self.in_flight.clone());
        registry.register("connections", "Open connections", self.connections.clone());
        registry.register("event_streams", "Open streams of events", self.event_streams.clone());
        let delivered = self.delivered_bytes.clone();
        registry.register_with_unit("delivered", "Sent through public links", Unit::Bytes, delivered);
        registry.register(
            "rate_limited",
            "Requests that were refused for their number",
            self.rate_limited.clone(),
        );
        registry.register("refused_tokens", "Tokens that were good for nothing", self.refused_tokens.clone());
        registry.register(
            "sweeping_failures",
            "Steps of the sweeper that failed",
            self.sweeping_failures.clone(),
        );
        registry.register_with_unit(
            "issuer_keys_age",
            "Since the keys of an issuer elsewhere were fetched",
            Unit::Seconds,
            self.ages_of_keys.clone(),
        );
        // Named as all programs name them.
        process::register(&mut self.registry);
    }

    /// Notes an answer. `route` is the pattern that the request met, and not its path.
    pub(crate) fn answered(&self, method: &http::Method, route: &str, status: u16, took: Duration) {
        let method = known(method);
        self.requests.get_or_create(&Answered { method, route: route.to_owned(), status }).inc();
        self.seconds.get_or_create(&Route { route: route.to_owned() }).observe(took.as_secs_f64());
    }

    pub(crate) fn rate_limited(&self, by: &'static str) {
        self.rate_limited.get_or_create(&By { by }).inc();
    }

    /// How old the keys are at the moment by which an issuer's tokens are verified.
    pub(crate) fn keys_are_of(&self, issuer: &str, age: Duration) {
        let age_secs = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
        self.ages_of_keys.get_or_create(&Issuer { issuer: issuer.to_owned() }).set(age_secs);
    }

    /// All of it, as a scraper reads it.
    pub(crate) fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// Anybody can make up methods: they are one label.
fn known(method: &http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
