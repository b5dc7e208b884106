//! Takes out of the archive, and out of what waits, what is of people whom the ledger erased.

use std::collections::BTreeMap;

use bus::subject;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use prost::Message as _;
use proto::connect::{Origin, RawDelivery};
use proto::ledger as wire;
use retail::{ConnectionId, PlatformCode, RetailerId, ShopOrderId};
use service::seal::Keyring;

use super::search::{Person, Search};
use super::{NotYet, Privacy};

/// What cannot be opened now is tried again after this: with its key it can.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(1);

impl Privacy {
    /// Until the ledger knows of nothing more that can be done.
    pub(super) async fn shred(&mut self) -> Result<(), NotYet> {
        loop {
            let wire::ListShreddingResponse { orders, people } =
                self.ledger.shredding(self.code.as_str()).await?;
            let shredded = self.shred_orders(orders).await?;
            let mut is_end = shredded.is_empty();
            if !shredded.is_empty() {
                self.report(shredded, Vec::new()).await?;
            }
            for (retailer, people) in self.known(people) {
                let searches = self.search_for(retailer, people).await?;
                if !searches.is_empty() {
                    is_end = false;
                    self.report(Vec::new(), searches).await?;
                }
            }
            if is_end {
                return Ok(());
            }
        }
    }

    async fn report(
        &self,
        orders: Vec<wire::OrderToShred>,
        searches: Vec<wire::ArchiveSearch>,
    ) -> Result<(), NotYet> {
        let code = self.code.as_str();
        self.ledger.report(code, orders, searches).await
    }

    /// Those that are shredded: one that the ledger speaks of in words of its own is not.
    async fn shred_orders(
        &mut self,
        orders: Vec<wire::OrderToShred>,
    ) -> Result<Vec<wire::OrderToShred>, NotYet> {
        let (mut known, mut shredded) = (Vec::new(), Vec::new());
        for order in orders {
            let wire::OrderToShred {
                retailer_id: _,
                connection_id,
                order_id,
            } = &order;
            if let (Ok(connection), Ok(id)) = (connection_id.parse(), ShopOrderId::new(order_id)) {
                known.push((connection, id));
                shredded.push(order);
            } else {
                let what = format!("order {order_id:?} of connection {connection_id:?}");
                self.left.note(what, &"no shop has such an order");
            }
        }
        if known.is_empty() {
            return Ok(shredded);
        }
        let gone = self.store.shred_orders(&known, self.clock.now()).await?;
        tracing::info!(
            orders = known.len(),
            deliveries = gone,
            "orders of erased people are shredded"
        );
        Ok(shredded)
    }

    /// Each retailer's, but for those of whom the ledger speaks in words of its own.
    fn known(&mut self, people: Vec<wire::PersonToShred>) -> BTreeMap<RetailerId, Vec<Person>> {
        let mut known: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for person in people {
            let what = format!("the search of erasure {:?}", person.erasure_id);
            match Person::read(person) {
                Some((retailer, person)) => known.entry(retailer).or_default().push(person),
                None => self.left.note(what, &"whom to look for cannot be read"),
            }
        }
        known
    }

    /// Nothing where they were not all looked for to the end.
    async fn search_for(
        &mut self,
        retailer: RetailerId,
        people: Vec<Person>,
    ) -> Result<Vec<wire::ArchiveSearch>, NotYet> {
        if self.left.rests(retailer, self.clock.now()) {
            return Ok(Vec::new());
        }
        let mut search = Search::new(retailer, people);
        let why = match self.search(&mut search).await {
            Ok(()) => match search.end() {
                Ok(searches) => return Ok(searches),
                Err(why) => why,
            },
            Err(error) if error.is_everybodys() => return Err(error),
            Err(error) => error.to_string(),
        };
        let what = format!("the search of retailer {retailer}'s archive");
        self.left.note(what, &why);
        let again = self.clock.now().saturating_add(AGAIN_AFTER);
        self.left.rest(retailer, again.unwrap_or(Timestamp::MAX));
        Ok(Vec::new())
    }
}

/// What is sealed in a delivery of the inbox. `None`: it is no delivery, or does not open.
pub(super) fn opened(
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
