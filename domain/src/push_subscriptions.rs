//! Push subscriptions of browsers (Web Push, RFC 8030) and of UnifiedPush apps: a web address that
//! the person's own device names and that we then call. Whoever may register one chooses where our
//! servers connect to, so an address is checked when it is registered and once more, with what its
//! name stands for at that time, when a push is sent (server-side request forgery).

use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// Characters of an address; push services give about 200.
pub const MAX_ENDPOINT: usize = 2_048;
/// Bytes of the device's public key: an uncompressed point of P-256.
pub const P256DH_BYTES: usize = 65;
/// Bytes of the device's secret (RFC 8291 §3.2).
pub const AUTH_BYTES: usize = 16;

/// What a device hands over, kept as its push token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushSubscription {
    pub endpoint: String,
    /// Base64url.
    pub p256dh: String,
    /// Base64url.
    pub auth: String,
}

/// Why an address is not called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Not an https address without user, password and fragment.
    NotHttps,
    /// It leads, or may lead, into a network that is not everybody's.
    NotPublic,
}

/// Scheme, name and port, such as `https://push.example.org:8443`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin(String);

impl Origin {
    /// `None` where there is more than an https origin, or less.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let bare = url.path() == "/" && url.query().is_none() && is_plain_https(&url);
        bare.then(|| Self::of(&url))
    }

    fn of(url: &Url) -> Self {
        Self(url.origin().ascii_serialization())
    }
}

/// An address that may be called, once every address its name stands for was asked about as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushEndpoint {
    url: Url,
    trusted: bool,
}

impl PushEndpoint {
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// As `aud` of a VAPID token wants it (RFC 8292 §2).
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// The name to resolve; nothing where the address holds a number already.
    pub fn name(&self) -> Option<(&str, u16)> {
        match self.url.host()? {
            Host::Domain(name) => Some((name, self.url.port_or_known_default()?)),
            Host::Ipv4(_) | Host::Ipv6(_) => None,
        }
    }

    /// Whether the operator vouches for it: it may then lie in a network of the operator's own.
    pub const fn is_trusted(&self) -> bool {
        self.trusted
    }

    /// Whether a connection to `address` may be made for it.
    pub fn admits(&self, address: IpAddr) -> bool {
        self.trusted || is_public(address)
    }
}

/// The push services the operator vouches for; all others must be everybody's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedServices(BTreeSet<Origin>);

impl TrustedServices {
    pub fn new(origins: impl IntoIterator<Item = Origin>) -> Self {
        Self(origins.into_iter().collect())
    }

    /// Whether this may be called, as far as it can be seen without resolving its name.
    ///
    /// # Errors
    /// Why not.
    pub fn endpoint(&self, text: &str) -> Result<PushEndpoint, Unfit> {
        let url = Url::parse(text).ok().filter(|url| text.len() <= MAX_ENDPOINT && is_plain_https(url));
        let url = url.ok_or(Unfit::NotHttps)?;
        let trusted = self.0.contains(&Origin::of(&url));
        let everybodys = trusted
            || match url.host() {
                Some(Host::Domain(name)) => is_public_name(name) && is_service_port(&url),
                Some(Host::Ipv4(address)) => is_public(address.into()) && is_service_port(&url),
                Some(Host::Ipv6(address)) => is_public(address.into()) && is_service_port(&url),
                None => false,
            };
        if everybodys { Ok(PushEndpoint { url, trusted }) } else { Err(Unfit::NotPublic) }
    }
}

fn is_plain_https(url: &Url) -> bool {
    url.scheme() == "https"
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none()
}

/// 443, or what no system service listens on.
fn is_service_port(url: &Url) -> bool {
    url.port_or_known_default().is_some_and(|port| port == 443 || port >= 1_024)
}

