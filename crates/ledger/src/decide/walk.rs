//! One order's way through a batch: what its next message is held against.

use std::collections::BTreeMap;

use jiff::Timestamp;
use retail::fulfilment::Work;
use retail::kit::{self, MadeOf, Moved, Part};
use retail::posting::{Changes, Movement};
use retail::sale::{Recorded, RecordedLine};
use retail::settlement::{self, Settlement};
use retail::{CustomerId, ItemId, LineKey, Order, OutletId, SaleId, Version};

use super::waiting::{Snapshot, Waiting};
use super::{
    Body, DeliveryRow, Flaw, Found, Group, Head, HeldRow, Incoming, Open, Outcome, ParkedRow,
    ReadMark,
};

/// One order on its way through the batch.
pub(super) struct Walk<'a> {
    pub sale: Option<SaleId>,
    pub outlet: OutletId,
    pub revision: i32,
    pub version: Option<Version>,
    pub draft: Option<Version>,
    /// Taken back with its import: the sale stands for nothing until an import brings it in again.
    pub is_withdrawn: bool,
    pub recorded: Option<Recorded>,
    /// The record that was left of its buyer, who was erased.
    pub erased_customer: Option<CustomerId>,
    /// What people recorded as paid.
    pub by_hand: Vec<settlement::Applied>,
    /// What people did to hand it over.
    pub work: BTreeMap<LineKey, Work>,
    /// Of what its kits are made, those of this batch too.
    pub made: MadeOf,
    pub newly_made: MadeOf,
    /// The last snapshot recorded here, which is what the sale's row will say.
    pub last: Option<Applied<'a>>,
    /// Whether an older snapshot named items of the lines.
    pub is_repointed: bool,
    /// Whether the shop said later once more what is recorded.
    pub is_confirmed: bool,
    /// When the last message came that could be read.
    pub read_at: Option<Timestamp>,
    pub parked: Option<ParkedRow<'a>>,
    /// The newest update that waits: the one that did before, and the one that came.
    held_before: Option<Version>,
    held: Option<HeldRow<'a>>,
    /// The newest snapshot that is not applied, likewise.
    open_before: Option<Open>,
    waiting: Option<Waiting<'a>>,
    pub deliveries: Vec<DeliveryRow<'a>>,
}

impl Walk<'_> {
    /// Whether nothing is known yet that the order holds or held.
    pub const fn is_unheard_of(&self) -> bool {
        self.sale.is_none() && self.open_before.is_none() && self.waiting.is_none()
    }
}

pub(super) struct Applied<'a> {
    pub order: &'a Order,
    pub changes: Changes,
    pub settlement: Settlement,
    pub customer: CustomerId,
}

impl<'a> Walk<'a> {
    pub fn from(head: Option<&Head>, group: &Group<'a>) -> Self {
        let sale = head.and_then(|head| head.sale.as_ref());
        Self {
            sale: sale.map(|sale| sale.sale),
            // A sale stays where it was booked, though its connection may have moved on.
            outlet: sale.map_or(group.settings.outlet, |sale| sale.outlet),
            revision: sale.map_or(0, |sale| sale.revision),
            version: sale.map(|sale| sale.recorded.version),
            draft: head.and_then(|head| head.draft),
            is_withdrawn: false,
            recorded: sale.map(|sale| sale.recorded.clone()),
            erased_customer: sale.and_then(|sale| sale.erased_customer),
            by_hand: sale.map(|sale| sale.by_hand.clone()).unwrap_or_default(),
            work: sale.map(|sale| sale.work.clone()).unwrap_or_default(),
            made: sale.map(|sale| sale.made.clone()).unwrap_or_default(),
            newly_made: MadeOf::new(),
            last: None,
            is_repointed: false,
            is_confirmed: false,
            read_at: None,
            parked: None,
            held_before: head.and_then(|head| head.held),
            held: None,
            open_before: head.and_then(|head| head.open),
            waiting: None,
            deliveries: Vec::with_capacity(group.messages.len()),
        }
    }

    /// Moves what is recorded on to a later instant of the same content: nothing is to be booked, and no
    /// policy asked, but whatever the shop said in between is older from now on. `false` when `order`
    /// says anything else.
    pub fn confirm(&mut self, order: &Order) -> bool {
        let Some(recorded) = &mut self.recorded else {
            return false;
        };
        let Version {
            modified_at,
            content,
        } = order.version;
        if content != recorded.version.content || modified_at <= recorded.version.modified_at {
            return false;
        }
        let before = std::mem::replace(&mut recorded.version, order.version);
        for line in &mut recorded.lines {
            line.named = line.named.map(|named| {
                if named == before {
                    order.version
                } else {
                    named
                }
            });
        }
        self.version = Some(order.version);
        self.is_confirmed = true;
        true
    }

    /// What moves, with the parts of kits in their place; `before` is what its lines were until now.
    pub fn moved(
        &mut self,
        before: &[RecordedLine],
        movements: Vec<Movement>,
        kits: &BTreeMap<ItemId, Vec<Part>>,
    ) -> Vec<Moved> {
        let after = self.recorded.as_ref().map_or(&[][..], |now| &now.lines);
        let new = kit::newly_made(before, after, &self.made, kits);
        if self.made.is_empty() && new.is_empty() {
            let plain = |movement| Moved {
                movement,
                kit: None,
            };
            return movements.into_iter().map(plain).collect();
        }
        self.made.extend(new.clone());
        let moved = kit::movements(before, after, &self.made);
        self.newly_made.extend(new);
        moved
    }

