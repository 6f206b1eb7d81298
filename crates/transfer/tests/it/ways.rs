//! Ways to the store: proxies, IPv6, and what stands in the way.

use notespot_network::{Network, NetworkSettings, Trouble};
use notespot_protocol::ErrorCode;
use notespot_testkit::{WayOut, content};
use notespot_transfer::{Existing, Settings, TransferError};

use super::control::{MIB, Stand, impatient};
use super::store::{Refusal, Store, locked};

/// A name that no resolver knows: only the proxy can get there.
const ELSEWHERE: &str = "http://store.test";

fn by(proxy: &str) -> Settings {
    let settings = NetworkSettings { proxy: Some(proxy.to_owned()), extra_ca: None };
    Settings { network: Network::new(&settings).unwrap(), tries: 2, ..impatient() }
}

fn elsewhere(proxy: &str, store: std::sync::Arc<Store>) -> Stand {
    Stand::with(store, by(proxy)).reached_at(ELSEWHERE)
}

async fn up_and_down(stand: &Stand) {
    let bytes = content(1, 20 * MIB + 3);
    stand.upload(&stand.file("film.mkv", &bytes)).await.unwrap();
    assert!(stand.last() == bytes);
    stand.offer(&bytes);
    stand.download(&stand.here(), Existing::Fail).await.unwrap();
    assert!(std::fs::read(stand.path("report.pdf")).unwrap() == bytes);
}

#[tokio::test]
async fn bytes_go_by_an_http_proxy_and_by_a_socks_proxy() {
    let store = Store::default().start().await;
    let proxies =
        [WayOut::http(store.address()).await.unwrap(), WayOut::socks(store.address()).await.unwrap()];
    for proxy in proxies {
        up_and_down(&elsewhere(&proxy.url(), store.clone())).await;
        let asked = proxy.asked();
        assert!(!asked.is_empty() && asked.iter().all(|host| host.starts_with("store.test")), "{asked:?}");
    }
}

#[tokio::test]
async fn a_proxy_s_name_and_password_are_given_and_asked_for() {
    let store = Store::default().start().await;
    let http = WayOut::http_for(store.address(), "ada", "p%40ss").await.unwrap();
    let socks = WayOut::socks_for(store.address(), "ada", "lovelace").await.unwrap();
    for (proxy, password) in [(&http, "p%2540ss"), (&socks, "lovelace")] {
        up_and_down(&elsewhere(&proxy.url_as("ada", password), store.clone())).await;
        for wrong in [proxy.url(), proxy.url_as("ada", "wrong")] {
            let stand = elsewhere(&wrong, store.clone());
            let error = stand.upload(&stand.file("note.txt", b"hello")).await.unwrap_err();
            assert!(
                matches!(error, TransferError::InTheWay(Trouble::ProxyPassword { .. })),
                "{wrong}: {error:?}"
            );
            assert!(!error.to_string().contains("wrong"), "no password is told: {error}");
        }
    }
}

#[tokio::test]
async fn a_proxy_that_is_away_and_one_that_refuses_are_told_apart() {
    let store = Store::default().start().await;
    let socks = WayOut::socks_closed().await.unwrap();
    let stand = elsewhere(&socks.url(), store.clone());
    let error = stand.upload(&stand.file("note.txt", b"hello")).await.unwrap_err();
    assert!(matches!(&error, TransferError::InTheWay(Trouble::ProxyRefused { .. })), "{error:?}");
    assert_eq!(socks.asked().len(), 2, "it may let us through the next time");
    let url = socks.url();
    drop(socks);
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for url in [url.replace(url.rsplit('/').next().unwrap(), &gone.to_string()), format!("http://{gone}")] {
        let stand = elsewhere(&url, store.clone());
        let error = stand.upload(&stand.file("note.txt", b"hello")).await.unwrap_err();
        assert!(matches!(&error, TransferError::InTheWay(Trouble::ProxySilent { .. })), "{error:?}");
        assert_eq!(error.code(), ErrorCode::ServerUnreachable);
        assert!(error.to_string().contains(&gone.to_string()), "{error}");
    }
}

#[tokio::test]
async fn a_store_on_ipv6_is_a_store_like_any_other() {
    let store = Store::default().start_on("[::1]:0").await;
    assert!(store.address().is_ipv6());
    up_and_down(&Stand::with(store, impatient())).await;
}

#[tokio::test]
async fn a_web_page_in_place_of_the_store_is_no_success() {
    let stand = Stand::start().await;
    for size in [5, MIB / 2, 3 * MIB] {
        locked(&stand.store.refuse).push_back(Refusal::Portal);
        let error = stand.upload(&stand.file("note.txt", &content(1, size))).await.unwrap_err();
        assert!(matches!(&error, TransferError::InTheWay(Trouble::Portal { .. })), "{error:?}");
        assert!(error.to_string().contains("sign in to it in your browser"), "{error}");
    }
    assert!(locked(&stand.published).is_empty());
    assert_eq!(locked(&stand.calls).aborted, 0, "it goes on after the sign-in");
}

#[tokio::test]
async fn a_web_page_in_place_of_a_file_is_not_taken_for_damage() {
    let stand = Stand::start().await;
    for size in [29, MIB / 2, 20 * MIB] {
        stand.offer(&content(2, size));
        locked(&stand.store.refuse).push_back(Refusal::Portal);
        let error = stand.download(&stand.here(), Existing::Fail).await.unwrap_err();
        assert!(matches!(&error, TransferError::InTheWay(Trouble::Portal { .. })), "{size}: {error:?}");
        locked(&stand.store.refuse).clear();
    }
    assert!(!stand.path("report.pdf").exists());
}

#[tokio::test]
async fn a_store_whose_clock_is_wrong_is_said_to_be() {
    let stand = Stand::start().await;
    locked(&stand.store.refuse).extend([Refusal::Expired; 10]);
    let error = stand.upload(&stand.file("note.txt", b"hello")).await.unwrap_err();
    assert!(matches!(error, TransferError::Expired { ahead_secs: Some(3590..=3600) }), "{error:?}");
    assert!(error.to_string().contains("ahead of this machine\u{2019}s"), "{error}");
    assert_eq!(locked(&stand.calls).presigned, 1, "it was signed afresh, once");
    locked(&stand.store.refuse).clear();
    locked(&stand.store.refuse).push_back(Refusal::Expired);
    stand.upload(&stand.file("note.txt", b"hello")).await.unwrap();
}
