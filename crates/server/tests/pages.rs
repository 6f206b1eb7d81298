//! The pages that people see in a browser.

mod explore;
mod shared;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::error_handling::HandleError;
use http::StatusCode;
use notespot_objects::embedded::EmbeddedStore;
use notespot_objects::{ObjectKey, ObjectStore as _};
use notespot_protocol::{ByteCount, Crc64Nvme, PartToSend};
use notespot_server::pages::{self, Pages};
use tokio::net::TcpListener;
use url::Url;

use self::shared::Library;

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// A server of pages, and what stands behind it.
struct Site {
    library: Library,
    objects: EmbeddedStore,
    url: Url,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Site {
    async fn start() -> Self {
        let library = Library::new("Ada Lovelace").await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let objects = EmbeddedStore::open(&library.folder.path().join("objects"), &url).unwrap();
        let pages = Pages {
            metadata: library.metadata.clone(),
            objects: Arc::new(objects.clone()),
            public_url: url.clone(),
        };
        let store = HandleError::new(objects.service(), async |_| StatusCode::INTERNAL_SERVER_ERROR);
        let app = pages::router(pages).fallback_service(store);
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { library, objects, url, server }
    }

    async fn get(&self, path: &str) -> (u16, http::HeaderMap, String) {
        let request = reqwest::Client::new().get(self.url.join(path).unwrap()).header("user-agent", FIREFOX);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.headers().clone(), response.text().await.unwrap())
    }

