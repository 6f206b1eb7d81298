//! Proxies, certificates and IPv6, as a company's network has them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use notespot_testkit::{Authority, TestServer, TlsFront, WayOut, content};
use tempfile::TempDir;

use crate::{Ran, notespot};

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const SERVER: &str = "https://files.test";

/// A server that is reached over TLS, by a name that only the proxy of this network knows.
struct Company {
    front: TlsFront,
    _server: TestServer,
    token: String,
    home: TempDir,
}

impl Company {
    async fn start() -> Self {
        let server = TestServer::with(&["--public-url", SERVER]).await.unwrap();
        let token = server.somebody("Ada").await.unwrap();
        let (home, authority) = (tempfile::tempdir().unwrap(), Authority::new().unwrap());
        std::fs::write(home.path().join("company.pem"), authority.pem()).unwrap();
        let certified = authority.certify("files.test").unwrap();
        let front = TlsFront::start(LOOPBACK, server.address(), certified).await.unwrap();
        Self { front, _server: server, token, home }
    }

    async fn run(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Ran {
        let ours = [("NOTESPOT_SERVER", SERVER), ("NOTESPOT_TOKEN", self.token.as_str())];
        notespot(self.home.path(), &[&ours, environment].concat(), arguments).await
    }
}

#[tokio::test]
async fn everything_goes_by_the_proxy_and_trusts_the_company_s_authority() {
    let company = Company::start().await;
    let large = content(1, 20 * 1024 * 1024 + 1);
    for folder in ["up", "back"] {
        std::fs::create_dir(company.home.path().join(folder)).unwrap();
    }
    std::fs::write(company.home.path().join("up/large.bin"), &large).unwrap();
    std::fs::write(company.home.path().join("up/small.txt"), b"small").unwrap();
    let http = WayOut::http(company.front.address()).await.unwrap();
    let socks = WayOut::socks(company.front.address()).await.unwrap();
    let (http_url, socks_url) = (http.url(), socks.url());
    let by_http = [("HTTPS_PROXY", http_url.as_str()), ("NOTESPOT_EXTRA_CA", "company.pem")];
    let up = company.run(&by_http, &["upload", "up"]).await;
    assert_eq!(up.code, Some(0), "{up:?}");
    let by_socks = [("ALL_PROXY", socks_url.as_str())];
    let down = company.run(&by_socks, &["download", "up", "--to", "back", "--extra-ca", "company.pem"]).await;
    assert_eq!(down.code, Some(0), "{down:?}");
    assert!(std::fs::read(company.home.path().join("back/up/large.bin")).unwrap() == large);
    for proxy in [http, socks] {
        assert!(proxy.asked().len() > 1 && proxy.asked().iter().all(|host| host == "files.test:443"));
    }
    let agreed = company.front.agreed();
    assert!(agreed.iter().any(|one| one == "h2") && agreed.iter().any(|one| one == "http/1.1"), "{agreed:?}");
}

/// `SSL_CERT_FILE` is where OpenSSL, and everything that follows it, looks for the system's authorities.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_the_system_trusts_is_trusted_and_nothing_else() {
    let company = Company::start().await;
    let film = content(3, 3 * 1024 * 1024);
    std::fs::write(company.home.path().join("film.mkv"), &film).unwrap();
    let proxy = WayOut::http(company.front.address()).await.unwrap();
    let url = proxy.url();
    let (by_proxy, trusted) = (("HTTPS_PROXY", url.as_str()), ("SSL_CERT_FILE", "company.pem"));
    let download = ["download", "film.mkv", "--to", "back"];
    for arguments in [&["upload", "film.mkv"][..], &download] {
        let ran = company.run(&[by_proxy, trusted], arguments).await;
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
    let came = company.home.path().join("back/film.mkv");
    assert!(std::fs::read(&came).unwrap() == film);

    std::fs::remove_file(&came).unwrap();
    let ran = company.run(&[by_proxy], &download).await;
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.stderr.contains("files.test is not safe"), "{ran:?}");
    assert!(ran.stderr.contains("an authority that this system does not know"), "{ran:?}");
    assert_eq!(std::fs::read_dir(company.home.path().join("back")).unwrap().count(), 0);
}

#[tokio::test]
async fn what_is_in_the_way_is_said_in_one_sentence() {
    let company = Company::start().await;
    let proxy = WayOut::http(company.front.address()).await.unwrap();
    let ran = company.run(&[], &["ls", "--proxy", &proxy.url()]).await;
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.stderr.contains("files.test") && ran.stderr.contains("NOTESPOT_EXTRA_CA"), "{ran:?}");
    let ran = company.run(&[("NOTESPOT_PROXY", "http://127.0.0.1:1")], &["ls"]).await;
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.stderr.contains("The proxy 127.0.0.1:1 does not answer"), "{ran:?}");
    for wrong in [["--proxy", "ftp://box"], ["--extra-ca", "none.pem"]] {
        let ran = company.run(&[], &[&["ls"], &wrong[..]].concat()).await;
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.stderr.contains(wrong[1]), "{ran:?}");
    }
}

#[tokio::test]
async fn a_server_on_ipv6_serves_its_files_there() {
    let server = TestServer::on(SocketAddr::from((Ipv6Addr::LOCALHOST, 0)), &[]).await.unwrap();
    let (token, home) = (server.somebody("Ada").await.unwrap(), tempfile::tempdir().unwrap());
    let environment = [("NOTESPOT_SERVER", server.base_url().as_str()), ("NOTESPOT_TOKEN", token.as_str())];
    let bytes = content(2, 6 * 1024 * 1024);
    std::fs::write(home.path().join("film.mkv"), &bytes).unwrap();
    for arguments in [&["upload", "film.mkv"][..], &["download", "film.mkv", "--to", "back"]] {
        std::fs::create_dir_all(home.path().join("back")).unwrap();
        let ran = notespot(home.path(), &environment, arguments).await;
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
    assert!(std::fs::read(home.path().join("back/film.mkv")).unwrap() == bytes);
}
