//! `notespot-server doctor`

use notespot_testkit::{ClerkStandIn, TestServer, run_server};
use serde_json::Value;

async fn doctor(arguments: &[&str]) -> (Option<i32>, Vec<Value>) {
    let output = run_server(&[&["doctor", "--json"], arguments].concat(), "").await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    (output.status.code(), serde_json::from_str(&said).expect(&said))
}

fn outcome<'a>(findings: &'a [Value], of: &str) -> (&'a str, &'a str) {
    let found = findings.iter().find(|finding| finding["of"] == of).expect(of);
    (found["outcome"].as_str().unwrap(), found["said"].as_str().unwrap())
}

#[tokio::test]
async fn a_server_with_its_defaults_is_well_before_and_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let (code, findings) = doctor(&["--data-dir", folder.path().to_str().unwrap()]).await;
    assert_eq!(code, Some(0), "{findings:?}");
    for of in ["metadata", "objects", "disk", "accounts", "public URL", "clock"] {
        assert_eq!(outcome(&findings, of).0, "fine", "{of}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made");

    let server = TestServer::start().await.unwrap();
    let public = server.at("");
    let arguments = ["--data-dir", server.data_dir().to_str().unwrap(), "--public-url", &public];
    let (code, findings) = doctor(&arguments).await;
    assert_eq!(code, Some(0), "{findings:?}");
    assert!(outcome(&findings, "public URL").1.contains("calls itself so"), "{findings:?}");
}

#[tokio::test]
async fn a_mongodb_is_looked_at_before_and_after_a_server_used_it() {
    let database = notespot_testkit::MongoDb::new().unwrap();
    let address = database.address();
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--data-dir", folder.path().to_str().unwrap(), "--metadata", &address];
    let (code, findings) = doctor(&arguments).await;
    assert_eq!(code, Some(0), "{findings:?}");
    for of in ["MongoDB", "transactions", "indexes", "clock"] {
        assert_eq!(outcome(&findings, of).0, "fine", "{of}: {findings:?}");
    }
    let server = TestServer::with(&["--metadata", &address]).await.unwrap();
    let (code, findings) = doctor(&arguments).await;
    assert_eq!(code, Some(0), "{findings:?}");
    assert!(outcome(&findings, "indexes").1.contains("All of schema"), "{findings:?}");
    drop(server);
}

#[tokio::test]
async fn what_is_wrong_is_said_with_what_to_do() {
    let server = TestServer::start().await.unwrap();
    let data_dir = server.data_dir().to_str().unwrap();
    let port = server.address().port();
    let other_name = format!("http://localhost:{port}");
    let nowhere = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=500&directConnection=true";
    let cases: [(&[&str], &str, &str); 5] = [
        (&["--public-url", &other_name], "public URL", "NOTESPOT_PUBLIC_URL"),
        (&["--public-url", "http://files.example.org"], "public URL", "Use https"),
        (&["--listen", "0.0.0.0:80"], "public URL", "Set NOTESPOT_PUBLIC_URL"),
        (&["--metadata", nowhere], "MongoDB", "Check the host name"),
        (&["--issuer", "http://127.0.0.1:1", "--oauth-client-id", "x"], "issuer", "Check NOTESPOT_ISSUER"),
    ];
    for (flags, of, advice) in cases {
        let (code, findings) = doctor(&[flags, &["--data-dir", data_dir]].concat()).await;
        let (how, said) = outcome(&findings, of);
        assert_eq!((code, how), (Some(1), "wrong"), "{flags:?}: {findings:?}");
        assert!(said.contains(advice), "{said}");
    }
}

#[tokio::test]
async fn a_clerk_instance_is_looked_at_and_no_secret_is_said() {
    let clerk = ClerkStandIn::start().await.unwrap();
    let flags: Vec<String> = clerk.flags();
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let folder = tempfile::tempdir().unwrap();
    let data_dir = ["--data-dir", folder.path().to_str().unwrap()];
    let (code, findings) = doctor(&[&flags[..], &data_dir].concat()).await;
    assert_eq!(code, Some(0), "{findings:?}");
    for of in ["issuer", "keys", "clock", "secret key", "OAuth application", "webhooks"] {
        assert_eq!(outcome(&findings, of).0, "fine", "{of}");
    }
    let said = format!("{findings:?}");
    assert!(!said.contains(clerk.secret_key()) && !said.contains(clerk.webhook_secret()));
}
