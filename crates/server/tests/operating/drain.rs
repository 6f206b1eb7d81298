//! How it ends.

use std::time::Duration;

use notespot_protocol::ErrorCode;
use notespot_testkit::TestServer;
use tokio::time::timeout;

use crate::api::refusal;

const BOUND: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_load_balancer_is_told_before_connections_are_refused() {
    let mut server = TestServer::with(&["--drain-delay", "300s"]).await.unwrap();
    let stranger = server.stranger().unwrap();
    assert_eq!(stranger.get("/readyz").await.unwrap().status, 204);
    server.ask_to_stop().unwrap();
    let told = async { while stranger.get("/readyz").await.unwrap().status == 204 {} };
    timeout(BOUND, told).await.unwrap();
    assert_eq!(refusal(&stranger.get("/readyz").await.unwrap()), (503, ErrorCode::Unavailable));
    assert_eq!(stranger.get("/healthz").await.unwrap().status, 204, "whoever comes is served all the same");
    // Whoever stops it by hand does not want to wait.
    server.ask_to_stop().unwrap();
    assert_eq!(timeout(BOUND, server.ended()).await.unwrap().unwrap().code(), Some(0));
}

#[tokio::test]
async fn a_server_whose_store_is_gone_is_not_ready_and_lives() {
    let server = TestServer::start().await.unwrap();
    std::fs::rename(server.data_dir().join("objects"), server.data_dir().join("elsewhere")).unwrap();
    let stranger = server.stranger().unwrap();
    assert_eq!(refusal(&stranger.get("/readyz").await.unwrap()), (503, ErrorCode::Unavailable));
    assert_eq!(stranger.get("/healthz").await.unwrap().status, 204);
}
