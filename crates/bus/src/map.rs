//! The streams and consumers of the whole system, or of one service.

use retail::PlatformCode;

use crate::{Durable, Service, Stream, durable, stream};

/// A set of streams and the durable consumers on them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map {
    pub streams: Vec<Stream>,
    pub durables: Vec<Durable>,
}

impl Map {
    /// Everything, for these platforms.
    #[must_use]
    pub fn whole(platforms: &[PlatformCode]) -> Self {
        let mut streams: Vec<_> = platforms.iter().map(stream::inbox).collect();
        streams.extend([
            stream::orders(),
            stream::ledger(),
            stream::catalog(),
            stream::connections(),
            stream::dead(),
        ]);
        let mut durables: Vec<_> = platforms.iter().map(durable::worker).collect();
        durables.extend(platforms.iter().map(durable::archiver));
        durables.extend([
            durable::ledger_orders(),
            durable::ledger_connections(),
            durable::catalog_items(),
            durable::catalog_sales(),
            durable::catalog_stock(),
            durable::catalog_connections(),
        ]);
        Self { streams, durables }
    }

    /// What one service writes or reads: its part of the provisioning, and what it checks at start.
    #[must_use]
    pub fn of(service: &Service) -> Self {
        let platforms: &[PlatformCode] = match service {
            Service::Ingest(platform) => std::slice::from_ref(platform),
            Service::Ledger | Service::CatalogPush => &[],
        };
        let Self { streams, durables } = Self::whole(platforms);
        let durables: Vec<_> = durables
            .into_iter()
            .filter(|durable| durable.reader == *service)
            .collect();
        let streams = streams
            .into_iter()
            .filter(|stream| {
                stream.is_written_by(service)
                    || durables.iter().any(|durable| durable.stream == stream.name)
            })
            .collect();
        Self { streams, durables }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(map: &Map) -> (Vec<&str>, Vec<&str>) {
        (
            map.streams.iter().map(|s| s.name.as_str()).collect(),
            map.durables.iter().map(|d| d.name.as_str()).collect(),
        )
    }

    #[test]
    fn a_service_sees_its_part() {
        let shop = PlatformCode::new("shop1").unwrap();
        assert_eq!(
            names(&Map::of(&Service::Ingest(shop.clone()))),
            (
                vec!["INBOX_SHOP1", "ORDERS", "KV_connections", "DEAD"],
                vec!["worker-shop1", "archiver-shop1"]
            )
        );
        assert_eq!(
            names(&Map::of(&Service::Ledger)),
            (
                vec!["ORDERS", "LEDGER", "KV_connections", "DEAD"],
                vec!["ledger-orders", "ledger-connections"]
            )
        );
        assert_eq!(
            names(&Map::of(&Service::CatalogPush)),
            (
                vec!["LEDGER", "CATALOG", "KV_connections", "DEAD"],
                vec![
                    "catalog-items",
                    "catalog-sales",
                    "catalog-stock",
                    "catalog-connections"
                ]
            )
        );
        assert_eq!(
            names(&Map::whole(&[shop])),
            (
                vec![
                    "INBOX_SHOP1",
                    "ORDERS",
                    "LEDGER",
                    "CATALOG",
                    "KV_connections",
                    "DEAD"
                ],
                vec![
                    "worker-shop1",
                    "archiver-shop1",
                    "ledger-orders",
                    "ledger-connections",
                    "catalog-items",
                    "catalog-sales",
                    "catalog-stock",
                    "catalog-connections"
                ]
            )
        );
    }

    #[test]
    fn the_streams_of_four_platforms_fit_a_broker_of_twenty_gibibytes() {
        let shop = |code: &'static str| PlatformCode::new(code).unwrap();
        let reserved: i64 = Map::whole(&["shop1", "shop2", "shop3", "shop4"].map(shop))
            .streams
            .iter()
            .map(|stream| stream.max_bytes)
            .sum();
        assert!(reserved <= 20 << 30, "{reserved} bytes");
    }
}
