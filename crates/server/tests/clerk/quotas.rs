//! Quotas of people who sign in at Clerk.

use notespot_protocol::Me;

use super::{ADA, ada, clerk, me};

#[tokio::test]
async fn a_user_of_clerk_is_named_by_address_or_id_and_by_an_address_only_while_it_is_theirs_alone() {
    let (clerk, server) = clerk().await;
    let ada = ada(&clerk, &server);
    let quota = async |user: &str, size: &str| server.command(&["user", "quota", user, size], "").await;
    let never_here = quota("ada@example.org", "1KB").await.unwrap_err().to_string();
    assert!(never_here.contains("There is no user ada@example.org"), "{never_here}");
    for (user, size, bytes) in [("ada@example.org", "1KB", 1_000), (ADA, "2KB", 2_000)] {
        ada.get("/v1/me").await.unwrap();
        quota(user, size).await.unwrap();
        let said: Me = ada.get("/v1/me").await.unwrap().json().unwrap();
        assert_eq!(said.quota.get(), bytes);
    }

    clerk.add_user("user_other", "Another", "Ada", "ada@example.org");
    me(&server, clerk.access_token("user_other").sign()).await;
    let refused = quota("ada@example.org", "3KB").await.unwrap_err().to_string();
    assert!(
        refused.contains("Several users") && refused.contains(ADA) && refused.contains("user_other"),
        "{refused}"
    );
    quota("user_other", "3KB").await.unwrap();
    let said: Me = ada.get("/v1/me").await.unwrap().json().unwrap();
    assert_eq!(said.quota.get(), 2_000);
}
