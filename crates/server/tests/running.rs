//! Starting and ending the program.

use std::time::Duration;

use notespot_protocol::{Discovery, Me};
use notespot_testkit::{TestServer, content, run_server};
use reqwest::Method;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

const BOUND: Duration = Duration::from_secs(20);

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test]
async fn a_server_that_says_it_is_ready_answers_and_tells_who_it_is() {
    let server = TestServer::start().await.unwrap();
    let stranger = server.stranger().unwrap();
    let discovery: Discovery = stranger.get("/.well-known/notespot.json").await.unwrap().json().unwrap();
    assert_eq!(discovery.product, Discovery::PRODUCT);
    assert_eq!(discovery.api_version, Discovery::API_VERSION);
    assert_eq!(discovery.public_url, server.at(""));
    assert_eq!(discovery.issuer.trim_end_matches('/'), server.at(""));
    assert!(!discovery.oauth_client_id.is_empty());
    for path in ["/healthz", "/readyz"] {
        let answer = stranger.get(path).await.unwrap();
        assert_eq!(answer.status, 204, "{path}: {}", answer.text());
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert!(answer.headers.contains_key("x-request-id"));
    }
}

#[tokio::test]
async fn a_port_in_use_is_named_and_said_how_to_avoid() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let arguments = ["--listen", &address.to_string(), "--data-dir", data_dir.to_str().unwrap()];
    let output = run_server(&arguments, "").await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains(&format!("Port {} is in use", address.port())), "{said}");
    assert!(said.contains("--listen"), "{said}");
    assert!(output.stdout.is_empty(), "it must not say that it is ready");
}

#[tokio::test]
async fn sigterm_ends_it_in_order_and_what_is_under_way_is_finished() {
    // More than the sockets between the two hold.
    const SIZE: usize = 64 * 1024 * 1024;
    let mut server = TestServer::start().await.unwrap();
    let ada = server.api(server.somebody("Ada").await.unwrap()).unwrap();
    let node = ada.upload(None, "film.mkv", &content(1, SIZE)).await.unwrap();
    let path = format!("/s/{}/download", ada.link(node.id).await.unwrap().slug);
    let request = server.stranger().unwrap().request(Method::GET, &path).unwrap();
    let mut download = request.send().await.unwrap();
    let mut received = download.chunk().await.unwrap().unwrap().len();
    server.ask_to_stop().unwrap();
    // It accepts nobody any more: that is how it shows that it was told.
    let refused = async { while TcpStream::connect(server.address()).await.is_ok() {} };
    timeout(BOUND, refused).await.unwrap();
    while let Some(piece) = timeout(BOUND, download.chunk()).await.unwrap().unwrap() {
        received += piece.len();
    }
    assert_eq!(received, SIZE);
    drop(download);
    drop(ada);
    assert_eq!(server.ended().await.unwrap().code(), Some(0));
}

#[tokio::test]
async fn everything_is_there_again_after_a_power_cut() {
    let mut server = TestServer::start().await.unwrap();
    let ada = server.api(server.somebody("Ada").await.unwrap()).unwrap();
    let node = ada.upload(None, "a.bin", &content(1, 20_000)).await.unwrap();
    let slug = ada.link(node.id).await.unwrap().slug;
    server.kill_9().await.unwrap();
    server.start_again().await.unwrap();
    let me: Me = ada.get("/v1/me").await.unwrap().json().unwrap();
    assert_eq!(me.used.get(), 20_000);
    let answer = server.stranger().unwrap().get(&format!("/s/{slug}/download")).await.unwrap();
    assert_eq!(answer.body, content(1, 20_000));
    server.restart().await.unwrap();
    assert_eq!(server.stranger().unwrap().get("/readyz").await.unwrap().status, 204);
}

#[tokio::test]
async fn a_broken_database_is_explained_and_left_as_it_is() {
    let mut server = TestServer::start().await.unwrap();
    server.stop().await.unwrap();
    let database = server.data_dir().join("metadata.db");
    let broken = content(7, 100_000);
    std::fs::write(&database, &broken).unwrap();
    for journal in ["metadata.db-wal", "metadata.db-shm"] {
        let _ = std::fs::remove_file(server.data_dir().join(journal));
    }
    let data_dir = server.data_dir().to_str().unwrap();
    let output = run_server(&["--listen", "127.0.0.1:0", "--data-dir", data_dir], "").await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("metadata cannot be opened") && said.contains("backup"), "{said}");
    assert!(said.contains("metadata.db"), "the file is not named: {said}");
    assert_eq!(std::fs::read(&database).unwrap(), broken);
}

#[tokio::test]
async fn two_servers_do_not_share_a_data_folder() {
    let server = TestServer::start().await.unwrap();
    let data_dir = server.data_dir().to_str().unwrap();
    let output = run_server(&["--listen", "127.0.0.1:0", "--data-dir", data_dir], "").await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("Another server uses this data folder"), "{said}");
}

#[tokio::test]
async fn all_mistakes_in_the_settings_are_listed_at_once() {
    let arguments = ["--listen", "here", "--metadata", "mongo:x", "--quota", "lots"];
    let output = run_server(&arguments, "").await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    for part in ["--listen", "--metadata", "--quota"] {
        assert!(said.contains(part), "{part} in {said}");
    }
}

#[tokio::test]
async fn help_names_every_flag_and_its_variable() {
    let output = run_server(&["--help"], "").await.unwrap();
    assert_eq!(output.status.code(), Some(0));
    let said = text(&output.stdout);
    for name in ["LISTEN", "PUBLIC_URL", "DATA_DIR", "METADATA", "OBJECTS", "ISSUER", "OAUTH_CLIENT_ID"] {
        let flag = format!("--{}", name.to_lowercase().replace('_', "-"));
        assert!(said.contains(&flag) && said.contains(&format!("NOTESPOT_{name}")), "{flag} in {said}");
    }
    assert_eq!(run_server(&["--no-such-flag"], "").await.unwrap().status.code(), Some(2));
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_the_data_folder() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let arguments = ["user", "add", "--email", "a@x.org", "--name", "A", "--password-stdin", "--data-dir"];
    let arguments = [&arguments[..], &[data_dir.to_str().unwrap()]].concat();
    let output = run_server(&arguments, "correct horse battery\n").await.unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(std::fs::metadata(&data_dir).unwrap().permissions().mode() & 0o777, 0o700);
}

#[cfg(unix)]
#[tokio::test]
async fn what_the_server_writes_is_nobody_elses_in_a_folder_that_was_there_too() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    std::fs::create_dir(&data_dir).unwrap();
    std::fs::set_permissions(&data_dir, std::fs::Permissions::from_mode(0o755)).unwrap();
    let arguments = ["user", "add", "--email", "a@x.org", "--name", "A", "--password-stdin", "--data-dir"];
    let arguments = [&arguments[..], &[data_dir.to_str().unwrap()]].concat();
    let output = run_server(&arguments, "correct horse battery\n").await.unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let mode = std::fs::metadata(data_dir.join("metadata.db")).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0);
}
