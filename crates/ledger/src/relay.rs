//! From the outbox to `ledger.>`.
//!
//! An event tells the state, not the change, and carries its version: said twice or in another order it
//! does no harm, and of several changes in a row only the last need be said. So the outbox is a set, an
//! entry is taken out only if it was not marked again while it was being said, and a short rest between
//! two turns lets changes of one level become one event.

use std::time::Duration;

use bus::{Message, PublishError, Publisher, subject};
use futures::future::join_all;
use proto::convert::{balance_into, instant_into, money_into, quantity_into, state_into};
use proto::ledger as wire;
use service::clock::Clock;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

use crate::decide::{FirstSold, Origin};
use crate::grpc::{item_kind_into, step_into, stock_rule_into, tracking_into};
use crate::metrics::Metrics;
use crate::store::{
    Entry, HandoverNow, ItemNow, Kind, LevelNow, Outbox, Place, Said, SaleNow, SoldItem, StoreError,
};
use crate::wake::Listener;

/// Events of one kind in one turn; they share a commit on the broker.
const PAGE_LIMIT: i64 = 500;
/// Between two turns, however much there is to say: changes of one thing become one event. A turn that
/// took long is followed by a rest of so many times its length: saying gets its share of the machine, no more.
const REST: Duration = Duration::from_millis(50);
const RESTS_PER_TURN: u32 = 9;
/// The same while recording is behind. Levels of a moment ago help nobody then, and nothing is pushed to a
/// shop meanwhile: the machine is better used for recording.
const REST_WHILE_BEHIND: Duration = Duration::from_millis(500);
/// Without a hint the outbox is looked at this often.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// After a failure, doubled from first to last.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LAST_PAUSE: Duration = Duration::from_secs(10);
/// How often the outbox is measured.
const MEASURE_EVERY: Duration = Duration::from_secs(10);

/// Says what changed.
pub struct Relay {
    outbox: Outbox,
    publisher: Publisher,
    changes: Listener,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
    /// Where each sweep over the outbox stands.
    items: Place,
    sales: Place,
    levels: Place,
}

/// Why a turn failed. The entries stay and are said later.
#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Publish(#[from] PublishError),
}

impl Relay {
    #[must_use]
    pub fn new(
        outbox: Outbox,
        publisher: Publisher,
        changes: Listener,
        clock: Arc<dyn Clock>,
        metrics: Metrics,
    ) -> Self {
        Self {
            outbox,
            publisher,
            changes,
            clock,
            metrics,
            items: Place::default(),
            sales: Place::default(),
            levels: Place::default(),
        }
    }

    /// Relays until `stop`. What is not said by then is said by the next process.
    pub async fn run(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        stop.run_until_cancelled(self.relay()).await;
        Ok(())
    }

    async fn relay(&mut self) {
        let mut pause = FIRST_PAUSE;
        let mut measured = tokio::time::Instant::now();
        loop {
            let began = tokio::time::Instant::now();
            match self.turn().await {
                Ok(has_more) => {
                    pause = FIRST_PAUSE;
                    let rest = if self.changes.is_behind() {
                        REST_WHILE_BEHIND
                    } else {
                        (began.elapsed() * RESTS_PER_TURN).clamp(REST, REST_WHILE_BEHIND)
                    };
                    tokio::time::sleep(rest).await;
                    if !has_more {
                        self.changes.wait(LOOK_EVERY).await;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "events wait in the outbox");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LAST_PAUSE);
                }
            }
            if measured.elapsed() >= MEASURE_EVERY {
                measured = tokio::time::Instant::now();
                self.measure().await;
            }
        }
    }

    /// One page of each kind. Whether there is more.
    async fn turn(&mut self) -> Result<bool, RelayError> {
        let items = self.outbox.items(self.items, PAGE_LIMIT).await?;
        let (items_more, next) = sweep(&items);
        self.say(Kind::Item, &items, item_event).await?;
        self.items = next;

        let sales = self.outbox.sales(self.sales, PAGE_LIMIT).await?;
        let (sales_more, next) = sweep(&sales);
        self.say(Kind::Sale, &sales, sale_event).await?;
        self.sales = next;

        let levels = self.outbox.levels(self.levels, PAGE_LIMIT).await?;
        let (levels_more, next) = sweep(&levels);
        self.say(Kind::Stock, &levels, level_event).await?;
        self.levels = next;
        Ok(items_more || sales_more || levels_more)
    }

    /// Publishes entries, all at once, and takes out those that the broker has.
    async fn say<T>(
        &self,
        kind: Kind,
        entries: &[Entry<T>],
        event: fn(&Entry<T>) -> Message,
    ) -> Result<(), RelayError> {
        if entries.is_empty() {
            return Ok(());
        }
        let stored = join_all(
            entries
                .iter()
                .map(|entry| self.publisher.publish(event(entry))),
        )
        .await;
        let mut said = Vec::with_capacity(entries.len());
        let mut failure = None;
        for (entry, stored) in entries.iter().zip(stored) {
            match stored {
                Ok(_) => said.push(Said {
                    kind,
                    place: entry.place,
                    mark: entry.mark,
                }),
                Err(error) => failure = Some(error),
            }
        }
        self.outbox.done(&said).await?;
        self.metrics.said(said.len());
        failure.map_or(Ok(()), |error| Err(error.into()))
    }

    async fn measure(&self) {
        let (waiting, oldest) = match self.outbox.waiting().await {
            Ok(measured) => measured,
            Err(error) => {
                tracing::debug!(%error, "what waits to be said cannot be measured");
                return;
            }
        };
        let age = oldest.map_or(Duration::ZERO, |oldest| {
            let age = self.clock.now().duration_since(oldest);
            Duration::try_from(age).unwrap_or_default()
        });
        self.metrics
            .outbox(u64::try_from(waiting).unwrap_or_default(), age);
    }
}

