//! Takes out of the archive, and out of what waits, what is of people whom the ledger erased.

use bus::subject;
use bytes::Bytes;
use jiff::Timestamp;
use prost::Message as _;
use proto::connect::{Origin, RawDelivery};
use proto::convert::instant_from;
use proto::ledger as wire;
use retail::{ConnectionId, EmailKey, PlatformCode, RetailerId, ShopOrderId};
use service::seal::Keyring;

use super::name::Names;
use super::{NotYet, Privacy};
use crate::store::{DeliveryPlace, Searched};

/// Deliveries that are looked through at once.
const PAGE_ROWS: i64 = 500;
/// Orders of an import that are looked through at once.
const UNTOLD_ROWS: i64 = 10_000;

/// Whom to look for, and in what.
struct Search {
    retailer: RetailerId,
    names: Names,
    /// What came later may be of a new customer.
    until: Timestamp,
}

impl Privacy {
    /// Until the ledger knows of nothing more.
    pub(super) async fn shred(&self) -> Result<(), NotYet> {
        loop {
            let wire::ListShreddingResponse { orders, people } =
                self.ledger.shredding(self.code.as_str()).await?;
            if orders.is_empty() && people.is_empty() {
                return Ok(());
            }
            self.shred_orders(&orders).await?;
            let mut searches = Vec::with_capacity(people.len());
            for person in people {
                let erasure_id = person.erasure_id.clone();
                let delivery_count = self.search(person).await?;
                searches.push(wire::ArchiveSearch {
                    erasure_id,
                    delivery_count,
                });
            }
            self.ledger
                .report(self.code.as_str(), orders, searches)
                .await?;
        }
    }

    async fn shred_orders(&self, orders: &[wire::OrderToShred]) -> Result<(), NotYet> {
        let known = orders.iter().filter_map(|order| {
            let connection: ConnectionId = order.connection_id.parse().ok()?;
            Some((connection, ShopOrderId::new(&order.order_id).ok()?))
        });
        let known: Vec<_> = known.collect();
        let gone = self.store.shred_orders(&known, self.clock.now()).await?;
        tracing::info!(
            orders = known.len(),
            deliveries = gone,
            "orders of erased people are shredded"
        );
        Ok(())
    }

    /// How many deliveries named the person. One that the ledger speaks of in words of its own names nobody.
    async fn search(&self, person: wire::PersonToShred) -> Result<i64, NotYet> {
        let wire::PersonToShred {
            erasure_id: _,
            retailer_id,
            emails,
            erased_at,
        } = person;
        let Ok(retailer) = retailer_id.parse() else {
            return Ok(0);
        };
        let emails: Vec<EmailKey> = emails
            .iter()
            .filter_map(|email| EmailKey::new(email))
            .collect();
        let until = instant_from("erased_at", erased_at).unwrap_or_else(|_| self.clock.now());
        let search = Search {
            retailer,
            names: Names::of(&emails),
            until,
        };
        let found = self.search_archive(&search).await? + self.search_kept(&search).await?;
        self.search_imports(&search).await?;
        Ok(i64::try_from(found).unwrap_or(i64::MAX))
    }

    async fn search_archive(&self, search: &Search) -> Result<u64, NotYet> {
        let (mut found, mut after) = (0, None);
        loop {
            let page = self
                .store
                .archived_page(search.retailer, search.until, after.as_ref(), PAGE_ROWS)
                .await?;
            let Some(last) = page.last().map(|row| row.place.clone()) else {
                return Ok(found);
            };
            let named = page.into_iter().filter(|Searched { place, sealed }| {
                let body = self
                    .bodies
                    .opened(place.connection, &place.delivery, sealed);
                // What does not open is read by nobody.
                body.is_ok_and(|body| search.names.are_in(&body))
            });
            let named: Vec<DeliveryPlace> = named.map(|row| row.place).collect();
            found += self.store.shred_deliveries(&named).await?;
            after = Some(last);
        }
    }

    /// What waits becomes a hint: the order is asked for anew once it is released.
    async fn search_kept(&self, search: &Search) -> Result<u64, NotYet> {
        let (mut found, mut after) = (0, None);
        loop {
            let page = self
                .store
                .kept_page(search.retailer, search.until, after.as_ref(), PAGE_ROWS)
                .await?;
            let Some(last) = page.last().map(|row| row.place.clone()) else {
                return Ok(found);
            };
            for Searched { place, sealed } in page {
                let connection = (search.retailer, place.connection);
                let body = opened(&self.keyring, &self.code, connection, &sealed);
                if body.is_some_and(|body| search.names.are_in(&body)) {
                    let hint = as_hint(&self.keyring, &self.code, connection, &sealed, None);
                    self.store.rewrite_kept(&place, hint.as_ref()).await?;
                    found += 1;
                }
            }
            after = Some(last);
        }
    }

    /// Orders of a plan are shown as refused: the person's are not imported.
    async fn search_imports(&self, search: &Search) -> Result<(), NotYet> {
        for (import, connection) in self.store.untold_imports(search.retailer).await? {
            let untold = self.store.untold(import, UNTOLD_ROWS).await?;
            let named = untold.into_iter();
            let named = named.filter(|order| search.names.are_in(&order.body));
            let named: Vec<_> = named.map(|order| (connection, order.order)).collect();
            if !named.is_empty() {
                self.store.shred_orders(&named, self.clock.now()).await?;
            }
        }
        Ok(())
    }
}

fn opened(
    keyring: &Keyring,
    platform: &PlatformCode,
    (retailer, connection): (RetailerId, ConnectionId),
    message: &[u8],
) -> Option<Vec<u8>> {
    let delivery = RawDelivery::decode(message).ok()?;
    let subject = subject::inbox(platform, retailer, connection);
    let aad = subject.as_str().as_bytes();
    keyring.open(aad, &delivery.sealed_body).ok()
}

/// The delivery without its body: it says that the order changed, and no more. `None` where it does not tell its order,
/// and `order` neither.
pub(crate) fn as_hint(
    keyring: &Keyring,
    platform: &PlatformCode,
    (retailer, connection): (RetailerId, ConnectionId),
    message: &[u8],
    order: Option<&ShopOrderId>,
) -> Option<Bytes> {
    let delivery = RawDelivery::decode(message).ok()?;
    let order_id = match order {
        Some(order) => order.to_string(),
        None => delivery.order_id.clone(),
    };
    if order_id.is_empty() {
        return None;
    }
    let subject = subject::inbox(platform, retailer, connection);
    let hint = RawDelivery {
        order_id,
        sealed_body: keyring.seal(subject.as_str().as_bytes(), &[]).into(),
        origin: Origin::Hinted.into(),
        asked_at: None,
        ..delivery
    };
    Some(hint.encode_to_vec().into())
}
