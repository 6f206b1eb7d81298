//! Public files, as people see them.

use super::Site;

impl Site {
    async fn listed(&self, name: &str) {
        let link = self.library.share(name, "text/plain", b"x", &format!("key of {name}")).await;
        self.library.list(&link.slug).await;
    }
}

#[tokio::test]
async fn what_is_listed_is_shown_and_found_without_scripts() {
    let site = Site::start().await;
    let (status, headers, body) = site.get("/explore").await;
    assert!(status == 200 && body.contains("Nothing is listed yet"), "{body}");
    assert_eq!(headers["cache-control"], "public, max-age=10");
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("form-action 'self';") && !policy.contains("script-src"));

    site.listed("R\u{e9}sum\u{e9}.txt").await;
    site.listed("\u{5ea}\u{5e8}\u{5d2}\u{5d9}\u{5dc}.pdf").await;
    let (_, _, body) = site.get("/explore").await;
    for part in [
        "<bdi>R\u{e9}sum\u{e9}.txt</bdi>",
        "<bdi>\u{5ea}\u{5e8}\u{5d2}\u{5d9}\u{5dc}.pdf</bdi>",
        "Text · 1 byte · <bdi>Ada Lovelace</bdi>",
        "href=\"/s/",
        "role=\"search\"",
        "<label class=\"hidden\" for=\"search\">",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
    assert!(!body.contains("Next page") && !body.contains("First page"));
    let (_, _, body) = site.get("/explore?search=resume").await;
    assert!(body.contains("R\u{e9}sum\u{e9}.txt") && !body.contains(".pdf"), "{body}");
    assert!(body.contains("value=\"resume\"") && body.contains("<title>resume · Public files"));
}

#[tokio::test]
async fn what_is_searched_for_is_shown_and_does_not_run() {
    let site = Site::start().await;
    let (status, _, body) = site.get("/explore?search=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert_eq!(status, 200);
    assert!(body.contains("Nothing found for") && !body.contains("<script"), "{body}");
    let long = "x".repeat(5000);
    let (status, _, body) = site.get(&format!("/explore?search={long}")).await;
    assert!(status == 200 && body.len() < 5000, "as much as is searched for");
    for query in ["cursor=nonsense", "search=%FF", "limit=x"] {
        let (status, _, _) = site.get(&format!("/explore?{query}")).await;
        assert!(status == 400 || query.starts_with("search"), "{query}");
    }
}

#[tokio::test]
async fn many_files_come_in_pages_that_keep_what_is_searched_for() {
    let site = Site::start().await;
    for number in 0..51 {
        site.listed(&format!("a&b {number:02}.txt")).await;
    }
    let (_, _, body) = site.get("/explore?search=a%26b").await;
    assert_eq!(body.matches("<li>").count(), 50);
    let from = body.find("rel=\"next\" href=\"").unwrap() + "rel=\"next\" href=\"".len();
    let next = body[from..].split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
    assert!(next.starts_with("/explore?search=a%26b&cursor="), "{next}");
    let (_, _, last) = site.get(&next).await;
    assert_eq!(last.matches("<li>").count(), 1);
    assert!(last.contains("a&#38;b 00.txt"), "{last}");
    assert!(!last.contains("Next page") && last.contains("href=\"/explore?search=a%26b\">First page"));
}
