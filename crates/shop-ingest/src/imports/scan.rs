//! Looks through the shop's orders, page by page, and judges each: every one that is found is in the plan, with
//! what is to come of it.

mod judge;

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use futures::{StreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use proto::convert::quantity_from;
use proto::ledger as wire;
use proto::order::OrderMessage;
use retail::{Quantity, ShopOrderId};
use shop::{Connection, FetchError, Listed, Listing, Page, Source};
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use self::judge::{Judged, by_preview, by_reading, is_older};
use super::{Importer, Turn};
use crate::chore::Trouble;
use crate::isolation::Gate;
use crate::orders::Orders;
use crate::settled::settle;
use crate::store::{FoundOrder, ImportJob, ImportKind, PlannedLevel, ScannedPage, Then, Verdict};

/// For one page, and for one order.
const ANSWER_TIMEOUT: std::time::Duration = std::time::Duration::from_mins(2);
/// Orders taken into the plan at once: so many are looked at again after a crash.
const ORDERS_AT_ONCE: usize = 100;
/// Orders of one shop fetched at the same time. No platform says how many it bears; its allowance is kept
/// besides.
const FETCHES_AT_ONCE: usize = 4;
/// Orders of one preview; the ledger takes no more than 500.
const PREVIEW_ORDERS_LIMIT: usize = 200;
/// Of one preview, in bytes; the ledger takes no more than 4 MiB.
const PREVIEW_LIMIT_BYTES: usize = 3 * 1024 * 1024;

/// Orders that were looked at, each with what the ledger is to be asked, and why the next one was not.
#[derive(Default)]
struct Looked {
    orders: Vec<(FoundOrder, Option<OrderMessage>)>,
    trouble: Option<Trouble>,
}

/// Orders with what came of them so far.
#[derive(Default)]
struct Walk {
    orders: Vec<FoundOrder>,
    /// What the ledger is to be asked about, with each order's place in `orders`.
    asked: Vec<(usize, OrderMessage)>,
}

impl Importer {
    pub(super) async fn scan(
        &self,
        connection: &Connection,
        gate: &Gate,
        job: &ImportJob,
    ) -> Result<Turn, Trouble> {
        let allowance = self.platform.allowance(connection);
        gate.pass_last(&allowance, allowance.placed_page).await;
        let (page, asked_at) = self.page(connection, job).await?;
        let Page {
            orders: listed,
            answered_at: _,
            next,
        } = page;
        if next.is_some() && next == job.next {
            self.store
                .scan_restarts(job.import, self.clock.now())
                .await?;
            return Err(Trouble::Repeats);
        }
        let mut fresh = self.fresh(job, listed).await?;
        let known = self.known_before(connection, job, &fresh).await?;
        loop {
            let rest = fresh.split_off(fresh.len().min(ORDERS_AT_ONCE));
            let Looked { orders, trouble } =
                self.look(connection, gate, fresh, &known, asked_at).await;
            let then = match (&trouble, rest.is_empty(), &next) {
                (Some(_), _, _) | (None, false, _) => Then::Stay,
                (None, true, Some(next)) => Then::Next(next.clone()),
                (None, true, None) => Then::End,
            };
            let goes_on = self.take(connection, job, orders, &then).await?;
            if let Some(trouble) = trouble {
                return Err(trouble);
            }
            match then {
                Then::Stay if goes_on => fresh = rest,
                Then::Next(_) if goes_on => return Ok(Turn::Next),
                Then::Stay | Then::Next(_) | Then::End => return Ok(Turn::Rest),
            }
        }
    }

    /// Takes orders into the plan, with what the ledger says of them. Whether the scan goes on.
    async fn take(
        &self,
        connection: &Connection,
        job: &ImportJob,
        orders: Vec<(FoundOrder, Option<OrderMessage>)>,
        then: &Then,
    ) -> Result<bool, Trouble> {
        let mut walk = Walk::default();
        for (found, asked) in orders {
            let place = walk.orders.len();
            walk.asked.extend(asked.map(|asked| (place, asked)));
            walk.orders.push(found);
        }
        let levels = self.preview(connection, &mut walk).await?;
        let mut orders = walk.orders;
        for found in &mut orders {
            if !found.verdict.is_told() {
                found.body = None;
            }
        }
        let page = ScannedPage {
            orders,
            levels,
            then: then.clone(),
        };
        let goes_on = self
            .store
            .page_scanned(job.import, &page, self.clock.now())
            .await?;
        // A person may have halted it: what is taken stays, and the rest is looked at later.
        let job = self.store.import_job(job.import).await?;
        Ok(goes_on && job.is_some_and(|job| !job.paused))
    }

    /// A page, and the shop's clock at a moment before it was read.
    async fn page(
        &self,
        connection: &Connection,
        job: &ImportJob,
    ) -> Result<(Page, Option<Timestamp>), Trouble> {
        let listing = Listing::Placed { since: job.since };
        let began = Instant::now();
        let asking = self.platform.list(connection, listing, job.next.as_ref());
        match timeout(ANSWER_TIMEOUT, asking).await {
            Ok(Ok(page)) => {
                let took = SignedDuration::try_from(began.elapsed()).unwrap_or(SignedDuration::MAX);
                let asked_at = page.answered_at.and_then(|at| at.checked_sub(took).ok());
                Ok((page, asked_at))
            }
            Ok(Err(error)) => {
                // Perhaps it is the page token that the shop does not understand any more (WC-10).
                if job.next.is_some()
                    && matches!(error, FetchError::Unreadable { .. } | FetchError::Gone)
                {
                    self.store
                        .scan_restarts(job.import, self.clock.now())
                        .await?;
                }
                Err(error.into())
            }
            Err(_) => Err(Trouble::Silent {
                limit: ANSWER_TIMEOUT,
            }),
        }
    }

    /// Without those that are in the plan already, and each once: a listing may repeat itself, and a scan that
    /// begins anew does.
    async fn fresh(&self, job: &ImportJob, listed: Vec<Listed>) -> Result<Vec<Listed>, Trouble> {
        let ids: Vec<&ShopOrderId> = listed.iter().map(|listed| &listed.order).collect();
        let mut seen = self.store.planned(job.import, &ids).await?;
        Ok(listed
            .into_iter()
            .filter(|listed| seen.insert(listed.order.to_string()))
            .collect())
    }

    /// Of an import of what is new: the orders that the ledger has heard of.
    async fn known_before(
        &self,
        connection: &Connection,
        job: &ImportJob,
        fresh: &[Listed],
    ) -> Result<HashSet<ShopOrderId>, Trouble> {
        match job.kind {
            ImportKind::All => Ok(HashSet::new()),
            ImportKind::New => {
                let ids: Vec<&ShopOrderId> = fresh.iter().map(|listed| &listed.order).collect();
                let known = self.known.known(connection, &ids).await;
                let known = known.ok_or(Trouble::Ledger(tonic::Code::Unavailable))?;
                Ok(known.into_keys().collect())
            }
        }
    }

    /// Judges orders as far as the shop's own word goes; those that the listing does not have whole are
    /// fetched, several at a time.
    async fn look(
        &self,
        connection: &Connection,
        gate: &Gate,
        listed: Vec<Listed>,
        known: &HashSet<ShopOrderId>,
        asked_at: Option<Timestamp>,
    ) -> Looked {
        let looking = listed.into_iter().map(|listed| {
            let is_known = known.contains(&listed.order);
            self.look_at(connection, gate, listed, is_known, asked_at)
        });
        let mut looking = stream::iter(looking).buffered(FETCHES_AT_ONCE);
        let mut looked = Looked::default();
        while let Some(order) = looking.next().await {
            match order {
                Ok(order) => looked.orders.push(order),
                // What is asked at the same time is asked again: it comes after this one.
                Err(trouble) => {
                    looked.trouble = Some(trouble);
                    break;
                }
            }
        }
        looked
    }

    async fn look_at(
        &self,
        connection: &Connection,
        gate: &Gate,
        listed: Listed,
        is_known: bool,
        asked_at: Option<Timestamp>,
    ) -> Result<(FoundOrder, Option<OrderMessage>), Trouble> {
        let Listed {
            order,
            placed_at,
            modified_at: _,
            body,
        } = listed;
        let mut found = FoundOrder {
            order,
            placed_at,
            verdict: Verdict::Known,
            reason: String::new(),
            detail: String::new(),
            body: None,
            asked_at,
        };
        if is_known {
            return Ok((found, None));
        }
        if self.is_too_old(placed_at) {
            found.verdict = Verdict::TooOld;
            return Ok((found, None));
        }
        let body = match body {
            Some(body) => Some(body),
            None => self.fetched(connection, gate, &found.order).await?,
        };
        let Some(body) = body else {
            found.verdict = Verdict::Gone;
            return Ok((found, None));
        };
        let reading = self.platform.read(connection, Source::Fetched, &body);
        found.body = Some(body);
        match by_reading(settle(reading, asked_at)) {
            Judged::AskLedger(order) => {
                let message = Orders::previewed(connection, &order);
                Ok((found, Some(message)))
            }
            Judged::Is {
                verdict,
                reason,
                detail,
            } => {
                found.verdict = verdict;
                found.reason = reason;
                found.detail = detail;
                Ok((found, None))
            }
        }
    }

    /// `None`: the shop has no such order, though it lists it.
    async fn fetched(
        &self,
        connection: &Connection,
        gate: &Gate,
        order: &ShopOrderId,
    ) -> Result<Option<Bytes>, Trouble> {
        let allowance = self.platform.allowance(connection);
        gate.pass_last(&allowance, allowance.order).await;
        let asking = self.platform.fetch(connection, order);
        match timeout(ANSWER_TIMEOUT, asking).await {
            Ok(Ok(body)) => Ok(Some(body)),
            Ok(Err(FetchError::Gone)) => Ok(None),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(Trouble::Silent {
                limit: ANSWER_TIMEOUT,
            }),
        }
    }

    fn is_too_old(&self, placed_at: Timestamp) -> bool {
        let limit = self.platform.import_rules().age_limit;
        limit.is_some_and(|limit| is_older(placed_at, limit, self.clock.now()))
    }

    /// Asks the ledger what would come of the rest, and notes it. What it does to stock.
    async fn preview(
        &self,
        connection: &Connection,
        walk: &mut Walk,
    ) -> Result<Vec<PlannedLevel>, Trouble> {
        let mut levels: HashMap<(String, Uuid), PlannedLevel> = HashMap::new();
        let asked = std::mem::take(&mut walk.asked);
        for portion in portions(asked) {
            let (places, messages): (Vec<usize>, Vec<OrderMessage>) = portion.into_iter().unzip();
            let answer = self.ledger.preview(connection, messages).await?;
            let wire::PreviewOrdersResponse {
                orders,
                levels: moved,
            } = answer;
            let mut previews: HashMap<String, wire::PreviewedOrder> = orders
                .into_iter()
                .map(|order| (order.order_id.clone(), order))
                .collect();
            for place in places {
                let Some(found) = walk.orders.get_mut(place) else {
                    continue;
                };
                let preview = previews.remove(found.order.as_str());
                let (verdict, reason, detail) = by_preview(preview);
                found.verdict = verdict;
                found.reason = reason;
                found.detail = detail;
            }
            for level in moved {
                add(&mut levels, level);
            }
        }
        Ok(levels.into_values().collect())
    }
}

/// Portions that the ledger takes at once.
fn portions(asked: Vec<(usize, OrderMessage)>) -> Vec<Vec<(usize, OrderMessage)>> {
    use prost::Message as _;

    let mut portions: Vec<Vec<(usize, OrderMessage)>> = Vec::new();
    let mut bytes = 0;
    for (place, message) in asked {
        let size = message.encoded_len();
        match portions.last_mut() {
            Some(last)
                if last.len() < PREVIEW_ORDERS_LIMIT && bytes + size <= PREVIEW_LIMIT_BYTES =>
            {
                bytes += size;
                last.push((place, message));
            }
            Some(_) | None => {
                bytes = size;
                portions.push(vec![(place, message)]);
            }
        }
    }
    portions
}

fn add(levels: &mut HashMap<(String, Uuid), PlannedLevel>, level: wire::PreviewedLevel) {
    let wire::PreviewedLevel {
        key,
        item_id,
        sku,
        name,
        outlet_id,
        on_hand,
        on_hand_after,
        goes_negative: _,
    } = level;
    let quantity = |field, value| quantity_from(field, value).unwrap_or(Quantity::ZERO);
    let on_hand = quantity("on_hand", on_hand);
    let after = quantity("on_hand_after", on_hand_after);
    let change = after.milli().saturating_sub(on_hand.milli());
    let outlet = Uuid::try_parse(&outlet_id).unwrap_or_default();
    let known = levels
        .entry((key.clone(), outlet))
        .or_insert_with(|| PlannedLevel {
            key,
            outlet,
            item: Uuid::try_parse(&item_id).ok(),
            sku,
            name,
            on_hand,
            change: Quantity::ZERO,
        });
    known.change = Quantity::from_milli(known.change.milli().saturating_add(change));
}
