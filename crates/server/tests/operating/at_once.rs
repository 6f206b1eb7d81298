//! How many calls are worked on at once.

use std::convert::Infallible;
use std::time::Duration;

use futures_util::stream;
use notespot_protocol::{ErrorCode, Problem};
use notespot_testkit::TestServer;
use reqwest::{Body, Client, RequestBuilder, Response};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::metrics::{scrape, value_of};

const BOUND: Duration = Duration::from_secs(20);

/// Many calls over one connection, of somebody at an address.
struct Caller {
    server: TestServer,
    client: Client,
    token: String,
}

impl Caller {
    async fn new() -> Self {
        let server =
            TestServer::with(&["--connections", "8", "--trusted-proxies", "127.0.0.1"]).await.unwrap();
        let client = Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
        let token = server.somebody("Ada").await.unwrap();
        Self { server, client, token }
    }

    async fn get(&self, from: &str, path: &str) -> Response {
        self.from(from, self.client.get(self.server.at(path))).send().await.unwrap()
    }

    fn from(&self, from: &str, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(&self.token).header("x-forwarded-for", from)
    }

    /// So many calls whose bodies never come, once all are worked on.
    async fn held(&self, from: &str, number: usize) -> Vec<JoinHandle<()>> {
        let here = self.server.stranger().unwrap();
        let at_work = async || value_of(&scrape(&here).await, "notespot_requests_in_flight");
        let before = at_work().await;
        let call = |_| {
            let never = Body::wrap_stream(stream::pending::<Result<&[u8], Infallible>>());
            let request =
                self.client.post(self.server.at("/v1/nodes")).header("content-type", "application/json");
            let sent = self.from(from, request).body(never).send();
            tokio::spawn(async move { drop(sent.await) })
        };
        let calls = (0..number).map(call).collect();
        let begun = async { while at_work().await < before + number as u64 {} };
        timeout(BOUND, begun).await.expect("not all are worked on");
        calls
    }
}

async fn refusal(answer: Response) -> (u16, ErrorCode) {
    let status = answer.status().as_u16();
    assert_eq!(answer.headers()["retry-after"], "1");
    (status, answer.json::<Problem>().await.unwrap().code)
}

#[tokio::test]
async fn no_more_calls_are_worked_on_at_once_than_there_are_places() {
    let ada = Caller::new().await;
    let mut held = Vec::new();
    for address in 1..=4 {
        held.push(ada.held(&format!("192.0.2.{address}"), 2).await);
    }
    let refused = ada.get("192.0.2.5", "/v1/me").await;
    assert_eq!(refusal(refused).await, (503, ErrorCode::Unavailable));
    let in_a_browser = ada.client.get(ada.server.at("/explore")).header("accept", "text/html");
    let page = in_a_browser.send().await.unwrap();
    assert_eq!(page.status(), 503);
    assert!(page.text().await.unwrap().contains("The server is busy"));
    for path in ["/healthz", "/readyz", "/v1/events"] {
        assert!(ada.get("192.0.2.5", path).await.status().is_success(), "{path}");
    }
    held.pop().unwrap().iter().for_each(JoinHandle::abort);
    let freed = async { while ada.get("192.0.2.5", "/v1/me").await.status() != 200 {} };
    timeout(BOUND, freed).await.expect("the place is not free again");
}

#[tokio::test]
async fn one_address_has_its_share_of_them() {
    let ada = Caller::new().await;
    let _held = ada.held("192.0.2.1", 2).await;
    let refused = ada.get("192.0.2.1", "/v1/me").await;
    assert_eq!(refusal(refused).await, (429, ErrorCode::RateLimited));
    assert_eq!(ada.get("192.0.2.2", "/v1/me").await.status(), 200);
}
