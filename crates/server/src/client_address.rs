//! Where a request came from: the peer of the connection, or whom a trusted proxy names.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{FORWARDED, HeaderName, VIA};
use http::request::Parts;
use http::{Extensions, HeaderMap};
use ipnet::IpNet;

/// The de-facto standard of proxies: each adds whom it was asked by at the end.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// What other proxies say instead, or beside it.
const ALSO_SAID: [HeaderName; 3] = [FORWARDED, VIA, HeaderName::from_static("x-real-ip")];
/// More proxies in a row than there are anywhere.
const HOPS_MAX: usize = 32;

/// Whoever asks for it is given a /48 of IPv6 by most providers (RFC 6177, section 2): 65,536 networks.
const SITE_BITS: u8 = 48;
/// How many times as much as one network a site may: an office's networks are not in each other's way.
const SITE_FACTOR: u32 = 16;

/// Whose `X-Forwarded-For` is believed.
pub(crate) type TrustedProxies = Arc<[IpNet]>;

/// Marks requests that programs on this machine made themselves.
#[derive(Clone, Copy)]
struct OfThisMachine;

/// Puts the client's address in the place of the peer's: [`ConnectInfo`] says from here on who asks. Its port is 0
/// where a proxy named the address.
pub(crate) async fn find(
    State(trusted): State<TrustedProxies>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    if peer.is_some_and(|peer| peer.to_canonical().is_loopback()) && !was_handed_on(request.headers()) {
        request.extensions_mut().insert(OfThisMachine);
    }
    if let Some(client) = peer.and_then(|peer| named(&trusted, peer, request.headers())) {
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(client, 0)));
    }
    next.run(request).await
}

/// Where a request came from, for a handler; `None` where that is not known.
pub(crate) struct Origin(pub(crate) Option<IpAddr>);

impl<S: Sync> FromRequestParts<S> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(client(&parts.extensions)))
    }
}

/// Whether a program on this machine itself made the request: the peer is here, and nothing says that it hands on
/// what somebody else has asked for.
pub(crate) fn is_of_this_machine(extensions: &Extensions) -> bool {
    extensions.get::<OfThisMachine>().is_some()
}

fn was_handed_on(headers: &HeaderMap) -> bool {
    ALSO_SAID.iter().chain([&FORWARDED_FOR]).any(|name| headers.contains_key(name))
}

/// Who asks, where that is known.
pub(crate) fn client(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(client)| client.ip().to_canonical())
}

/// One household holds a whole /64 of IPv6: whoever is counted by address is counted by this.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// What a request from this address counts for, and how many times as much as one network each may: its network, and
/// of IPv6 its site.
pub(crate) fn circles(address: IpAddr) -> impl Iterator<Item = (IpNet, u32)> {
    let own = network(address);
    let of_bits = |bits| IpNet::new(own, bits).ok().map(|network| network.trunc());
    let (own, site) = match own {
        IpAddr::V4(_) => (of_bits(32), None),
        IpAddr::V6(_) => (of_bits(64), of_bits(SITE_BITS)),
    };
    let site = site.map(|site| (site, SITE_FACTOR));
    own.map(|own| (own, 1)).into_iter().chain(site)
}

/// Whom trusted proxies name: the last address that is not one of theirs. What stands before it may have been written
/// by anybody.
fn named(trusted: &[IpNet], peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
    if !is_trusted(peer.to_canonical()) {
        return None;
    }
    let lines: Vec<_> = headers.get_all(FORWARDED_FOR).iter().collect();
    // Bytes: what cannot be read must not hide what a proxy wrote behind it.
    let hops = lines.iter().rev().flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
    let hops = hops.take(HOPS_MAX).map(|hop| str::from_utf8(hop).unwrap_or_default());
    let mut found = None;
    for hop in hops {
        let Some(address) = address_in(hop.trim()) else { break };
        found = Some(address);
        if !is_trusted(address) {
            break;
        }
    }
    found
}

/// Some proxies add the port.
fn address_in(hop: &str) -> Option<IpAddr> {
    let bare = || hop.parse::<IpAddr>().ok();
    let with_port = || hop.parse::<SocketAddr>().ok().map(|address| address.ip());
    let in_brackets = || hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    bare().or_else(with_port).or_else(in_brackets).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn named_by(trusted: &[&str], peer: &str, lines: &[&'static str]) -> Option<String> {
        let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(line));
        }
        named(&trusted, peer.parse().unwrap(), &headers).map(|address| address.to_string())
    }

    #[test]
    fn a_stranger_is_not_believed() {
        assert_eq!(named_by(&[], "127.0.0.1", &["192.0.2.1"]), None);
        assert_eq!(named_by(&["10.0.0.0/8"], "192.0.2.9", &["192.0.2.1"]), None);
    }

    #[test]
    fn the_last_address_that_is_no_proxy_counts_whatever_stands_before_it() {
        let trusted = ["10.0.0.0/8", "2001:db8::/32"];
        let by = |lines| named_by(&trusted, "10.0.0.1", lines);
        assert_eq!(by(&["192.0.2.1"]).unwrap(), "192.0.2.1");
        assert_eq!(by(&["203.0.113.7, 192.0.2.1, 10.0.0.2"]).unwrap(), "192.0.2.1");
        assert_eq!(by(&["203.0.113.7", "192.0.2.1", "2001:db8::9"]).unwrap(), "192.0.2.1");
        assert_eq!(by(&["192.0.2.1:4711, [2001:db8::9]:80"]).unwrap(), "192.0.2.1");
        assert_eq!(by(&["[2001:db9::9]"]).unwrap(), "2001:db9::9");
        assert_eq!(
            by(&["192.0.2.1, nonsense, 10.0.0.2"]).unwrap(),
            "10.0.0.2",
            "no further than it is clear"
        );
        assert_eq!(by(&["::ffff:192.0.2.1"]).unwrap(), "192.0.2.1");
        assert_eq!(by(&["nonsense"]), None);
        let mut headers = HeaderMap::new();
        headers.append(FORWARDED_FOR, HeaderValue::from_bytes(b"\xff, 192.0.2.1").unwrap());
        let named = named(&["10.0.0.0/8".parse().unwrap()], "10.0.0.1".parse().unwrap(), &headers);
        assert_eq!(named.unwrap().to_string(), "192.0.2.1", "a byte that is no text hides nothing");
        assert_eq!(named_by(&["10.0.0.1/32"], "::ffff:10.0.0.1", &["192.0.2.1"]).unwrap(), "192.0.2.1");
    }

    #[test]
    fn what_comes_from_many_networks_of_one_site_counts_for_it_too() {
        let circles = |text: &str| {
            let all = circles(text.parse().unwrap());
            all.map(|(network, times)| format!("{network} {times}")).collect::<Vec<_>>()
        };
        let of_one = circles("2001:db8:1:2::3");
        assert_eq!(of_one, ["2001:db8:1:2::/64 1", "2001:db8:1::/48 16"]);
        assert_eq!(circles("2001:db8:1:ffff::1")[1], of_one[1]);
        assert_ne!(circles("2001:db8:2:2::3")[1], of_one[1]);
        assert_ne!(circles("2001:db8:1::")[0], of_one[1]);
        assert_eq!(circles("::ffff:192.0.2.1"), ["192.0.2.1/32 1"]);
    }

    #[test]
    fn a_household_is_one_network() {
        let network = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8::1:2:3:4"), "2001:db8::");
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
