//! The services on the bus.

use std::fmt;

use retail::PlatformCode;

/// A service on the bus. Its name is its broker user, and its token in `dead.<service>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Takes one platform's webhooks in and gives canonical orders out.
    Ingest(PlatformCode),
    /// The only writer of sales and stock.
    Ledger,
    /// Owns the catalogue and tells shops of it.
    CatalogPush,
}

impl Service {
    /// The service of this name, if there is one.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name.strip_prefix("ingest-") {
            Some(platform) => PlatformCode::new(platform).ok().map(Self::Ingest),
            None => match name {
                "ledger" => Some(Self::Ledger),
                "catalog-push" => Some(Self::CatalogPush),
                _ => None,
            },
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ingest(platform) => write!(f, "ingest-{platform}"),
            Self::Ledger => f.write_str("ledger"),
            Self::CatalogPush => f.write_str("catalog-push"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_known_by_its_name() {
        for service in [
            Service::Ledger,
            Service::CatalogPush,
            Service::Ingest(PlatformCode::new("shop1").unwrap()),
        ] {
            assert_eq!(Service::named(&service.to_string()), Some(service));
        }
        assert_eq!(Service::named("ingest-"), None);
        assert_eq!(Service::named("admin"), None);
    }
}
