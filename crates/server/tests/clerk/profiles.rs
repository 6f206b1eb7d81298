//! What people are called.

use notespot_protocol::Me;
use notespot_testkit::{ClerkStandIn, Door, Mood};
use tokio::time::timeout;

use super::{ADA, BOUND, WEB, ada, clerk, me, name_of, server_of};

#[tokio::test]
async fn the_backend_api_says_what_somebody_is_called() {
    let (clerk, server) = clerk().await;
    clerk.add_user("user_grace", "Grace", "Hopper", "grace@example.org");
    let said: Me = me(&server, clerk.session_token("user_grace", WEB).sign()).await.json().unwrap();
    assert_eq!((said.name.as_str(), said.email.as_deref()), ("Grace Hopper", Some("grace@example.org")));
    assert_eq!((clerk.asked(Door::Backend), clerk.asked(Door::UserInfo)), (1, 0));
    me(&server, clerk.session_token("user_grace", WEB).sign()).await;
    assert_eq!(clerk.asked(Door::Backend), 1, "who is known is not asked about");
}

#[tokio::test]
async fn who_does_not_say_who_they_are_is_refused_by_clerk() {
    let clerk = ClerkStandIn::start().await.unwrap();
    let user = clerk.url().join("v1/users/user_ada").unwrap();
    let ask = |agent: &str| {
        let client = reqwest::Client::builder().user_agent(agent).no_proxy().build().unwrap();
        client.get(user.clone()).bearer_auth(clerk.secret_key()).send()
    };
    assert_eq!(ask("").await.unwrap().status(), 403);
    assert_eq!(ask("python-requests/2.32").await.unwrap().status(), 403);
    // The server's own: what the other tests here show of names depends on it.
    assert_eq!(ask("notespot-server/0.1.0").await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_token_that_says_the_name_itself_needs_nobody_else() {
    let (clerk, server) = clerk().await;
    let token = clerk.access_token(ADA).claim("name", "A. Lovelace\n").claim("email", "a@example.org");
    let said: Me = me(&server, token.sign()).await.json().unwrap();
    assert_eq!((said.name.as_str(), said.email.as_deref()), ("A. Lovelace", Some("a@example.org")));
    assert_eq!(clerk.asked(Door::Backend), 0);
}

#[tokio::test]
async fn without_the_secret_key_the_provider_is_asked_with_the_persons_own_token() {
    let clerk = ClerkStandIn::start().await.unwrap();
    let server = server_of(&clerk, &["--clerk-secret-key"]).await;
    let said: Me = me(&server, clerk.access_token(ADA).sign()).await.json().unwrap();
    assert_eq!((said.name.as_str(), said.email.as_deref()), ("Ada Lovelace", Some("ada@example.org")));
    assert_eq!((clerk.asked(Door::Backend), clerk.asked(Door::UserInfo)), (0, 1));
}

#[tokio::test]
async fn who_signs_in_while_the_backend_api_is_away_gets_a_name_later() {
    for mood in [Mood::Failing, Mood::Slow(BOUND)] {
        let (clerk, server) = clerk().await;
        clerk.set_mood(Door::Backend, mood);
        let ada = ada(&clerk, &server);
        let answer = timeout(BOUND / 2, ada.get("/v1/me")).await.unwrap().unwrap();
        assert_eq!(answer.json::<Me>().unwrap().name, "");
        let node = ada.upload(None, "a.txt", b"works all the same").await.unwrap();
        assert_eq!(node.name.as_str(), "a.txt");
    }
    let (clerk, server) = clerk().await;
    clerk.set_mood(Door::Backend, Mood::Failing);
    let ada = ada(&clerk, &server);
    assert_eq!(name_of(&ada).await, "");
    clerk.set_mood(Door::Backend, Mood::Well);
    let named = async { while name_of(&ada).await != "Ada Lovelace" {} };
    timeout(BOUND, named).await.unwrap();
    assert_eq!(clerk.asked(Door::Backend), 2, "once at the sign-in, once for the name");
}

#[tokio::test]
async fn a_backend_api_that_wants_to_be_left_alone_is() {
    let (clerk, server) = clerk().await;
    clerk.set_mood(Door::Backend, Mood::Busy { retry_after_secs: 100 });
    for number in 0..5 {
        let token = clerk.access_token(&format!("user_{number}")).sign();
        assert_eq!(me(&server, token).await.status, 200);
    }
    assert_eq!(clerk.asked(Door::Backend), 1);
}

#[tokio::test]
async fn whoever_clerk_does_not_know_gets_no_name_from_somebody_else() {
    let (clerk, server) = clerk().await;
    for sub in ["user_unknown", "..", "user_ada?x=", "../users/user_ada", "user_ada/"] {
        let said: Me = me(&server, clerk.access_token(sub).sign()).await.json().unwrap();
        assert_eq!((said.id.0.as_str(), said.name.as_str()), (sub, ""));
    }
}