    /// Sends bytes to the object store as an app does, and returns their key.
    async fn put(&self, content: &[u8]) -> String {
        let key = ObjectKey::generate();
        let part = PartToSend {
            number: 1,
            size: ByteCount(u64::try_from(content.len()).unwrap()),
            checksum: Crc64Nvme(crc_fast::checksum(crc_fast::CrcAlgorithm::Crc64Nvme, content)).into(),
        };
        let signed = self.objects.presign_put(&key, &part, Duration::from_mins(1)).await.unwrap();
        let mut request = reqwest::Client::new().put(signed.url.expose()).body(content.to_vec());
        for (name, value) in &signed.headers {
            request = request.header(name, value);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{}", response.text().await.unwrap());
        key.to_string()
    }

    /// The page of a new file with this content.
    async fn page_of(&self, name: &str, content_type: &str, content: &[u8]) -> String {
        let key = self.put(content).await;
        let slug = self.library.share(name, content_type, content, &key).await.slug;
        let (status, _, body) = self.get(&format!("/s/{slug}")).await;
        assert_eq!(status, 200);
        body
    }
}

#[tokio::test]
async fn a_public_link_shows_the_file_and_who_shared_it() {
    let site = Site::start().await;
    let key = site.put(b"%PDF-").await;
    let link = site.library.share("Consensus, lecture notes.pdf", "application/pdf", b"%PDF-", &key).await;
    site.library.describe(link.node, "Lectures 4 to 6,\nwith the proofs <redone>.").await;
    let (_, _, body) = site.get(&format!("/s/{}", link.slug)).await;
    for part in [
        "Lectures 4 to 6,\nwith the proofs &#60;redone&#62;.",
        "<bdi>Consensus, lecture notes.pdf</bdi>",
        "PDF document · 5 bytes",
        "<bdi>Ada Lovelace</bdi>",
        "/download\" download>Download</a>",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
    let digest = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(b"%PDF-"));
    assert!(body.replace("<wbr>", "").contains(&digest), "{body}");
}

#[tokio::test]
async fn every_page_is_closed_to_scripts_frames_and_search_engines() {
    let site = Site::start().await;
    for path in ["/", "/privacy", "/explore", "/explore?cursor=x", "/s/0000000000000", "/s/nonsense"] {
        let (_, headers, body) = site.get(path).await;
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"));
        assert_eq!(headers["x-robots-tag"], "noindex, nofollow");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert!(!body.contains("<script") && !body.contains("style=\""), "{path}");
    }
}

#[tokio::test]
async fn hostile_names_and_texts_are_shown_and_do_not_run() {
    let site = Site::start().await;
    let hostile = "<script>alert(1)<\u{2215}script>\" onload=x '.html";
    let body = site.page_of(hostile, "text/html", b"</pre><script>alert(2)</script>").await;
    assert!(!body.contains("<script"), "{body}");
    assert!(!body.contains("\" onload"), "{body}");
    assert!(body.contains("&#60;script&#62;alert(1)") && body.contains("&#60;script&#62;alert(2)"));
}

#[tokio::test]
async fn names_in_every_direction_and_of_every_length_are_shown_whole() {
    let site = Site::start().await;
    for name in ["תרגיל 3 — פתרון.pdf", "\u{1f4c8}\u{1f469}\u{200d}\u{1f52c}.md", &"n".repeat(255)]
    {
        let body = site.page_of(name, "application/octet-stream", b"x").await;
        assert!(body.contains(&format!("<h1><bdi>{name}</bdi></h1>")), "{body}");
    }
}

#[tokio::test]
async fn what_a_browser_can_show_is_shown() {
    let site = Site::start().await;
    assert!(site.page_of("a.png", "image/png", b"x").await.contains("<img src=\"/s/"));
    assert!(site.page_of("a.mp3", "audio/mpeg", b"x").await.contains("<audio controls"));
    assert!(site.page_of("a.mp4", "video/mp4", b"x").await.contains("<video controls"));
    assert!(site.page_of("a.svg", "image/svg+xml", b"<svg/>").await.contains("No preview"));
    assert!(site.page_of("a.txt", "text/plain", b"a\0b").await.contains("No preview"));
    let long = "ü".repeat(40_000);
    let body = site.page_of("a.md", "text/markdown", long.as_bytes()).await;
    assert!(body.contains("This is the beginning."));
    assert!(body.matches('ü').count() == 32_768, "{}", body.matches('ü').count());
}

#[tokio::test]
async fn an_ended_link_and_an_unknown_one_say_so() {
    let site = Site::start().await;
    let key = site.put(b"x").await;
    let slug = site.library.share("secret.txt", "text/plain", b"x", &key).await.slug;
    site.library.end(&slug).await;
    let (status, _, body) = site.get(&format!("/s/{slug}")).await;
    assert_eq!(status, 410);
    assert!(body.contains("This link has ended") && !body.contains("secret"));
    let (status, _, body) = site.get("/s/k7Qm2xRv9T4bZ").await;
    assert_eq!(status, 404);
    assert!(body.contains("There is nothing here"));
}

#[tokio::test]
async fn only_people_who_see_the_page_are_counted() {
    let site = Site::start().await;
    let key = site.put(b"x").await;
    let link = site.library.share("a.bin", "application/octet-stream", b"x", &key).await;
    let url = site.url.join(&format!("/s/{}", link.slug)).unwrap();
    let http = reqwest::Client::new();
    http.head(url.clone()).header("user-agent", FIREFOX).send().await.unwrap();
    http.get(url.clone()).header("user-agent", "Twitterbot/1.0").send().await.unwrap();
    let ahead = http.get(url.clone()).header("user-agent", FIREFOX).header("sec-purpose", "prefetch");
    ahead.send().await.unwrap();
    assert_eq!(site.library.views(&link.slug).await, 0);
    http.get(url).header("user-agent", FIREFOX).send().await.unwrap();
    assert_eq!(site.library.views(&link.slug).await, 1);
}

#[tokio::test]
async fn the_style_sheet_may_be_kept_for_ever_and_loads_nothing() {
    let site = Site::start().await;
    let (_, _, home) = site.get("/").await;
    let from = home.find("/assets/site.css?v=").unwrap();
    let path = &home[from..from + home[from..].find('"').unwrap()];
    let (status, headers, style) = site.get(path).await;
    assert_eq!(status, 200);
    assert!(headers["cache-control"].to_str().unwrap().contains("immutable"));
    assert!(!style.contains("url(") && !style.contains("@import"));
}
