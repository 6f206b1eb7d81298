//! The pages on the way.

use notespot_server::identity::SignUp;

use super::Running;
use super::app::{EMAIL, PASSWORD, SCHEME, STATE, authorize_url, first_visit};
use super::browser::Browser;

#[tokio::test]
async fn an_unregistered_redirect_gets_a_page_and_no_redirect() {
    let running = Running::start(SignUp::Open).await;
    for (name, value) in [("redirect_uri", "https://evil.example/"), ("client_id", "another")] {
        let page = Browser::new().open(&authorize_url(&running, &[(name, Some(value))])).await;
        assert_eq!((page.status, page.location.as_deref()), (400, None));
        assert!(page.body.contains("This sign-in cannot go on"), "{}", page.body);
        assert!(!page.body.contains("evil"));
    }
}

#[tokio::test]
async fn what_the_app_did_wrong_goes_back_to_the_app() {
    let running = Running::start(SignUp::Open).await;
    let wrong = [
        ("code_challenge", None, "invalid_request"),
        ("code_challenge_method", Some("plain"), "invalid_request"),
        ("response_type", Some("token"), "unsupported_response_type"),
        ("prompt", Some("none"), "login_required"),
    ];
    for (name, value, error) in wrong {
        let page = Browser::new().open(&authorize_url(&running, &[(name, value)])).await;
        assert_eq!(page.status, 302, "{name}");
        assert!(page.location.as_deref().unwrap().starts_with(SCHEME));
        assert_eq!((page.answer()["error"].as_str(), page.answer()["state"].as_str()), (error, STATE));
    }
}

#[tokio::test]
async fn a_second_sign_in_in_the_same_browser_asks_only_for_consent() {
    let running = Running::start(SignUp::Open).await;
    let mut browser = Browser::new();
    first_visit(&running, &mut browser, SCHEME).await;
    let page = browser.open(&authorize_url(&running, &[])).await;
    assert!(page.body.contains("Continue as <bdi>Ada Lovelace</bdi>"), "{}", page.body);
    let done = browser.submit(&page, &[("decision", "continue")]).await;
    assert!(done.answer().contains_key("code"));

    let page = browser.open(&authorize_url(&running, &[])).await;
    let cancelled = browser.submit(&page, &[("decision", "cancel")]).await;
    assert_eq!(cancelled.answer()["error"], "access_denied");

    let silent = browser.open(&authorize_url(&running, &[("prompt", Some("none"))])).await;
    assert_eq!(silent.answer()["error"], "consent_required");

    let other = page.link_starting("/oauth/authorize");
    let page = browser.open(&running.at(&other)).await;
    assert!(page.body.contains("<h1>Sign in</h1>"), "{}", page.body);
}

#[tokio::test]
async fn the_right_password_signs_in_and_a_wrong_one_says_so() {
    let running = Running::start(SignUp::Open).await;
    let mut browser = Browser::new();
    first_visit(&running, &mut browser, SCHEME).await;
    browser.forget_cookies();
    let page = browser.open(&authorize_url(&running, &[])).await;
    assert!(page.body.contains("<h1>Sign in</h1>"), "{}", page.body);
    let wrong = browser.submit(&page, &[("email", EMAIL), ("password", "wrong horse battery")]).await;
    let nobody = browser.submit(&page, &[("email", "x@example.org"), ("password", PASSWORD)]).await;
    for page in [&wrong, &nobody] {
        assert_eq!(page.status, 403);
        assert!(page.body.contains("role=\"alert\">The e-mail address or the password is not right."));
    }
    let done = browser.submit(&wrong, &[("email", " ADA@example.org"), ("password", PASSWORD)]).await;
    assert!(done.answer().contains_key("code"));
}

#[tokio::test]
async fn a_form_that_this_browser_was_not_shown_is_refused() {
    let running = Running::start(SignUp::Open).await;
    let mut browser = Browser::new();
    first_visit(&running, &mut browser, SCHEME).await;
    let page = Browser::new().open(&authorize_url(&running, &[])).await;
    let forged = Browser::new().submit(&page, &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!(forged.status, 403);
    assert!(forged.body.contains("Please try again"));
    // The stranger's own token does not go with the person's cookies.
    let forged = browser.submit(&page, &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!(forged.status, 403);
}

#[tokio::test]
async fn guessing_a_password_has_to_wait() {
    let running = Running::start(SignUp::Open).await;
    let mut browser = Browser::new();
    first_visit(&running, &mut browser, SCHEME).await;
    browser.forget_cookies();
    let page = browser.open(&authorize_url(&running, &[])).await;
    for _ in 0..8 {
        let wrong = browser.submit(&page, &[("email", EMAIL), ("password", "wrong horse battery")]).await;
        assert_eq!(wrong.status, 403);
    }
    let refused = browser.submit(&page, &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!(refused.status, 429);
    assert!(refused.headers.contains_key("retry-after"));
    assert!(refused.body.contains("There were too many attempts. Try again in 15 minutes."));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn who_guesses_from_everywhere_keeps_the_owner_out_of_new_browsers_only() {
    let running = Running::start(SignUp::Open).await;
    let mut known = Browser::new();
    first_visit(&running, &mut known, SCHEME).await;
    let mut guesses = 0;
    'guessing: for machine in 2..20 {
        let mut stranger = Browser::at([127, 0, 0, machine].into());
        let page = stranger.open(&authorize_url(&running, &[])).await;
        for _ in 0..5 {
            let guess =
                stranger.submit(&page, &[("email", EMAIL), ("password", "wrong horse battery")]).await;
            if guess.status == 429 {
                break 'guessing;
            }
            guesses += 1;
        }
    }
    assert_eq!(guesses, 50);
    let right = [("email", EMAIL), ("password", PASSWORD)];
    let mut new = Browser::at([127, 0, 0, 99].into());
    let page = new.open(&authorize_url(&running, &[])).await;
    assert_eq!(new.submit(&page, &right).await.status, 429);
    let page = known.open(&authorize_url(&running, &[("prompt", Some("login"))])).await;
    assert!(known.submit(&page, &right).await.answer().contains_key("code"));
}

#[tokio::test]
async fn pages_run_nothing_and_cannot_be_framed() {
    let running = Running::start(SignUp::Open).await;
    let page = Browser::new().open(&authorize_url(&running, &[])).await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    for part in ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self' notespot:"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!page.body.contains("<script"));
    assert_eq!(page.headers["cache-control"], "no-store");
    assert_eq!(page.headers["referrer-policy"], "no-referrer");
}
