//! What the walks came to, as rows.

use super::Decision;
use super::customers::lock_order;
use crate::decide::rows::{self, Booked};
use crate::decide::walk::{Opened, Walk, warns};
use crate::decide::{Dirty, Group, Head, HeadRow, KitPartRow, Outcome, Plan, Warning, WorkedSale};

impl<'a> Decision<'_, 'a> {
    /// The order's rows, once all its messages are through.
    pub(super) fn write(&mut self, group: &Group<'a>, head: Option<&Head>, mut walk: Walk<'a>) {
        let (update, is_unheld) = walk.settle_held();
        self.plan.held.extend(update);
        if is_unheld {
            self.plan.unheld.push((group.connection, group.order));
        }
        let opened = walk.settle_open();
        self.open(group, &opened);
        let warning_not_imported = warns(walk.draft, walk.version);
        let warned_before = head.is_some_and(|head| {
            let recorded = head.sale.as_ref().map(|sale| sale.recorded.version);
            warns(head.draft, recorded)
        });
        let Walk {
            sale,
            outlet,
            revision,
            version,
            draft,
            is_withdrawn: _,
            recorded,
            last,
            work,
            newly_made,
            is_repointed,
            is_confirmed,
            parked,
            deliveries,
            ..
        } = walk;
        self.plan.deliveries.extend(deliveries);
        self.plan.parked.extend(parked);
        let draft_before = head.and_then(|head| head.draft);
        let is_moved = last.is_some() || is_repointed || is_confirmed;
        if head.is_none() || is_moved || draft != draft_before || opened.has_changed {
            self.plan.heads.push(HeadRow {
                connection: group.connection,
                order: group.order,
                is_new: head.is_none(),
                sale,
                revision,
                version,
                draft,
                open: opened.open,
            });
        }
        let (Some(sale), Some(recorded)) = (sale, recorded) else {
            return;
        };
        self.plan.kit_parts.extend(KitPartRow::of(sale, newly_made));
        if let Some(applied) = last {
            let before = head.and_then(|head| head.sale.as_ref());
            let before = before.iter().flat_map(|sale| &sale.recorded.lines);
            let awaits = before.chain(&recorded.lines);
            let awaits = awaits.filter(|line| !line.awaiting.is_zero());
            // What is held until it is invoiced is not for sale, and moves nothing.
            self.dirty.extend(
                awaits.map(|line| Dirty::Stock(group.settings.retailer, line.item, outlet)),
            );
            let booked = Booked {
                sale,
                is_new: head.is_none_or(|head| head.sale.is_none()),
                outlet,
                revision,
                warning_not_imported,
            };
            let order = applied.order;
            rows::sale(&mut self.plan, group, applied, &booked, recorded);
            let worked = (!work.is_empty()).then(|| WorkedSale::of_order(sale, order, &work));
            self.plan.worked.extend(worked);
        } else {
            let warning_changes = warning_not_imported != warned_before;
            if !warning_changes && !is_repointed {
                return;
            }
            if warning_changes {
                self.plan.warnings.push(Warning {
                    sale,
                    not_imported: warning_not_imported,
                });
            }
            if is_repointed {
                rows::repointed(&mut self.plan, head, sale, revision, recorded);
            }
        }
        self.dirty
            .insert(Dirty::Sale(group.settings.retailer, sale));
    }

    /// What the order holds from now on, where that has changed.
    fn open(&mut self, group: &Group<'a>, opened: &Opened<'a>) {
        if !opened.has_changed {
            return;
        }
        if opened.was_open {
            self.plan.reopened.push((group.connection, group.order));
        }
        let rows = opened
            .snapshot
            .into_iter()
            .flat_map(|snapshot| rows::open(group, snapshot));
        self.plan.open_lines.extend(rows);
    }

    pub(super) fn finish(self) -> Plan<'a> {
        let Self {
            dirty,
            outcomes,
            mut plan,
            ..
        } = self;
        let registered = plan
            .items
            .iter()
            .map(|item| Dirty::Item(item.retailer, item.item));
        let mut dirty = dirty;
        dirty.extend(registered);
        plan.dirty = dirty.into_iter().collect();
        plan.outcomes = outcomes
            .into_iter()
            .map(|outcome| outcome.unwrap_or(Outcome::UnknownConnection))
            .collect();
        plan.items.sort_by(|a, b| a.identity.cmp(&b.identity));
        // One row for each key, the last that came: the database takes no key twice in one statement.
        plan.parked.sort_by(|a, b| {
            let latest_first = b.delivery.received_at.cmp(&a.delivery.received_at);
            (a.connection, a.key)
                .cmp(&(b.connection, b.key))
                .then(latest_first)
        });
        plan.parked
            .dedup_by(|next, kept| (next.connection, next.key) == (kept.connection, kept.key));
        plan.links.sort_by(|a, b| a.key.cmp(&b.key));
        plan.customers
            .sort_by(|a, b| lock_order(a).cmp(&lock_order(b)));
        plan
    }
}
