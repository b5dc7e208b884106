//! Every subject of the system, built and read in one place.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use retail::{ConnectionId, PlatformCode, RetailerId};
use thiserror::Error;

use crate::Service;

/// Raw deliveries of one connection: `inbox.<platform>.<retailer>.<connection>`.
#[must_use]
pub fn inbox(platform: &PlatformCode, retailer: RetailerId, connection: ConnectionId) -> Subject {
    Subject::from(&Address::Inbox {
        platform: platform.clone(),
        retailer,
        connection,
    })
}

/// Canonical orders of one connection: `order.<retailer>.<connection>`.
#[must_use]
pub fn order(retailer: RetailerId, connection: ConnectionId) -> Subject {
    Subject::from(&Address::Order {
        retailer,
        connection,
    })
}

/// A sale was recorded or changed: `ledger.sale.recorded.<retailer>`.
#[must_use]
pub fn sale_recorded(retailer: RetailerId) -> Subject {
    Subject::from(&Address::SaleRecorded { retailer })
}

/// A stock level changed: `ledger.stock.changed.<retailer>`.
#[must_use]
pub fn stock_changed(retailer: RetailerId) -> Subject {
    Subject::from(&Address::StockChanged { retailer })
}

/// An item was registered: `ledger.item.registered.<retailer>`.
#[must_use]
pub fn item_registered(retailer: RetailerId) -> Subject {
    Subject::from(&Address::ItemRegistered { retailer })
}

/// A product was made, changed, deleted or restored: `catalog.product.changed.<retailer>`.
#[must_use]
pub fn product_changed(retailer: RetailerId) -> Subject {
    Subject::from(&Address::ProductChanged { retailer })
}

/// What is known of a connection, in the bucket `connections`: `$KV.connections.<platform>.<connection>`.
#[must_use]
pub fn connection(platform: &PlatformCode, connection: ConnectionId) -> Subject {
    Subject::from(&Address::Connection {
        platform: platform.clone(),
        connection,
    })
}

/// What a service could not read: `dead.<service>`.
#[must_use]
pub fn dead(service: &Service) -> Subject {
    Subject::from(&Address::Dead {
        service: service.clone(),
    })
}

/// A concrete subject, without wildcards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject(async_nats::Subject);

impl Subject {
    /// The subject as the broker knows it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// What this subject says about its message.
    pub fn address(&self) -> Result<Address, UnknownSubject> {
        Address::read(self.as_str()).ok_or_else(|| UnknownSubject {
            subject: self.as_str().to_owned(),
        })
    }

    pub(crate) fn wire(&self) -> async_nats::Subject {
        self.0.clone()
    }

    pub(crate) fn received(subject: async_nats::Subject) -> Self {
        Self(subject)
    }
}

impl Hash for Subject {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<&Address> for Subject {
    fn from(address: &Address) -> Self {
        Self(address.to_string().into())
    }
}

/// A subject taken apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// `inbox.<platform>.<retailer>.<connection>`
    Inbox {
        platform: PlatformCode,
        retailer: RetailerId,
        connection: ConnectionId,
    },
    /// `order.<retailer>.<connection>`
    Order {
        retailer: RetailerId,
        connection: ConnectionId,
    },
    /// `ledger.sale.recorded.<retailer>`
    SaleRecorded { retailer: RetailerId },
    /// `ledger.stock.changed.<retailer>`
    StockChanged { retailer: RetailerId },
    /// `ledger.item.registered.<retailer>`
    ItemRegistered { retailer: RetailerId },
    /// `catalog.product.changed.<retailer>`
    ProductChanged { retailer: RetailerId },
    /// `$KV.connections.<platform>.<connection>`
    Connection {
        platform: PlatformCode,
        connection: ConnectionId,
    },
    /// `dead.<service>`
    Dead { service: Service },
}

