//! Walks each order's messages in the order of arrival and collects what they change.

mod customers;
mod write;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use retail::kit::Moved;
use retail::posting::{Movement, PaymentChange, Posting, post};
use retail::sale::Recorded;
use retail::settlement::Settlement;
use retail::{ConnectionId, CustomerId, EmailKey, ItemId, Order, RetailerId, SaleId};
use service::clock::Ids;

use super::imports::Before;
use super::items::{Draft, Items};
use super::waiting::{Snapshot, Waiting};
use super::walk::{Applied, Walk, newly_sold_flaw};
use super::{
    Batch, Body, Cause, Dirty, Flaw, Found, Group, Head, HeldRow, Incoming, Known, MovementCause,
    MovementRow, Outcome, ParkedKey, ParkedRow, PaymentRow, Plan, Reason, Stray,
};

/// Decides what `batch` does to what is `known`.
///
/// The end depends on which snapshots came, not on how they were cut into batches: a batch of many
/// equals as many batches of one.
#[must_use]
pub fn decide<'a>(batch: Batch<'a>, known: &Known<'a>, ids: &dyn Ids) -> Plan<'a> {
    let Batch {
        groups,
        strays,
        outcomes,
    } = batch;
    let mut decision = Decision {
        known,
        ids,
        items: Items::new(known, ids),
        people: HashMap::new(),
        guests: HashMap::new(),
        dirty: BTreeSet::new(),
        outcomes,
        plan: Plan::default(),
    };
    for stray in &strays {
        decision.park_stray(stray);
    }
    for (group, head) in groups.iter().zip(&known.heads) {
        decision.group(group, head.as_ref());
    }
    decision.finish()
}

struct Decision<'k, 'a> {
    known: &'k Known<'a>,
    ids: &'k dyn Ids,
    items: Items<'k, 'a>,
    /// Customers created by this batch.
    people: HashMap<(RetailerId, &'a EmailKey), CustomerId>,
    guests: HashMap<ConnectionId, CustomerId>,
    dirty: BTreeSet<Dirty>,
    outcomes: Vec<Option<Outcome>>,
    plan: Plan<'a>,
}

/// What one message came to.
enum Step<'a> {
    Settled(Outcome),
    Parked(Box<ParkedRow<'a>>),
}

impl<'a> Decision<'_, 'a> {
    fn group(&mut self, group: &Group<'a>, head: Option<&Head>) {
        let mut walk = Walk::from(head, group);
        walk.is_withdrawn = self
            .known
            .withdrawn
            .contains(&(group.connection, group.order));
        let mut imported = Vec::new();
        self.note_erased(group, &walk);
        for (place, message) in &group.messages {
            let before = Before {
                was_sale: walk.stands(),
                is_new: walk.is_unheard_of(),
            };
            let step = match &message.body {
                Body::Refused(refused) => {
                    let outline = refused.outline.as_deref();
                    Step::Parked(Box::new(ParkedRow {
                        connection: group.connection,
                        key: ParkedKey::Order(group.order.as_str()),
                        retailer: group.settings.retailer,
                        reason: Cow::Borrowed(&refused.reason),
                        detail: Cow::Borrowed(&refused.detail),
                        version: refused.version(),
                        receipt_number: outline.and_then(|outline| outline.receipt_number.as_ref()),
                        placed_at: outline.and_then(|outline| outline.placed_at),
                        delivery: &message.delivery,
                        kept: &message.kept,
                        is_erased: false,
                    }))
                }
                Body::Order { order, email } => {
                    self.order(group, &mut walk, message, order, email.as_ref())
                }
            };
            let outcome = match step {
                Step::Settled(outcome) => {
                    walk.read_at = walk.read_at.max(Some(message.delivery.received_at));
                    outcome
                }
                Step::Parked(row) => {
                    walk.park(*row);
                    Outcome::Parked
                }
            };
            note_waiting(&mut walk, message, outcome);
            self.outcomes[*place] = Some(outcome);
            walk.deliver(group, message, outcome);
            walk.note_import(&mut imported, group, message, before, outcome);
        }
        self.plan.imported.extend(imported);
        self.plan.read.extend(walk.settle_parked(group));
        self.write(group, head, walk);
    }