/// Whether a page was full, and where the next one begins: at the start again after the last.
fn sweep<T>(page: &[Entry<T>]) -> (bool, Place) {
    let is_full = i64::try_from(page.len()).is_ok_and(|count| count >= PAGE_LIMIT);
    let last = page.last().map(|entry| entry.place);
    (is_full, last.filter(|_| is_full).unwrap_or_default())
}

fn sale_event(entry: &Entry<SaleNow>) -> Message {
    let Entry {
        place,
        retailer,
        mark: _,
        now,
    } = entry;
    let SaleNow {
        connection,
        order,
        receipt_number,
        revision,
        state,
        balance,
        total,
        changed_at,
        stock_rule,
        items,
        is_to_fulfil,
        handovers,
    } = now;
    let fulfilment = if *is_to_fulfil {
        wire::FulfilmentState::Open
    } else {
        wire::FulfilmentState::Done
    };
    let event = wire::SaleRecorded {
        sale_id: place.subject.to_string(),
        retailer_id: retailer.to_string(),
        connection_id: connection.to_string(),
        order_id: order.clone(),
        receipt_number: receipt_number.clone(),
        revision: *revision,
        state: state_into(*state).into(),
        balance: balance_into(*balance).into(),
        total: Some(money_into(*total)),
        changed_at: Some(instant_into(*changed_at)),
        items: items.iter().map(sold_into).collect(),
        fulfilment: fulfilment.into(),
        handovers: handovers.iter().map(handover_into).collect(),
        stock_rule: stock_rule_into(*stock_rule).into(),
    };
    // A warning changes a sale without a revision of it.
    let at = changed_at.as_microsecond();
    let id = format!("sale:{}:{revision}:{at}", place.subject.as_simple());
    message(subject::sale_recorded(*retailer), &id, &event)
}

fn level_event(entry: &Entry<LevelNow>) -> Message {
    let Entry {
        place,
        retailer,
        mark,
        now,
    } = entry;
    let available = now.available();
    let LevelNow {
        marked_at,
        on_hand,
        safety,
        kits,
        version,
        changed_at,
    } = now;
    let event = wire::StockChanged {
        retailer_id: retailer.to_string(),
        item_id: place.subject.to_string(),
        outlet_id: place.outlet.to_string(),
        on_hand: Some(quantity_into(*on_hand)),
        version: *version,
        changed_at: Some(instant_into(*changed_at)),
        safety_stock: Some(quantity_into(*safety)),
        available: Some(quantity_into(available)),
        is_kit: kits.is_some(),
    };
    let (item, outlet) = (place.subject.as_simple(), place.outlet.as_simple());
    // The same mark is the same word, said again.
    let at = marked_at.as_microsecond();
    message(
        subject::stock_changed(*retailer),
        &format!("stock:{item}:{outlet}:{version}:{at}:{mark}"),
        &event,
    )
}

fn item_event(entry: &Entry<ItemNow>) -> Message {
    let Entry {
        place,
        retailer,
        mark: _,
        now,
    } = entry;
    let ItemNow {
        kind,
        sku,
        barcode,
        name,
        connection,
        origin,
        variant,
        first_sold,
    } = now;
    let event = wire::ItemRegistered {
        item_id: place.subject.to_string(),
        retailer_id: retailer.to_string(),
        kind: item_kind_into(*kind).into(),
        sku: sku.clone().unwrap_or_default(),
        barcode: barcode.clone().unwrap_or_default(),
        name: name.clone(),
        connection_id: connection.to_string(),
        origin: origin_into(*origin).into(),
        variant_id: variant.clone().unwrap_or_default(),
        first_sold: first_sold.map(first_sold_into),
    };
    message(
        subject::item_registered(*retailer),
        &format!("item:{}", place.subject.as_simple()),
        &event,
    )
}

fn sold_into(sold: &SoldItem) -> wire::SoldItem {
    let SoldItem {
        item,
        kind,
        variants,
    } = sold;
    wire::SoldItem {
        item_id: item.to_string(),
        kind: item_kind_into(*kind).into(),
        variant_ids: variants.clone(),
    }
}

fn handover_into(handover: &HandoverNow) -> wire::Handover {
    let HandoverNow {
        id,
        step,
        tracking,
        done_at,
    } = handover;
    wire::Handover {
        act_id: id.to_string(),
        step: step_into(*step).into(),
        tracking: tracking_into(*step, tracking.clone()),
        done_at: Some(instant_into(*done_at)),
    }
}

pub(crate) const fn origin_into(origin: Origin) -> wire::ItemOrigin {
    match origin {
        Origin::Order => wire::ItemOrigin::Order,
        Origin::Service => wire::ItemOrigin::Service,
        Origin::Catalogue => wire::ItemOrigin::Catalogue,
    }
}

fn first_sold_into(sold: FirstSold) -> wire::FirstSold {
    let FirstSold { quantity, net, tax } = sold;
    wire::FirstSold {
        quantity: Some(quantity_into(quantity)),
        net: Some(money_into(net)),
        tax: Some(money_into(tax)),
    }
}

fn message(subject: bus::Subject, id: &str, event: &impl prost::Message) -> Message {
    // These ids are short and plain; said twice would do no harm.
    Message::new(subject, event.encode_to_vec()).with_text_id(id)
}