    /// One row a delivery: what came of it first counts, unless it was parked then or is recorded now.
    pub fn deliver(&mut self, group: &Group<'a>, message: &'a Incoming, outcome: Outcome) {
        let row = DeliveryRow {
            connection: group.connection,
            order: group.order,
            delivery: &message.delivery,
            version: match &message.body {
                Body::Order { order, email: _ } => Some(order.version),
                Body::Refused(refused) => refused.version(),
            },
            outcome,
            revision: match outcome {
                Outcome::Recorded => Some(self.revision),
                Outcome::AlreadyRecorded
                | Outcome::NotImported
                | Outcome::Held
                | Outcome::Parked
                | Outcome::UnknownConnection
                | Outcome::UnknownImport => None,
            },
        };
        let same = |known: &&mut DeliveryRow<'_>| known.delivery.id == row.delivery.id;
        match self.deliveries.iter_mut().find(same) {
            None => self.deliveries.push(row),
            Some(known) if known.outcome == Outcome::Parked || outcome == Outcome::Recorded => {
                *known = row;
            }
            Some(_) => {}
        }
    }

    pub fn park(&mut self, row: ParkedRow<'a>) {
        let older = |known: &ParkedRow<'_>| match (known.version, row.version) {
            (Some(known), Some(new)) => known <= new,
            (None, _) | (_, None) => known.delivery.received_at <= row.delivery.received_at,
        };
        if self.parked.as_ref().is_none_or(older) {
            self.parked = Some(row);
        }
    }

    pub fn hold(&mut self, row: HeldRow<'a>) {
        if Some(row.version) > self.newest_held() {
            self.held = Some(row);
        }
    }

    /// A snapshot that is not applied, as far as is known now.
    pub fn wait(&mut self, waiting: Waiting<'a>) {
        let known = self.waiting.as_ref().map(|known| known.snapshot.version());
        if known <= Some(waiting.snapshot.version()) {
            self.waiting = Some(waiting);
        }
    }

    fn newest_held(&self) -> Option<Version> {
        let came = self.held.as_ref().map(|row| row.version);
        self.held_before.max(came)
    }

    /// Once all messages are through: the update to keep, and whether none waits any more.
    pub fn settle_held(&mut self) -> (Option<HeldRow<'a>>, bool) {
        if self.newest_held() > self.version {
            (self.held.take(), false)
        } else {
            (None, self.held_before.is_some())
        }
    }

    /// Once all messages are through: the newest snapshot that is not applied, and whether it is not the
    /// one that it was. Its lines are at hand if it came here.
    pub fn settle_open(&self) -> Opened<'a> {
        let came = self.waiting.filter(|waiting| {
            let known = self.open_before.map(|open| open.version);
            Some(waiting.snapshot.version()) >= known
        });
        let open = came.map_or(self.open_before, |waiting| Some(waiting.open()));
        let open = open.filter(|open| Some(open.version) > self.version);
        Opened {
            open,
            was_open: self.open_before.is_some(),
            has_changed: open != self.open_before,
            snapshot: came
                .filter(|_| open.is_some())
                .map(|waiting| waiting.snapshot),
        }
    }

    /// Once all messages are through: what cannot be booked is settled by what is recorded at its version or a
    /// later one, and by what is held at a later one. What could not even be read is settled by what could be
    /// at its version or a later one, a draft too, and where it told no version, by what came no earlier. In
    /// which order the messages were taken does not matter.
    pub fn settle_parked(&mut self, group: &Group<'a>) -> Option<ReadMark<'a>> {
        let read_at = self.read_at;
        let (version, held) = (self.version, self.newest_held());
        let read = version.max(held).max(self.draft);
        self.parked.take_if(|parked| match parked.version {
            Some(refused) if parked.kept.is_empty() => Some(refused) <= read,
            Some(refused) => Some(refused) <= version || Some(refused) < held,
            None => Some(parked.delivery.received_at) <= read_at,
        });
        Some(ReadMark {
            connection: group.connection,
            order: group.order,
            version: version.max(held),
            read,
            received_at: read_at?,
        })
    }
}

/// How an order stands open after a batch.
pub(super) struct Opened<'a> {
    pub open: Option<Open>,
    pub was_open: bool,
    pub has_changed: bool,
    pub snapshot: Option<Snapshot<'a>>,
}

/// The shop says later than what is recorded that the order is a draft (BC-4).
pub(super) fn warns(draft: Option<Version>, recorded: Option<Version>) -> bool {
    recorded.is_some() && draft > recorded
}

/// The name of a line that sells what must not be sold under that name and was not sold by it before, and
/// why (WC-7, WC-9). A line that was may still be refunded, voided and edited.
pub(super) fn newly_sold_flaw<'a>(
    order: &'a Order,
    found: &[Found],
    recorded: Option<&Recorded>,
) -> Option<(&'a str, Flaw)> {
    let sold_before = |key: &LineKey, item: ItemId| {
        recorded.is_some_and(|recorded| {
            let mut lines = recorded.lines.iter();
            lines.any(|line| line.key == *key && line.item == item)
        })
    };
    order
        .lines
        .iter()
        .zip(found)
        .filter(|(line, found)| !sold_before(&line.key, found.item))
        .find_map(|(line, found)| Some((line.name.as_str(), found.flaw?)))
}
