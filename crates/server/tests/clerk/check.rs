//! `notespot-server check-clerk`

use notespot_testkit::{ClerkStandIn, Door, Mood, run_server};
use serde_json::json;

/// Runs the check with these flags in the place of the stand-in's own: how it ended, and what it said.
async fn check(clerk: &ClerkStandIn, instead: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut arguments = vec!["check-clerk".to_owned()];
    for flag in clerk.flags().chunks(2) {
        let other = instead.iter().find(|(name, _)| *name == flag[0]);
        let value = other.map_or(flag[1].as_str(), |(_, value)| value);
        if !value.is_empty() {
            arguments.extend([flag[0].clone(), value.to_owned()]);
        }
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = run_server(&arguments, "").await.unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap()).concat();
    for secret in [clerk.secret_key(), clerk.webhook_secret()] {
        assert!(!said.contains(secret), "{said}");
    }
    (output.status.code(), said)
}

fn lines(said: &str, word: &str) -> usize {
    said.lines().filter(|line| line.starts_with(word)).count()
}

#[tokio::test]
async fn an_instance_that_is_set_up_right_is_found_so() {
    let clerk = ClerkStandIn::start().await.unwrap();
    let (code, said) = check(&clerk, &[]).await;
    assert_eq!((code, lines(&said, "ok ")), (Some(0), 7), "{said}");
    let (code, said) = check(&clerk, &[("--clerk-secret-key", ""), ("--clerk-webhook-secret", "")]).await;
    assert_eq!((code, lines(&said, "look ")), (Some(0), 2), "{said}");
}

#[tokio::test]
async fn what_is_wrong_is_said_with_what_to_do() {
    let clerk = ClerkStandIn::start().await.unwrap();
    let other = ClerkStandIn::start().await.unwrap();
    let slash = [("--authorized-parties", "https://web.example/")];
    let cases = [
        (vec![("--clerk-secret-key", "sk_test_wrong")], "Copy CLERK_SECRET_KEY again"),
        (vec![("--oauth-client-id", "client_wrong")], "Copy it again, from OAuth applications"),
        (slash.to_vec(), "is no origin"),
        (vec![("--issuer", "http://127.0.0.1:1")], "Check NOTESPOT_ISSUER"),
        (vec![("--issuer", other.issuer())], "It is that of another instance"),
        (vec![("--clerk-webhook-secret", "whsec_no")], "CLERK_WEBHOOK_SECRET is no signing secret"),
    ];
    for (instead, advice) in cases {
        let (code, said) = check(&clerk, &instead).await;
        assert!(code == Some(1) && said.contains(advice), "{instead:?}: {said}");
    }
}

#[tokio::test]
async fn settings_of_the_dashboard_that_the_app_cannot_work_with_are_found() {
    let clerk = ClerkStandIn::start().await.unwrap();
    clerk.set_application("public", false);
    clerk.set_application("redirect_uris", json!(["http://127.0.0.1/callback"]));
    let (code, said) = check(&clerk, &[]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("turn on Public") && said.contains("notespot://auth/callback"), "{said}");

    let clerk = ClerkStandIn::start().await.unwrap();
    clerk.set_application("pkce_required", false);
    let (code, said) = check(&clerk, &[]).await;
    assert!(code == Some(0) && said.contains("require PKCE"), "{said}");
    clerk.set_clock_ahead(60);
    let (code, said) = check(&clerk, &[]).await;
    assert!(code == Some(1) && said.contains("NTP"), "{said}");
    clerk.set_clock_ahead(0);
    clerk.set_mood(Door::Jwks, Mood::Failing);
    let (code, said) = check(&clerk, &[]).await;
    assert!(code == Some(1) && said.contains("jwks.json cannot be read"), "{said}");
    assert!(said.contains("believe the keys that they hold until they are 60 minutes old"), "{said}");
}
