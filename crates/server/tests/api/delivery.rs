//! Public downloads.

use std::time::Duration;

use notespot_protocol::{PublicLink, Slug};
use notespot_testkit::{Answer, Api, TestServer, content, new_upload};
use reqwest::Method;
use tokio::time::timeout;

use super::ada;

/// A public file, and who may look at it.
struct Shared {
    _server: TestServer,
    ada: Api,
    stranger: Api,
    slug: Slug,
}

async fn shared_as(name: &str, content_type: Option<&str>, bytes: &[u8]) -> Shared {
    let (server, ada) = ada().await;
    let mut new = new_upload(None, name, bytes).unwrap();
    new.content_type = content_type.map(str::to_owned);
    let node = ada.upload_as(new, bytes).await.unwrap();
    let slug = ada.link(node.id).await.unwrap().slug;
    let stranger = server.stranger().unwrap();
    Shared { _server: server, ada, stranger, slug }
}

impl Shared {
    async fn ask(&self, method: Method, what: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.stranger.request(method, &format!("/s/{}/{what}", self.slug)).unwrap();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::of(request).await.unwrap()
    }

    async fn range(&self, range: &str) -> Answer {
        self.ask(Method::GET, "download", &[("range", range)]).await
    }

    async fn downloads(&self) -> u64 {
        let link: PublicLink =
            self.ada.get(&format!("/v1/links/{}", self.slug)).await.unwrap().json().unwrap();
        link.downloads
    }
}

#[tokio::test]
async fn anyone_with_the_link_gets_the_same_bytes_under_the_same_name() {
    let bytes = content(1, 300_000);
    let shared = shared_as("Übung \"3\" \u{1f4c8}.pdf", None, &bytes).await;
    let answer = shared.ask(Method::GET, "download", &[]).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body == bytes);
    let disposition = answer.headers["content-disposition"].to_str().unwrap();
    assert!(disposition.starts_with("attachment;"), "{disposition}");
    assert!(
        disposition.ends_with("filename*=UTF-8''%C3%9Cbung%20%223%22%20%F0%9F%93%88.pdf"),
        "{disposition}"
    );
    assert_eq!(answer.headers["content-length"], "300000");
    assert_eq!(shared.downloads().await, 1);
}

#[tokio::test]
async fn nothing_that_is_delivered_can_run_as_the_site() {
    let evil = b"<script>alert(1)</script>";
    for (name, content_type) in
        [("evil.html", None), ("evil.svg", None), ("evil", Some("application/xhtml+xml")), ("evil.png", None)]
    {
        let shared = shared_as(name, content_type, evil).await;
        for what in ["download", "preview"] {
            let answer = shared.ask(Method::GET, what, &[]).await;
            if answer.status == 404 {
                continue;
            }
            let header = |name: &str| answer.headers[name].to_str().unwrap();
            assert_eq!(header("x-content-type-options"), "nosniff", "{name} {what}");
            let policy = header("content-security-policy");
            assert!(policy.starts_with("sandbox; default-src 'none'"), "{name} {what}: {policy}");
            assert!(!policy.contains("allow-scripts"), "{name} {what}: {policy}");
            let content_type = header("content-type");
            let active = ["html", "svg", "xml"].iter().any(|kind| content_type.contains(kind));
            assert!(!active, "{name} {what}: {content_type}");
        }
    }
}

#[tokio::test]
async fn a_picture_is_shown_in_place_and_not_counted() {
    let shared = shared_as("a.png", None, b"\x89PNG").await;
    let answer = shared.ask(Method::GET, "preview", &[]).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_slice()), (200, &b"\x89PNG"[..]));
    assert_eq!(answer.headers["content-type"], "image/png");
    assert_eq!(answer.headers["content-disposition"], "inline");
    assert_eq!(shared.downloads().await, 0);
    let vector = shared_as("a.svg", None, b"<svg/>").await;
    assert_eq!(vector.ask(Method::GET, "preview", &[]).await.status, 404);
}

