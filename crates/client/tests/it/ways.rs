//! Ways to the server: TLS, proxies, and what stands in the way.

use std::path::PathBuf;
use std::sync::Arc;

use notespot_client::{ClientError, MemoryStore, Network, Session, SessionConfig, Trouble, api::discover};
use notespot_network::{CertificateFault, NetworkSettings};
use notespot_testkit::{Authority, TlsFront, WayOut};

use super::stand::Stand;

struct Far {
    stand: Stand,
    authority: Authority,
    pem: PathBuf,
}

impl Far {
    async fn start() -> Self {
        let (stand, authority) = (Stand::start().await, Authority::new().unwrap());
        let pem = stand.folder.path().join("company.pem");
        std::fs::write(&pem, authority.pem()).unwrap();
        Self { stand, authority, pem }
    }

    fn session(&self, server: &str, proxy: Option<String>, trusting: bool) -> Session {
        let settings = NetworkSettings { proxy, extra_ca: trusting.then(|| self.pem.clone()) };
        let network = Network::new(&settings).unwrap();
        let store = Arc::new(MemoryStore::default());
        let config = SessionConfig::new(server.parse().unwrap(), store, self.stand.lock_file());
        Session::new(SessionConfig { network, ..config }).unwrap()
    }

    async fn front(&self, name: &str) -> TlsFront {
        self.front_with(self.authority.certify(name).unwrap()).await
    }

    async fn front_with(&self, certified: notespot_testkit::Certified) -> TlsFront {
        let upstream = self.stand.url.socket_addrs(|| None).unwrap()[0];
        TlsFront::start([127, 0, 0, 1].into(), upstream, certified).await.unwrap()
    }
}

#[tokio::test]
async fn the_server_is_spoken_to_in_http_2_over_one_connection() {
    let far = Far::start().await;
    let front = far.front("127.0.0.1").await;
    let session = far.session(&format!("https://{}", front.address()), None, true);
    for _ in 0..3 {
        discover(&session).await.unwrap();
    }
    assert_eq!(front.agreed(), ["h2"]);
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_said_exactly() {
    let far = Far::start().await;
    let expired = far.authority.certify_expired("127.0.0.1").unwrap();
    let fronts = [
        (far.front("127.0.0.1").await, false, CertificateFault::UnknownIssuer, "NOTESPOT_EXTRA_CA"),
        (far.front("files.example.org").await, true, CertificateFault::OtherName, "for another name"),
        (far.front_with(expired).await, true, CertificateFault::Expired, "has expired"),
    ];
    for (front, trusting, expected, told) in fronts {
        let session = far.session(&format!("https://{}", front.address()), None, trusting);
        let error = discover(&session).await.unwrap_err();
        let ClientError::InTheWay(Trouble::Certificate { host, fault }) = &error else {
            panic!("{error:?}");
        };
        assert_eq!((host, fault), (&front.address().to_string(), &expected));
        assert!(error.to_string().contains(told), "{error}");
        assert!(!error.is_passing(), "asking again gives the same");
    }
}

#[tokio::test]
async fn proxies_lead_to_the_server_in_plain_and_over_tls() {
    let far = Far::start().await;
    let plain = far.stand.url.socket_addrs(|| None).unwrap()[0];
    let front = far.front("files.test").await;
    let ways = [
        (WayOut::http(plain).await.unwrap(), "http://files.test", "files.test"),
        (WayOut::socks(plain).await.unwrap(), "http://files.test", "files.test:80"),
        (WayOut::http(front.address()).await.unwrap(), "https://files.test", "files.test:443"),
        (WayOut::socks(front.address()).await.unwrap(), "https://files.test", "files.test:443"),
    ];
    for (proxy, server, asked) in ways {
        discover(&far.session(server, Some(proxy.url()), true)).await.unwrap();
        assert_eq!(proxy.asked(), [asked], "{server} by {}", proxy.url());
    }
    assert_eq!(front.agreed(), ["h2", "h2"], "also behind a proxy");
}

#[tokio::test]
async fn what_a_proxy_has_against_it_is_said() {
    let far = Far::start().await;
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (closed, socks) = (WayOut::http_closed().await.unwrap(), WayOut::socks_closed().await.unwrap());
    let locked = WayOut::http_for(gone, "ada", "lovelace").await.unwrap();
    let cases = [
        (format!("http://{gone}"), "https://files.test", "does not answer"),
        (format!("socks5h://{gone}"), "https://files.test", "does not answer"),
        (closed.url(), "https://files.test", "does not connect to files.test"),
        (socks.url(), "https://files.test", "does not connect to files.test"),
        (locked.url(), "https://files.test", "wants a name and a password"),
        (locked.url_as("ada", "secret"), "http://files.test", "wants a name and a password"),
    ];
    for (proxy, server, told) in cases {
        let error = discover(&far.session(server, Some(proxy.clone()), false)).await.unwrap_err();
        let text = error.to_string();
        let named = proxy.rsplit(['/', '@']).next().unwrap();
        assert!(text.contains(told) && text.contains(named), "{proxy}: {text}");
        assert!(!text.contains("secret"), "{text}");
    }
}
