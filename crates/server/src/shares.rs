//! How many of something one network may have at once, so that nobody takes all there is.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::client_address::network;

/// This machine itself.
const HERE: [IpNet; 2] = [
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8)),
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128)),
];

/// What each network has. Memory: an entry for each network that has something.
pub(crate) struct Shares {
    most: usize,
    exempt: Vec<IpNet>,
    taken: Mutex<HashMap<IpAddr, usize>>,
}

/// Counts as one of a network, until it is dropped.
pub(crate) struct Share(Option<(Arc<Shares>, IpAddr)>);

/// Who is held to no share: proxies, through which everybody comes, and this machine, on which there may be one that
/// nobody named.
pub(crate) fn exempt(trusted_proxies: &[IpNet]) -> Vec<IpNet> {
    trusted_proxies.iter().copied().chain(HERE).collect()
}

impl Shares {
    /// So many for each network; any number for those of `exempt`.
    pub(crate) fn new(most: usize, exempt: Vec<IpNet>) -> Arc<Self> {
        Arc::new(Self { most, exempt, taken: Mutex::default() })
    }

    /// One more for whoever is at this address; `None` where its network has all it may.
    pub(crate) fn take(self: &Arc<Self>, address: IpAddr) -> Option<Share> {
        let address = address.to_canonical();
        if self.exempt.iter().any(|network| network.contains(&address)) {
            return Some(Share(None));
        }
        let network = network(address);
        let mut all = self.taken();
        let taken = all.entry(network).or_default();
        if *taken >= self.most {
            return None;
        }
        *taken += 1;
        Some(Share(Some((Arc::clone(self), network))))
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let Some((shares, network)) = self.0.take() else { return };
        let mut all = shares.taken();
        let left = all.get(&network).map_or(0, |taken| taken.saturating_sub(1));
        if left == 0 {
            all.remove(&network);
        } else {
            all.insert(network, left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_has_its_share_and_no_more_however_many_addresses_it_has() {
        let shares = Shares::new(2, vec!["192.0.2.0/24".parse().unwrap()]);
        let mut of_one =
            vec![shares.take(ip("2001:db8::1")).unwrap(), shares.take(ip("2001:db8::2")).unwrap()];
        assert!(shares.take(ip("2001:db8::3")).is_none());
        let of_another = shares.take(ip("2001:db8:0:1::3")).unwrap();
        let of_the_exempt: Vec<_> = (0..5).map(|_| shares.take(ip("::ffff:192.0.2.1")).unwrap()).collect();
        of_one.pop();
        of_one.push(shares.take(ip("2001:db8::3")).unwrap());
        assert!(shares.take(ip("2001:db8::4")).is_none());
        drop((of_one, of_another, of_the_exempt));
        assert!(shares.taken().is_empty(), "what nobody has is not remembered");
    }
}
