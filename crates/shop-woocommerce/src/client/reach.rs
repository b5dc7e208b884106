//! Which machines may be asked: a shop's address is typed by a person, and must not lead into our own
//! network.
//!
//! What a name resolves to is checked where it is resolved, and the connection is made to what was
//! checked: nothing is looked up twice. No proxy is used, which would look names up by itself.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// How far requests go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Addresses of the public internet.
    Global,
    /// This machine: simulators, and a shop beside us. For connections whose settings allow plain HTTP
    /// in so many words.
    Loopback,
}

/// An address that is out of reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("address is out of reach")]
pub(super) struct OutOfReach;

impl Reach {
    /// Why a shop out of reach is not asked.
    pub(super) const fn refusal(self) -> &'static str {
        match self {
            Self::Global => "its address is none of the public internet",
            Self::Loopback => "without TLS only a shop on this machine is asked",
        }
    }

    /// Checks an address that stands in the URL itself, which nobody resolves.
    pub(super) fn check(self, url: &Url) -> Result<(), OutOfReach> {
        let host = url.host_str().ok_or(OutOfReach)?;
        match host.trim_matches(['[', ']']).parse() {
            Ok(address) if !self.allows(address) => Err(OutOfReach),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    fn allows(self, address: IpAddr) -> bool {
        match self {
            Self::Global => is_global(address),
            Self::Loopback => address.to_canonical().is_loopback(),
        }
    }
}

impl Resolve for Reach {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = *self;
        Box::pin(async move {
            // The port is the URL's; who connects puts it in.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|found| reach.allows(found.ip())).collect();
            if allowed.is_empty() {
                return Err(OutOfReach.into());
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}

/// Whether an address belongs to the public internet, by IANA's registries of special addresses.
fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_global_v4(address),
        IpAddr::V6(address) => match carried(address) {
            Some(carried) => is_global_v4(carried),
            None => is_global_v6(address),
        },
    }
}

/// The IPv4 address that a packet to `address` ends up at: of mapped ones and, where there is nothing
/// but IPv6, of NAT64's well-known prefix.
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    const NAT64: Ipv6Network = v6(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

    if NAT64.has(address) {
        let [.., a, b, c, d] = address.octets();
        return Some(Ipv4Addr::new(a, b, c, d));
    }
    address.to_ipv4_mapped()
}

fn is_global_v4(address: Ipv4Addr) -> bool {
    const SPECIAL: [Ipv4Network; 15] = [
        v4(Ipv4Addr::UNSPECIFIED, 8),
        v4(Ipv4Addr::new(10, 0, 0, 0), 8),
        // Carriers' own.
        v4(Ipv4Addr::new(100, 64, 0, 0), 10),
        v4(Ipv4Addr::new(127, 0, 0, 0), 8),
        // Link-local, clouds' metadata among them.
        v4(Ipv4Addr::new(169, 254, 0, 0), 16),
        v4(Ipv4Addr::new(172, 16, 0, 0), 12),
        v4(Ipv4Addr::new(192, 0, 0, 0), 24),
        v4(Ipv4Addr::new(192, 0, 2, 0), 24),
        // Relays of 6to4.
        v4(Ipv4Addr::new(192, 88, 99, 0), 24),
        v4(Ipv4Addr::new(192, 168, 0, 0), 16),
        // Benchmarks.
        v4(Ipv4Addr::new(198, 18, 0, 0), 15),
        v4(Ipv4Addr::new(198, 51, 100, 0), 24),
        v4(Ipv4Addr::new(203, 0, 113, 0), 24),
        // Multicast.
        v4(Ipv4Addr::new(224, 0, 0, 0), 4),
        // Reserved, broadcast among them.
        v4(Ipv4Addr::new(240, 0, 0, 0), 4),
    ];
    !SPECIAL.iter().any(|network| network.has(address))
}

fn is_global_v6(address: Ipv6Addr) -> bool {
    /// All that is given out for the internet so far.
    const UNICAST: Ipv6Network = v6(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
    const SPECIAL: [Ipv6Network; 4] = [
        // Protocols' own, Teredo and benchmarks among them.
        v6(Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
        v6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
        // 6to4, which carries any IPv4 address.
        v6(Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
        v6(Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
    ];
    UNICAST.has(address) && !SPECIAL.iter().any(|network| network.has(address))
}

#[derive(Clone, Copy)]
struct Ipv4Network {
    first: u32,
    bits: u32,
}

const fn v4(first: Ipv4Addr, bits: u32) -> Ipv4Network {
    Ipv4Network {
        first: first.to_bits(),
        bits,
    }
}

impl Ipv4Network {
    const fn has(self, address: Ipv4Addr) -> bool {
        (address.to_bits() ^ self.first) >> (u32::BITS - self.bits) == 0
    }
}

#[derive(Clone, Copy)]
struct Ipv6Network {
    first: u128,
    bits: u32,
}

const fn v6(first: Ipv6Addr, bits: u32) -> Ipv6Network {
    Ipv6Network {
        first: first.to_bits(),
        bits,
    }
}

impl Ipv6Network {
    const fn has(self, address: Ipv6Addr) -> bool {
        (address.to_bits() ^ self.first) >> (u128::BITS - self.bits) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLOBAL: [&str; 16] = [
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.169.0.0",
        "198.20.0.0",
        "223.255.255.255",
        "2001:200::1",
        "2606:4700:4700::1111",
        // What is carried is global.
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
    ];

    const SPECIAL: [&str; 49] = [
        // This network, private, carriers', loopback, link-local.
        "0.0.0.0",
        "0.255.255.255",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "192.168.255.255",
        // Protocols, documentation, benchmarks, relays.
        "192.0.0.8",
        "192.0.0.170",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.7",
        // Multicast, reserved, broadcast.
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        // Nobody, loopback, and what IPv6 carries of IPv4.
        "::",
        "::1",
        "::127.0.0.1",
        "::8.8.8.8",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0:8.8.8.8",
        "64:ff9b::127.0.0.1",
        "64:ff9b::10.1.2.3",
        "64:ff9b:1::8.8.8.8",
        "2002:7f00:1::",
        "2002:808:808::1",
        // Teredo, benchmarks, ORCHID, documentation.
        "2001::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:2::1",
        "2001:20::1",
        "2001:db8::1",
        "3fff::1",
        // Discard, unique local, link-local, site-local, multicast.
        "100::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ];

    #[test]
    fn addresses_of_the_internet_are_told_from_all_others() {
        for text in GLOBAL {
            assert!(is_global(text.parse().unwrap()), "{text}");
        }
        for text in SPECIAL {
            assert!(!is_global(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn loopback_is_this_machine_and_no_other() {
        for text in ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"] {
            assert!(Reach::Loopback.allows(text.parse().unwrap()), "{text}");
        }
        for text in ["0.0.0.0", "10.0.0.1", "8.8.8.8", "::", "fe80::1"] {
            assert!(!Reach::Loopback.allows(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn an_address_in_the_url_is_checked_however_it_is_written() {
        let check = |url: &str| Reach::Global.check(&Url::parse(url).unwrap());
        for url in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://0x7f.0.0.1/",
            "https://0177.0.0.1/",
            "https://2130706433/",
            "https://[::1]/",
            "https://[::ffff:7f00:1]:8443/shop",
            "https://[fe80::1]/",
            "https://169.254.169.254/latest/meta-data",
            "https://\u{2460}27.0.0.1/",
        ] {
            assert_eq!(check(url), Err(OutOfReach), "{url}");
        }
        for url in [
            "https://shop.example/",
            "https://1.1.1.1/",
            "https://localhost/",
        ] {
            assert_eq!(check(url), Ok(()), "{url}: names are for the resolver");
        }
    }

    #[tokio::test]
    async fn a_name_resolves_to_what_is_within_reach() {
        let resolve = async |reach: Reach| {
            let name: Name = "localhost".parse().unwrap();
            let found = reach.resolve(name).await.map(Iterator::collect);
            found.map_err(|error| error.downcast_ref::<OutOfReach>().copied())
        };
        let found: Vec<SocketAddr> = resolve(Reach::Loopback).await.unwrap();
        assert!(!found.is_empty() && found.iter().all(|found| found.ip().is_loopback()));
        assert_eq!(resolve(Reach::Global).await, Err(Some(OutOfReach)));
    }
}
