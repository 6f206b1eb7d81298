//! Public links.

use crate::Machine;

#[tokio::test]
async fn upload_with_link_prints_an_address_that_anybody_can_open() {
    let machine = Machine::start().await;
    machine.file("report für alle.txt", b"for everybody");
    let ran = machine.run(&["upload", "report für alle.txt", "--link"]).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let url = ran.stdout.trim();
    let bytes = reqwest::get(format!("{url}/download")).await.unwrap().bytes().await.unwrap();
    assert_eq!(&*bytes, b"for everybody");
}

#[tokio::test]
async fn a_file_has_one_link_until_it_is_ended() {
    let machine = Machine::start().await;
    machine.file("a.txt", b"a");
    machine.run(&["upload", "a.txt"]).await;
    let first = machine.run(&["link", "a.txt"]).await.stdout;
    assert_eq!(machine.run(&["link", "a.txt"]).await.stdout, first);
    assert_eq!(machine.run(&["unlink", "a.txt"]).await.code, Some(0));
    assert_eq!(reqwest::get(first.trim()).await.unwrap().status(), 410);
    let again = machine.run(&["unlink", "a.txt"]).await;
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains("no public link"), "{again:?}");
}
