//! Running it: limits, metrics, the log, and how it ends.

mod at_once;
mod doctor;
mod drain;
mod heads;
mod limits;
mod log;
mod metrics;

use notespot_testkit::{Answer, Api};
use reqwest::Method;

/// A call of somebody elsewhere, through the proxy on this machine that the server was told of.
async fn get_from(address: &str, api: &Api, path: &str) -> Answer {
    Answer::of(api.request(Method::GET, path).unwrap().header("x-forwarded-for", address)).await.unwrap()
}
