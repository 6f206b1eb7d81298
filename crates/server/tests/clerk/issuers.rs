//! Several issuers at once.

use notespot_protocol::{Discovery, Me};
use notespot_testkit::{ClerkStandIn, TestServer};

use super::{ADA, me};
use crate::api::signed_in::access_token;

#[tokio::test]
async fn accounts_of_the_server_go_on_beside_clerk_with_the_client_that_they_had() {
    let clerk = ClerkStandIn::start().await.unwrap();
    let mut server = TestServer::start().await.unwrap();
    let earlier = access_token(&server).await;
    let local: Me = me(&server, earlier.as_str()).await.json().unwrap();

    let flags = clerk.flags();
    let both = format!("{},local", clerk.issuer());
    let flags: Vec<&str> =
        flags.iter().map(|flag| if flag == clerk.issuer() { both.as_str() } else { flag.as_str() }).collect();
    server.stop().await.unwrap();
    server.start_again_with(&flags).await.unwrap();
    // The app signs in at Clerk from now on, and who is signed in stays so.
    let discovery: Discovery =
        server.stranger().unwrap().get("/.well-known/notespot.json").await.unwrap().json().unwrap();
    assert_eq!(
        (discovery.issuer.as_str(), discovery.oauth_client_id.as_str()),
        (clerk.issuer(), clerk.client_id())
    );
    assert_eq!(me(&server, earlier).await.json::<Me>().unwrap().id, local.id);
    assert_eq!(me(&server, clerk.access_token(ADA).sign()).await.json::<Me>().unwrap().id.0, ADA);
    // Neither issuer's tokens pass for the other's.
    let pretends = clerk.access_token(&local.id.0).claim("iss", server.at(""));
    assert_eq!(me(&server, pretends.sign()).await.status, 401);
}
