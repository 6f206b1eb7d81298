//! The server with Clerk as its identity provider: a stand-in that answers as Clerk does.

mod anything;
mod banned;
mod check;
mod issuers;
mod keys;
mod matrix;
mod opaque;
mod profiles;
mod quotas;
mod tokens;
mod webhooks;

use std::time::Duration;

use notespot_protocol::Me;
use notespot_testkit::{Answer, Api, ClerkStandIn, TestServer};

const ADA: &str = "user_ada";
const WEB: &str = "https://web.example";
/// The longest that anything here waits.
const BOUND: Duration = Duration::from_secs(20);

/// Clerk, and a server that knows everything of it.
async fn clerk() -> (ClerkStandIn, TestServer) {
    let clerk = ClerkStandIn::start().await.unwrap();
    let server = server_of(&clerk, &[]).await;
    (clerk, server)
}

/// A server of this Clerk, without the settings of these flags.
async fn server_of(clerk: &ClerkStandIn, without: &[&str]) -> TestServer {
    let flags = clerk.flags();
    let flags = flags.chunks(2).filter(|flag| !without.contains(&flag[0].as_str())).flatten();
    TestServer::with(&flags.map(String::as_str).collect::<Vec<_>>()).await.unwrap()
}

async fn me(server: &TestServer, token: impl Into<String>) -> Answer {
    server.api(token).unwrap().get("/v1/me").await.unwrap()
}

fn ada(clerk: &ClerkStandIn, server: &TestServer) -> Api {
    server.api(clerk.access_token(ADA).sign()).unwrap()
}

async fn name_of(api: &Api) -> String {
    api.get("/v1/me").await.unwrap().json::<Me>().unwrap().name
}
