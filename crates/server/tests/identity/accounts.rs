//! Making accounts.

use notespot_server::identity::SignUp;

use super::Running;
use super::app::{EMAIL, PASSWORD, SCHEME, authorize_url, first_visit};
use super::browser::Browser;

#[tokio::test]
async fn what_is_wrong_with_each_field_is_said_beside_it() {
    let running = Running::start(SignUp::Open).await;
    let mut browser = Browser::new();
    let page = browser.open(&authorize_url(&running, &[])).await;
    let again = browser.submit(&page, &[("name", " "), ("email", "nobody"), ("password", "short")]).await;
    assert_eq!(again.status, 422);
    for problem in ["name-problem", "email-problem", "password-problem"] {
        assert!(again.body.contains(&format!("id=\"{problem}\"")), "{}", again.body);
    }
    assert!(again.body.contains("value=\"nobody\""));
    assert!(!again.body.contains("short"));
    let done = browser.submit(&again, &[("name", "Ada"), ("email", EMAIL), ("password", PASSWORD)]).await;
    assert!(done.answer().contains_key("code"));
}

#[tokio::test]
async fn hostile_names_are_shown_and_do_not_run() {
    let running = Running::start(SignUp::Open).await;
    let mut browser = Browser::new();
    let page = browser.open(&authorize_url(&running, &[])).await;
    let hostile = "\"><script>alert(1)</script>";
    let again = browser.submit(&page, &[("name", hostile), ("email", hostile), ("password", "")]).await;
    assert!(!again.body.contains("<script"), "{}", again.body);
    let fields = [("name", hostile), ("email", EMAIL), ("password", PASSWORD)];
    browser.submit(&page, &fields).await;
    let known = browser.open(&authorize_url(&running, &[])).await;
    assert!(known.body.contains("&#60;script&#62;"), "{}", known.body);
    assert!(!known.body.contains("<script"), "{}", known.body);
}

#[tokio::test]
async fn an_address_has_one_account() {
    let running = Running::start(SignUp::Open).await;
    first_visit(&running, &mut Browser::new(), SCHEME).await;
    let mut browser = Browser::new();
    let page = browser.open(&authorize_url(&running, &[("prompt", Some("create"))])).await;
    let fields = [("name", "Eve"), ("email", "ADA@example.org"), ("password", PASSWORD)];
    let refused = browser.submit(&page, &fields).await;
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("There is an account with this e-mail address already."));
}

#[tokio::test]
async fn only_the_first_visitor_makes_an_account_where_that_is_wanted() {
    let running = Running::start(SignUp::First).await;
    let mut late = Browser::new();
    let early_page = late.open(&authorize_url(&running, &[("prompt", Some("create"))])).await;
    first_visit(&running, &mut Browser::new(), SCHEME).await;
    let fields = [("name", "Eve"), ("email", "eve@example.org"), ("password", PASSWORD)];
    let refused = late.submit(&early_page, &fields).await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("New accounts are not open on this server."));
    let page = late.open(&authorize_url(&running, &[("prompt", Some("create"))])).await;
    assert!(page.body.contains("<h1>Sign in</h1>") && !page.body.contains("Create an account"));
}

#[tokio::test]
async fn nobody_makes_an_account_where_sign_up_is_closed() {
    let running = Running::start(SignUp::Closed).await;
    let page = Browser::new().open(&authorize_url(&running, &[])).await;
    assert!(page.body.contains("<h1>Sign in</h1>") && !page.body.contains("Create an account"));
}
