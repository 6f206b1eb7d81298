//! How much somebody may store, as the operator says it while the server runs.

use notespot_protocol::{ErrorCode, Me};
use notespot_testkit::{Api, TestServer, completion, content, new_upload, run_server};

use super::{somebody, used};

async fn quota(api: &Api) -> u64 {
    let me: Me = api.get("/v1/me").await.unwrap().json().unwrap();
    me.quota.get()
}

fn is_refused<T>(outcome: anyhow::Result<T>) -> bool {
    outcome.is_err_and(|error| error.to_string().contains("quota_exceeded"))
}

#[tokio::test]
async fn an_operator_gives_somebody_more_or_less_than_others_and_takes_it_back() {
    let mut server = TestServer::with(&["--quota", "1KB"]).await.unwrap();
    let (ada, eve) = (somebody(&server, "Ada").await, somebody(&server, "Eve").await);
    let bytes = content(1, 1_500);
    assert!(is_refused(ada.upload(None, "a.bin", &bytes).await));

    let said = server.command(&["user", "quota", "ada@example.org", "2KB"], "").await.unwrap();
    assert!(said.contains("quota  2000 bytes, their own"), "{said}");
    assert_eq!((quota(&ada).await, quota(&eve).await), (2_000, 1_000));
    ada.upload(None, "a.bin", &bytes).await.unwrap();
    assert!(is_refused(eve.upload(None, "a.bin", &bytes).await));

    // What was planned while there was room.
    let late = content(2, 400);
    let plan = ada.plan(new_upload(None, "late.bin", &late).unwrap()).await.unwrap().unwrap();
    assert_eq!(ada.send_part(&plan, &late, 1).await.unwrap().status, 200);
    server.command(&["user", "quota", "ADA@example.org", "1600B"], "").await.unwrap();
    let refused = ada.complete(completion(&plan, &late)).await.unwrap().unwrap_err();
    assert_eq!(refused.0.code, ErrorCode::QuotaExceeded);
    assert_eq!(used(&ada).await, 1_500, "what is there stays");

    let id = ada.get("/v1/me").await.unwrap().value().unwrap()["id"].as_str().unwrap().to_owned();
    let said = server.command(&["user", "quota", &id, "default"], "").await.unwrap();
    assert!(said.contains("quota  1000 bytes, the default"), "{said}");
    assert_eq!(quota(&ada).await, 1_000);
    server.command(&["user", "quota", "eve@example.org", "3KB"], "").await.unwrap();

    // What everybody has is the setting's, and not that of the day on which they came.
    server.stop().await.unwrap();
    server.start_again_with(&["--quota", "2KB"]).await.unwrap();
    assert_eq!((quota(&ada).await, quota(&eve).await), (2_000, 3_000));
    let said = server.command(&["user", "show", "ada@example.org"], "").await.unwrap();
    for line in
        [format!("id     {id}"), "used   1500 bytes".to_owned(), "quota  2000 bytes, the default".to_owned()]
    {
        assert!(said.contains(&line), "{said}");
    }
}

#[tokio::test]
async fn somebody_who_was_never_here_and_a_size_that_is_none_are_said_to_be_so() {
    let server = TestServer::start().await.unwrap();
    let folder = server.data_dir().to_str().unwrap().to_owned();
    let quota = async |user: &str, size: &str| {
        let arguments = ["user", "quota", user, size, "--data-dir", &folder, "--log-format", "json"];
        let output = run_server(&arguments, "").await.unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = quota("nobody@example.org", "1GB").await;
    assert!(code == Some(1) && said.contains("There is no user nobody@example.org"), "{said}");
    // An account that nobody has signed in with.
    server.add_user("new@example.org", "New", "correct horse battery").await.unwrap();
    let (code, said) = quota("new@example.org", "lots").await;
    assert!(code == Some(1) && said.contains("a size is expected"), "{said}");
    let (code, said) = quota("new@example.org", "1GB").await;
    assert_eq!(code, Some(0), "{said}");
    let audited =
        said.lines().any(|line| line.contains("\"quota.set\"") && line.contains("\"own_bytes\":1000000000"));
    assert!(audited, "{said}");
}