    fn order(
        &mut self,
        group: &Group<'a>,
        walk: &mut Walk<'a>,
        message: &'a Incoming,
        order: &'a Order,
        email: Option<&'a EmailKey>,
    ) -> Step<'a> {
        // An order that was taken back counts for nothing: there is nothing to confirm.
        if walk.stands() && walk.confirm(order) {
            return Step::Settled(Outcome::AlreadyRecorded);
        }
        let Some((recorded, policy)) = walk.before(group.settings.policy, message) else {
            return Step::Settled(Outcome::NotImported);
        };
        let recorded = recorded.as_deref();
        let erased = walk
            .erased_customer
            .or_else(|| self.erased(group, order, email));
        let mut draft = Draft::default();
        let found: Vec<Found> = order
            .lines
            .iter()
            .map(|line| {
                self.items.resolve(
                    group.connection,
                    &group.settings,
                    recorded,
                    line,
                    &mut draft,
                )
            })
            .collect();
        let items: Vec<ItemId> = found.iter().map(|found| found.item).collect();
        let posting = post(recorded, policy, order, &items);
        let park = |Reason { code, detail }: Reason| {
            Step::Parked(Box::new(ParkedRow {
                connection: group.connection,
                key: ParkedKey::Order(group.order.as_str()),
                retailer: group.settings.retailer,
                reason: Cow::Borrowed(code),
                detail: Cow::Owned(detail),
                version: Some(order.version),
                receipt_number: Some(&order.receipt_number),
                placed_at: Some(order.placed_at),
                delivery: &message.delivery,
                kept: &message.kept,
                is_erased: erased.is_some(),
            }))
        };
        match posting {
            Err(refusal) => park(Reason::from(&refusal)),
            Ok(Posting::AlreadyRecorded) => Step::Settled(Outcome::AlreadyRecorded),
            Ok(Posting::Held) => {
                walk.hold(HeldRow {
                    connection: group.connection,
                    order: group.order,
                    retailer: group.settings.retailer,
                    version: order.version,
                    delivery: &message.delivery,
                    kept: &message.kept,
                    is_erased: erased.is_some(),
                });
                Step::Settled(Outcome::Held)
            }
            Ok(Posting::NotImported { sale_exists: _ }) => {
                walk.draft = walk.draft.max(Some(order.version));
                Step::Settled(Outcome::NotImported)
            }
            Ok(Posting::Record(changes)) => {
                let sold_before = recorded.filter(|_| walk.stands());
                if let Some((line, flaw)) = newly_sold_flaw(order, &found, sold_before) {
                    return park(match flaw {
                        Flaw::Deleted => Reason::product_deleted(line),
                        Flaw::Ambiguous => Reason::sku_ambiguous(line),
                    });
                }
                let recorded = match Recorded::after(recorded, order, &changes) {
                    Ok(recorded) => recorded,
                    Err(error) => return park(Reason::from(&error.into())),
                };
                let settlement = Settlement::of(order.total, changes.received, &walk.by_hand);
                let settlement = match settlement {
                    Ok(settlement) => settlement,
                    Err(error) => return park(Reason::from(&error.into())),
                };
                self.register(draft);
                let customer = erased
                    .unwrap_or_else(|| self.customer(group, order.customer.as_ref().zip(email)));
                let applied = Applied {
                    order,
                    changes,
                    settlement,
                    customer,
                };
                self.record(group, walk, applied, recorded);
                Step::Settled(Outcome::Recorded)
            }
            // What was deleted here is not sold anew (WC-9), nor what goes by another's SKU (WC-7): in its
            // own time the snapshot would have been parked, and what is parked names nothing.
            Ok(Posting::Repoint(_)) if newly_sold_flaw(order, &found, recorded).is_some() => {
                Step::Settled(Outcome::AlreadyRecorded)
            }
            Ok(Posting::Repoint(repointing)) => {
                self.register(draft.only(&repointing.lines));
                let recorded = walk.recorded.take();
                let before = recorded.as_ref().map(|recorded| recorded.lines.clone());
                walk.recorded = recorded.map(|recorded| recorded.repointed(&repointing));
                walk.is_repointed = true;
                let before = before.unwrap_or_default();
                let moved = walk.moved(&before, repointing.movements, &self.known.kits);
                self.revise(group, walk, moved);
                Step::Settled(Outcome::Recorded)
            }
        }
    }

    /// The snapshot that needs these items is recorded.
    fn register(&mut self, draft: Draft<'a>) {
        let (items, links) = self.items.keep(draft);
        self.plan.items.extend(items);
        self.plan.links.extend(links);
    }

    fn record(
        &mut self,
        group: &Group<'a>,
        walk: &mut Walk<'a>,
        mut applied: Applied<'a>,
        recorded: Recorded,
    ) {
        let Applied { order, changes, .. } = &mut applied;
        walk.version = Some(order.version);
        let before = walk.recorded.replace(recorded);
        if std::mem::take(&mut walk.is_withdrawn) {
            self.plan.readmitted.push((group.connection, group.order));
        }
        let movements = std::mem::take(&mut changes.movements);
        let before = before.map(|before| before.lines).unwrap_or_default();
        let moved = walk.moved(&before, movements, &self.known.kits);
        let sale = self.revise(group, walk, moved);
        for payment in changes.payments.drain(..) {
            let PaymentChange {
                key,
                kind,
                amount,
                method,
                paid_at,
            } = payment;
            self.plan.payments.push(PaymentRow {
                sale,
                key,
                kind,
                revision: walk.revision,
                method,
                amount,
                paid_at,
            });
        }
        walk.last = Some(applied);
    }

    /// The sale's next revision, with what it moves.
    fn revise(&mut self, group: &Group<'a>, walk: &mut Walk<'a>, moved: Vec<Moved>) -> SaleId {
        let sale = *walk
            .sale
            .get_or_insert_with(|| SaleId::new(self.ids.next()));
        walk.revision = walk.revision.saturating_add(1);
        for Moved { movement, kit } in moved {
            let Movement {
                line,
                item,
                quantity,
            } = movement;
            self.plan.movements.push(MovementRow {
                movement: self.ids.next(),
                item,
                outlet: walk.outlet,
                quantity,
                cause: MovementCause::Sale {
                    sale,
                    line,
                    revision: walk.revision,
                    kit,
                },
            });
            self.dirty
                .insert(Dirty::Stock(group.settings.retailer, item, walk.outlet));
        }
        sale
    }

    fn park_stray(&mut self, stray: &Stray<'a>) {
        let Stray {
            settings,
            place,
            message,
        } = stray;
        match &message.body {
            Body::Order { .. } => {}
            Body::Refused(refused) => self.plan.parked.push(ParkedRow {
                connection: message.connection,
                key: ParkedKey::Delivery(&message.delivery.id),
                retailer: settings.retailer,
                reason: Cow::Borrowed(&refused.reason),
                detail: Cow::Borrowed(&refused.detail),
                version: None,
                receipt_number: None,
                placed_at: None,
                delivery: &message.delivery,
                kept: &message.kept,
                is_erased: false,
            }),
        }
        self.outcomes[*place] = Some(Outcome::Parked);
    }
}

/// A snapshot that is known and not applied holds what the shop holds for it.
fn note_waiting<'a>(walk: &mut Walk<'a>, message: &'a Incoming, outcome: Outcome) {
    let snapshot = match &message.body {
        Body::Order { order, email: _ } => Snapshot::Whole(order),
        Body::Refused(refused) => match &refused.outline {
            Some(outline) => Snapshot::Outline(outline),
            None => return,
        },
    };
    let cause = match outcome {
        Outcome::NotImported => Cause::Skipped,
        Outcome::Parked => Cause::Parked,
        Outcome::Held => Cause::Held,
        Outcome::Recorded
        | Outcome::AlreadyRecorded
        | Outcome::UnknownConnection
        | Outcome::UnknownImport => return,
    };
    walk.wait(Waiting { cause, snapshot });
}
