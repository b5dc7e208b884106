//! What imports have to do with a batch: which of its messages they bring, what comes of those, and when an
//! order that was taken back counts again.

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::Timestamp;
use retail::posting::{OrderUpdates, Policy};
use retail::sale::Recorded;
use retail::{ConnectionId, ContentHash, ImportId, SaleId, ShopOrderId, Version};

use super::walk::Walk;
use super::{Batch, Group, Incoming, Outcome};

/// What is known of an import that a message names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportGate {
    pub connection: ConnectionId,
    /// Neither cancelled nor taken back.
    pub is_open: bool,
}

/// What an import did with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Imported {
    /// Could not be booked.
    Parked,
    /// A draft, or a status that is not imported.
    NotImported,
    /// A change that waits for a person (SH-12).
    Held,
    /// Was a sale already, and nothing was new.
    AlreadyRecorded,
    /// Was a sale before, and changed.
    Changed,
    /// Became a sale.
    Made,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedRow<'a> {
    pub import: ImportId,
    pub order: &'a ShopOrderId,
    pub imported: Imported,
    /// Nothing was known of the order before.
    pub is_new: bool,
    pub sale: Option<SaleId>,
    /// The revision that the import made, if it made one.
    pub revision: Option<i32>,
}

/// What an order was before a message of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before {
    pub was_sale: bool,
    /// Nothing was known of it.
    pub is_new: bool,
}

/// Before every snapshot.
const BEFORE_ALL: Version = Version {
    modified_at: Timestamp::MIN,
    content: ContentHash::new([0; 32]),
};

impl Batch<'_> {
    /// Leaves out what is of no open import. Of a cancelled import a part may still be on its way, and of
    /// one that was taken back everything may come again: nothing is to come of it. `imports` are those
    /// that the messages name, as far as they exist.
    pub fn admit(&mut self, imports: &HashMap<ImportId, ImportGate>) {
        let Self {
            groups,
            strays,
            outcomes,
        } = self;
        let mut is_admitted = |place: usize, message: &Incoming| {
            let Some(import) = message.import else {
                return true;
            };
            let refused = match imports.get(&import) {
                Some(gate) if gate.connection == message.connection => {
                    (!gate.is_open).then_some(Outcome::NotImported)
                }
                Some(_) | None => Some(Outcome::UnknownImport),
            };
            let Some(slot) = outcomes.get_mut(place) else {
                return true;
            };
            *slot = refused;
            refused.is_none()
        };
        strays.retain(|stray| is_admitted(stray.place, stray.message));
        for group in groups.iter_mut() {
            group
                .messages
                .retain(|(place, message)| is_admitted(*place, message));
        }
        groups.retain(|group| !group.messages.is_empty());
    }
}

impl Walk<'_> {
    /// Whether the order is a sale that counts.
    pub fn stands(&self) -> bool {
        self.sale.is_some() && !self.is_withdrawn
    }

    /// What `message` is held against, and how. `None`: the order was taken back, and this is no import.
    ///
    /// An import that brings an order in again is a person's decision, and no version is too old for it:
    /// the sale counts for nothing now, so all of it is to be applied anew.
    pub fn before(
        &self,
        policy: Policy,
        message: &Incoming,
    ) -> Option<(Option<Cow<'_, Recorded>>, Policy)> {
        if !self.is_withdrawn {
            return Some((self.recorded.as_ref().map(Cow::Borrowed), policy));
        }
        message.import?;
        let recorded = self.recorded.clone().map(|recorded| Recorded {
            version: BEFORE_ALL,
            ..recorded
        });
        let apply = Policy {
            updates: OrderUpdates::Apply,
            ..policy
        };
        Some((recorded.map(Cow::Owned), apply))
    }
}

impl<'a> Walk<'a> {
    /// Notes what came of a message, if an import brought it: one row for each import, of what it did most.
    pub fn note_import(
        &self,
        rows: &mut Vec<ImportedRow<'a>>,
        group: &Group<'a>,
        message: &Incoming,
        before: Before,
        outcome: Outcome,
    ) {
        let Before { was_sale, is_new } = before;
        let (Some(import), Some(imported)) = (message.import, Imported::of(outcome, was_sale))
        else {
            return;
        };
        let row = ImportedRow {
            import,
            order: group.order,
            imported,
            is_new,
            sale: self.sale,
            revision: (outcome == Outcome::Recorded).then_some(self.revision),
        };
        match rows.iter_mut().find(|known| known.import == import) {
            None => rows.push(row),
            Some(known) if known.imported <= imported => {
                let is_new = known.is_new;
                *known = ImportedRow { is_new, ..row };
            }
            Some(_) => {}
        }
    }
}

impl Imported {
    /// Every one, by weight: an order that comes twice is what it was the heavier time.
    pub const ALL: [Self; 6] = [
        Self::Parked,
        Self::NotImported,
        Self::Held,
        Self::AlreadyRecorded,
        Self::Changed,
        Self::Made,
    ];

    const fn of(outcome: Outcome, was_sale: bool) -> Option<Self> {
        match (outcome, was_sale) {
            (Outcome::Recorded, false) => Some(Self::Made),
            (Outcome::Recorded, true) => Some(Self::Changed),
            (Outcome::AlreadyRecorded, _) => Some(Self::AlreadyRecorded),
            (Outcome::NotImported, _) => Some(Self::NotImported),
            (Outcome::Held, _) => Some(Self::Held),
            (Outcome::Parked, _) => Some(Self::Parked),
            (Outcome::UnknownConnection | Outcome::UnknownImport, _) => None,
        }
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Parked => "parked",
            Self::NotImported => "not_imported",
            Self::Held => "held",
            Self::AlreadyRecorded => "already_recorded",
            Self::Changed => "changed",
            Self::Made => "made",
        }
    }
}