/// Names of this machine or of a network's own (RFC 6761, RFC 6762, RFC 8375, ICANN's `.internal`),
/// and names of one word, which a search list completes.
fn is_public_name(name: &str) -> bool {
    const OWN: [&str; 8] = ["localhost", "local", "internal", "intranet", "lan", "home.arpa", "onion", "test"];
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let ends = |own: &str| name.strip_suffix(own).is_some_and(|before| before.is_empty() || before.ends_with('.'));
    name.contains('.') && !OWN.into_iter().any(ends)
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(a: u16, b: u16, c: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

/// What IANA's special-purpose registry for IPv4 does not call globally reachable, with multicast
/// and the relays of 6to4.
const NOT_PUBLIC_V4: [Ipv4Net; 15] = [
    v4(0, 0, 0, 0, 8),
    v4(10, 0, 0, 0, 8),
    v4(100, 64, 0, 0, 10),
    v4(127, 0, 0, 0, 8),
    v4(169, 254, 0, 0, 16),
    v4(172, 16, 0, 0, 12),
    v4(192, 0, 0, 0, 24),
    v4(192, 0, 2, 0, 24),
    v4(192, 88, 99, 0, 24),
    v4(192, 168, 0, 0, 16),
    v4(198, 18, 0, 0, 15),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    v4(224, 0, 0, 0, 4),
    v4(240, 0, 0, 0, 4),
];

/// Global unicast; everything else of IPv6 is local, mapped, translated or not given out.
const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 0, 3);
/// Of global unicast: protocol assignments with Teredo, documentation, and 6to4, which holds an
/// address of IPv4.
const NOT_PUBLIC_V6: [Ipv6Net; 4] =
    [v6(0x2001, 0, 0, 23), v6(0x2001, 0x0db8, 0, 32), v6(0x2002, 0, 0, 16), v6(0x3fff, 0, 0, 20)];

/// Whether an address is everybody's: unicast, and routed on the internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !NOT_PUBLIC_V4.iter().any(|net| net.contains(&address)),
        IpAddr::V6(address) => GLOBAL_V6.contains(&address) && !NOT_PUBLIC_V6.iter().any(|net| net.contains(&address)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_push_services_of_browsers_are_fit() {
        for good in [
            "https://fcm.googleapis.com/fcm/send/abc:def",
            "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
            "https://web.push.apple.com/QNw",
            "https://wns2-par02p.notify.windows.com/w/?token=BQYA",
            "https://ntfy.example.org:8443/up123?up=1",
            "https://93.184.215.14/topic",
            "https://[2a00:1450:400f:803::200a]/topic",
        ] {
            let endpoint = TrustedServices::default().endpoint(good).expect(good);
            assert_eq!(endpoint.url().as_str(), good);
            assert!(!endpoint.is_trusted());
        }
    }

    #[test]
    fn whatever_leads_inside_is_not() {
        let services = TrustedServices::default();
        for inside in [
            "https://localhost/",
            "https://LOCALHOST./x",
            "https://a.localhost/",
            "https://printer.local/",
            "https://metadata.google.internal/computeMetadata/v1/",
            "https://router.home.arpa/",
            "https://intranet/",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://0/",
            "https://10.1.2.3/",
            "https://172.31.255.255/",
            "https://192.168.1.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://100.64.0.1/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:93.184.215.14]/",
            "https://[64:ff9b::a00:1]/",
            "https://[fd00::1]/",
            "https://[fe80::1]/",
            "https://[ff02::1]/",
            "https://[2002:7f00:1::]/",
            "https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
            "https://push.example.org:25/",
            "https://push.example.org:22/",
        ] {
            assert_eq!(services.endpoint(inside), Err(Unfit::NotPublic), "{inside}");
        }
        for other in [
            "http://push.example.org/",
            "ftp://push.example.org/",
            "file:///etc/passwd",
            "https://",
            "https://user@push.example.org/",
            "https://user:word@push.example.org/",
            "https://push.example.org/#part",
            "push.example.org",
            "javascript:alert(1)",
            "",
        ] {
            assert_eq!(services.endpoint(other), Err(Unfit::NotHttps), "{other}");
        }
        let long = format!("https://push.example.org/{}", "a".repeat(MAX_ENDPOINT));
        assert_eq!(services.endpoint(&long), Err(Unfit::NotHttps));
    }

    #[test]
    fn a_name_is_only_as_good_as_what_it_stands_for() {
        let endpoint = TrustedServices::default().endpoint("https://push.example.org/x").expect("fit");
        assert_eq!(endpoint.name(), Some(("push.example.org", 443)));
        assert!(endpoint.admits("93.184.215.14".parse().expect("an address")));
        assert!(!endpoint.admits("10.0.0.1".parse().expect("an address")));
        assert!(!endpoint.admits("::1".parse().expect("an address")));
    }

    #[test]
    fn the_operators_own_service_may_lie_inside_and_its_neighbours_may_not() {
        let own = Origin::parse("https://ntfy.clinic.internal:8443").expect("an origin");
        let services = TrustedServices::new([own]);
        let endpoint = services.endpoint("https://ntfy.clinic.internal:8443/up1").expect("trusted");
        assert!(endpoint.is_trusted() && endpoint.admits("10.0.0.9".parse().expect("an address")));
        assert_eq!(endpoint.origin(), "https://ntfy.clinic.internal:8443");
        for neighbour in ["https://ntfy.clinic.internal/up1", "https://db.clinic.internal:8443/up1"] {
            assert_eq!(services.endpoint(neighbour), Err(Unfit::NotPublic), "{neighbour}");
        }
        for no_origin in ["https://a.example/path", "http://a.example", "a.example", "https://a.example/?q", ""] {
            assert_eq!(Origin::parse(no_origin), None, "{no_origin}");
        }
    }

    proptest! {
        /// Whatever a stranger writes: it is refused, or its host is a public number or a name that
        /// is asked about again.
        #[test]
        fn no_text_gets_a_number_inside(text in "https://[\\[\\]0-9a-fx.:%@/-]{1,30}") {
            if let Ok(endpoint) = TrustedServices::default().endpoint(&text) {
                match endpoint.url().host() {
                    Some(Host::Ipv4(address)) => prop_assert!(is_public(address.into())),
                    Some(Host::Ipv6(address)) => prop_assert!(is_public(address.into())),
                    Some(Host::Domain(name)) => prop_assert!(name.contains('.')),
                    None => prop_assert!(false, "no host in {text}"),
                }
            }
        }
    }
}
