//! A ledger in memory: applies what `post` decides, and keeps every movement.

use std::collections::BTreeMap;

use retail::posting::{
    Changes, InvoiceKind, InvoiceRefusal, InvoicedLine, Invoicing, Movement, OrderUpdates, Policy,
    Posting, Refusal, invoice, post,
};
use retail::sale::Recorded;
use retail::{ItemId, OrderKey, Quantity, StockRule};

use crate::make::Snapshot;

pub const APPLY: Policy = Policy {
    updates: OrderUpdates::Apply,
    stock_rule: StockRule::AtOrder,
};
pub const ASK: Policy = Policy {
    updates: OrderUpdates::Ask,
    stock_rule: StockRule::AtOrder,
};

#[derive(Debug, Default)]
pub struct Book {
    pub sales: BTreeMap<OrderKey, Sale>,
    pub levels: BTreeMap<ItemId, Quantity>,
    pub movements: Vec<Movement>,
}

#[derive(Debug)]
pub struct Sale {
    pub recorded: Recorded,
    /// Of the newest revision.
    pub changes: Changes,
    pub revision: u32,
}

impl Book {
    pub fn receive(&mut self, snapshot: &Snapshot) -> Result<Posting, Refusal> {
        self.receive_under(APPLY, snapshot)
    }

    pub fn receive_under(
        &mut self,
        policy: Policy,
        snapshot: &Snapshot,
    ) -> Result<Posting, Refusal> {
        let Snapshot { order, items } = snapshot;
        let sale = self.sales.get(&order.key);
        let recorded = sale.map(|sale| &sale.recorded);
        let posting = post(recorded, policy, order, items)?;
        match &posting {
            Posting::AlreadyRecorded | Posting::NotImported { .. } | Posting::Held => {}
            Posting::Record(changes) => {
                let sale = Sale {
                    recorded: Recorded::after(recorded, order, changes)?,
                    changes: changes.clone(),
                    revision: sale.map_or(0, |sale| sale.revision) + 1,
                };
                self.sales.insert(order.key.clone(), sale);
                self.book(&changes.movements)?;
            }
            Posting::Repoint(repointing) => {
                let sale = self.sales.get_mut(&order.key).expect("it was recorded");
                sale.recorded = sale.recorded.clone().repointed(repointing);
                sale.revision += 1;
                self.book(&repointing.movements)?;
            }
        }
        Ok(posting)
    }

    /// A document of a sale that is recorded; gives what it moves.
    pub fn invoice(
        &mut self,
        of: &OrderKey,
        kind: InvoiceKind,
        told: &[InvoicedLine],
    ) -> Result<Vec<Movement>, InvoiceRefusal> {
        let sale = self.sales.get_mut(of).expect("it was recorded");
        let Invoicing {
            invoiced,
            lines,
            movements,
        } = invoice(&sale.recorded, kind, told)?;
        sale.recorded.invoiced = invoiced;
        sale.recorded.lines = lines;
        sale.revision += 1;
        self.book(&movements).expect("no level is that large");
        Ok(movements)
    }

    fn book(&mut self, movements: &[Movement]) -> Result<(), Refusal> {
        for movement in movements {
            let level = self.levels.entry(movement.item).or_default();
            *level = level.checked_add(movement.quantity)?;
            self.movements.push(movement.clone());
        }
        Ok(())
    }

    /// Levels that are not zero.
    pub fn stock(&self) -> BTreeMap<ItemId, i64> {
        self.levels
            .iter()
            .map(|(item, level)| (*item, level.milli()))
            .filter(|(_, level)| *level != 0)
            .collect()
    }
}

/// The movements a decision asks for, as (line, item, milli).
pub fn movements(posting: &Posting) -> Vec<(&str, ItemId, i64)> {
    let movements = match posting {
        Posting::Record(changes) => &changes.movements,
        Posting::Repoint(repointing) => &repointing.movements,
        other @ (Posting::AlreadyRecorded | Posting::NotImported { .. } | Posting::Held) => {
            panic!("nothing was decided: {other:?}")
        }
    };
    movements
        .iter()
        .map(|movement| {
            let Movement {
                line,
                item,
                quantity,
            } = movement;
            (line.as_str(), *item, quantity.milli())
        })
        .collect()
}

pub fn recorded(posting: &Posting) -> &Changes {
    match posting {
        Posting::Record(changes) => changes,
        other @ (Posting::AlreadyRecorded
        | Posting::NotImported { .. }
        | Posting::Held
        | Posting::Repoint(_)) => panic!("nothing was recorded: {other:?}"),
    }
}
