//! Exit codes, and what is said with them.

use crate::{Machine, notespot};

#[tokio::test]
async fn a_command_that_is_not_understood_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["fly"][..], &["upload"], &["ls", "--server", "no address"]] {
        assert_eq!(notespot(folder.path(), &[], arguments).await.code, Some(2), "{arguments:?}");
    }
}

#[tokio::test]
async fn who_is_not_signed_in_is_told_so_with_3() {
    let mut machine = Machine::start().await;
    for token in ["", "nsp_forged", "a.b.c"] {
        token.clone_into(&mut machine.token);
        let ran = machine.run(&["ls"]).await;
        assert_eq!(ran.code, Some(3), "{ran:?}");
        assert!(ran.stderr.to_lowercase().contains("sign"), "{ran:?}");
        assert_eq!(machine.json(&["ls"]).await["error"]["code"], "not_signed_in");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_with_4() {
    let mut machine = Machine::start().await;
    machine.server.stop().await.unwrap();
    let ran = machine.run(&["ls"]).await;
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert_eq!(machine.json(&["ls"]).await["error"]["code"], "server_unreachable");
}

#[tokio::test]
async fn a_name_that_is_not_there_ends_with_1() {
    let machine = Machine::start().await;
    let ran = machine.run(&["link", "gone.txt"]).await;
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("gone.txt"), "{ran:?}");
    assert_eq!(ran.stdout, "");
}

#[tokio::test]
async fn help_documents_the_exit_codes_and_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let ran = notespot(folder.path(), &[], &["--help"]).await;
    assert_eq!(ran.code, Some(0));
    for told in ["NOTESPOT_SERVER", "NOTESPOT_TOKEN", "3  not signed in", "4  the server cannot be reached"] {
        assert!(ran.stdout.contains(told), "{}", ran.stdout);
    }
}

#[tokio::test]
async fn a_failure_tells_of_a_clock_that_is_wrong() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let problem =
            r#"{"type":"x","status":401,"code":"not_signed_in","detail":"Your token has expired."}"#;
        let length = problem.len();
        let head = "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/problem+json\r\nConnection: close";
        let answer = format!(
            "{head}\r\nDate: Wed, 21 Oct 2015 07:28:00 GMT\r\nContent-Length: {length}\r\n\r\n{problem}"
        );
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 16 * 1024];
            tokio::io::AsyncReadExt::read(&mut socket, &mut request).await.unwrap();
            tokio::io::AsyncWriteExt::write_all(&mut socket, answer.as_bytes()).await.unwrap();
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let environment = [("NOTESPOT_SERVER", server.as_str()), ("NOTESPOT_TOKEN", "nsp_token")];
    let ran = notespot(folder.path(), &environment, &["ls"]).await;
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        ran.stderr.contains("This machine\u{2019}s clock is") && ran.stderr.contains("s ahead of"),
        "{ran:?}"
    );
    let ran = notespot(folder.path(), &environment, &["--json=events", "ls"]).await;
    let last: serde_json::Value = serde_json::from_str(ran.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(last["event"], "clock");
    assert!(last["server_ahead_seconds"].as_i64().unwrap() < -300_000_000, "{ran:?}");
}