impl Address {
    fn read(subject: &str) -> Option<Self> {
        let tokens: Vec<&str> = subject.split('.').collect();
        match tokens.as_slice() {
            ["inbox", platform, retailer, connection] => Some(Self::Inbox {
                platform: PlatformCode::new(platform).ok()?,
                retailer: id(retailer)?,
                connection: id(connection)?,
            }),
            ["order", retailer, connection] => Some(Self::Order {
                retailer: id(retailer)?,
                connection: id(connection)?,
            }),
            ["ledger", "sale", "recorded", retailer] => Some(Self::SaleRecorded {
                retailer: id(retailer)?,
            }),
            ["ledger", "stock", "changed", retailer] => Some(Self::StockChanged {
                retailer: id(retailer)?,
            }),
            ["ledger", "item", "registered", retailer] => Some(Self::ItemRegistered {
                retailer: id(retailer)?,
            }),
            ["catalog", "product", "changed", retailer] => Some(Self::ProductChanged {
                retailer: id(retailer)?,
            }),
            ["$KV", "connections", platform, connection] => Some(Self::Connection {
                platform: PlatformCode::new(platform).ok()?,
                connection: id(connection)?,
            }),
            ["dead", service] => Some(Self::Dead {
                service: Service::named(service)?,
            }),
            _ => None,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inbox {
                platform,
                retailer,
                connection,
            } => write!(f, "inbox.{platform}.{retailer}.{connection}"),
            Self::Order {
                retailer,
                connection,
            } => write!(f, "order.{retailer}.{connection}"),
            Self::SaleRecorded { retailer } => write!(f, "ledger.sale.recorded.{retailer}"),
            Self::StockChanged { retailer } => write!(f, "ledger.stock.changed.{retailer}"),
            Self::ItemRegistered { retailer } => write!(f, "ledger.item.registered.{retailer}"),
            Self::ProductChanged { retailer } => write!(f, "catalog.product.changed.{retailer}"),
            Self::Connection {
                platform,
                connection,
            } => write!(f, "$KV.connections.{platform}.{connection}"),
            Self::Dead { service } => write!(f, "dead.{service}"),
        }
    }
}

/// A subject that is not on the map.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("subject {subject:?} is not one of ours")]
pub struct UnknownSubject {
    subject: String,
}

/// One spelling per id, so that one connection has one subject.
fn id<T: FromStr + fmt::Display>(token: &str) -> Option<T> {
    let id: T = token.parse().ok()?;
    (id.to_string() == token).then_some(id)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const RETAILER: RetailerId = RetailerId::new(Uuid::from_u128(0xAB));
    const CONNECTION: ConnectionId = ConnectionId::new(Uuid::from_u128(0xCD));

    #[test]
    fn what_is_built_reads_back() {
        let platform = PlatformCode::new("shop1").unwrap();
        let subjects = [
            inbox(&platform, RETAILER, CONNECTION),
            order(RETAILER, CONNECTION),
            sale_recorded(RETAILER),
            stock_changed(RETAILER),
            item_registered(RETAILER),
            product_changed(RETAILER),
            connection(&platform, CONNECTION),
            dead(&Service::Ingest(platform)),
            dead(&Service::Ledger),
            dead(&Service::CatalogPush),
        ];
        for subject in subjects {
            let address = subject.address().unwrap();
            assert_eq!(Subject::from(&address), subject);
        }
    }

    #[test]
    fn ids_are_lower_case_hyphenated() {
        assert_eq!(
            order(RETAILER, CONNECTION).as_str(),
            "order.00000000-0000-0000-0000-0000000000ab.00000000-0000-0000-0000-0000000000cd"
        );
    }

    #[test]
    fn other_spellings_are_unknown() {
        for text in [
            "order.x.y",
            "order.00000000-0000-0000-0000-0000000000AB.00000000-0000-0000-0000-0000000000cd",
            "order.000000000000000000000000000000ab.00000000-0000-0000-0000-0000000000cd",
            "inbox.Shop.00000000-0000-0000-0000-0000000000ab.00000000-0000-0000-0000-0000000000cd",
            "ledger.sale",
            "dead.",
            "",
        ] {
            assert!(
                Subject::received(text.into()).address().is_err(),
                "{text:?} must not read"
            );
        }
    }
}