#[tokio::test]
async fn a_download_that_broke_off_goes_on_and_counts_once() {
    let bytes = content(2, 100_000);
    let shared = shared_as("a.bin", None, &bytes).await;
    let first = shared.range("bytes=0-59999").await;
    assert_eq!(first.status, 206);
    assert_eq!(first.headers["content-range"], "bytes 0-59999/100000");
    assert_eq!(shared.downloads().await, 0);
    let etag = first.headers["etag"].to_str().unwrap().to_owned();
    let headers = [("range", "bytes=60000-"), ("if-range", etag.as_str())];
    let rest = shared.ask(Method::GET, "download", &headers).await;
    assert_eq!(rest.headers["content-range"], "bytes 60000-99999/100000");
    assert!([first.body, rest.body].concat() == bytes);
    assert_eq!(shared.downloads().await, 1);
    let suffix = shared.range("bytes=-10").await;
    assert_eq!(suffix.body, bytes[99_990..]);
}

#[tokio::test]
async fn a_range_of_another_content_or_of_nothing_is_told_apart() {
    let bytes = content(3, 1000);
    let shared = shared_as("a.bin", None, &bytes).await;
    let headers = [("range", "bytes=500-"), ("if-range", "\"another content\"")];
    let whole = shared.ask(Method::GET, "download", &headers).await;
    assert_eq!((whole.status.as_u16(), whole.body.len()), (200, 1000));
    let nothing = shared.range("bytes=1000-").await;
    assert_eq!(nothing.status, 416);
    assert_eq!(nothing.headers["content-range"], "bytes */1000");
    for unread in ["bytes=5-1", "bytes=0-1,4-5", "lines=1-2"] {
        assert_eq!(shared.range(unread).await.status, 200, "{unread}");
    }
}

#[tokio::test]
async fn asking_about_a_file_is_not_downloading_it() {
    let shared = shared_as("a.bin", None, &content(4, 1000)).await;
    let head = shared.ask(Method::HEAD, "download", &[]).await;
    assert_eq!(head.status, 200);
    assert_eq!(head.headers["content-length"], "1000");
    assert_eq!(head.headers["accept-ranges"], "bytes");
    // RFC 9110 §14.2: ranges are for GET.
    let ranged = shared.ask(Method::HEAD, "download", &[("range", "bytes=0-1")]).await;
    assert_eq!(ranged.status, 200);
    assert_eq!(shared.downloads().await, 0);
}

#[tokio::test]
async fn an_empty_file_is_a_download_too() {
    let shared = shared_as("empty.txt", None, b"").await;
    let answer = shared.ask(Method::GET, "download", &[]).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0));
    assert_eq!(shared.downloads().await, 1);
    assert_eq!(shared.range("bytes=0-").await.status, 416);
}

#[tokio::test]
async fn ending_a_link_stops_a_download_under_way() {
    const SIZE: usize = 64 * 1024 * 1024;
    const BYTES_A_MICROSECOND: u64 = 16;
    let shared = shared_as("film.mkv", None, &content(5, SIZE)).await;
    let request = shared.stranger.request(Method::GET, &format!("/s/{}/download", shared.slug)).unwrap();
    let mut answer = request.send().await.unwrap();
    let mut received = answer.chunk().await.unwrap().unwrap().len();
    shared.ada.delete(&format!("/v1/links/{}", shared.slug)).await.unwrap().value().unwrap();
    // A slow reader, for whom the server has most of the file still to send.
    let slowly = async {
        while let Ok(Some(piece)) = answer.chunk().await {
            received += piece.len();
            tokio::time::sleep(Duration::from_micros(piece.len() as u64 / BYTES_A_MICROSECOND)).await;
        }
    };
    timeout(Duration::from_mins(1), slowly).await.unwrap();
    assert!(received < SIZE, "everything arrived");
    assert_eq!(shared.downloads().await, 0);
}
