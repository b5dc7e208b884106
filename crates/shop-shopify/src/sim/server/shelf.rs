//! What the shop is asked and told of its products and its stock, and what its own people do to them.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use shop::sim::ProductEdit;

use super::super::shelf::{Shelf, ShelfQuestion};
use super::{Now, Server};

/// Requests that are kept.
const KEPT_LIMIT: usize = 512;

/// What the shop was asked or told.
#[derive(Clone, Debug, Deserialize)]
pub struct Asked {
    pub query: String,
    #[serde(default)]
    pub variables: Value,
}

impl Asked {
    /// The name of the operation.
    #[must_use]
    pub fn operation(&self) -> &str {
        let named = self.query.split([' ', '(']).nth(1);
        named.unwrap_or_default()
    }
}

impl Server {
    /// What came last of it, oldest first; a request that was refused for its token or for haste is not among it.
    #[must_use]
    pub fn requests(&self) -> Vec<Asked> {
        self.0.now().kept.iter().cloned().collect()
    }

    /// Looks at the shelf, or does something to it as people in the shop may.
    pub fn shelf<T>(&self, act: impl FnOnce(&mut Shelf) -> T) -> T {
        act(self.0.now().shelf.in_hand())
    }

    /// A sale, whatever becomes of its order.
    pub fn sell_units(&self, sku: &str, units: i64) {
        self.0.now().shelf.sell(sku, units);
    }

    /// The next answer to this operation is lost, after the shop did what it was told.
    pub fn lose_answer(&self, operation: &str) {
        self.0.now().losing = Some(operation.to_owned());
    }
}

impl Now {
    /// Whether the next buyer wants more than there is, and goes away.
    pub(super) fn turns_away(&mut self) -> bool {
        let Self { trade, shelf, .. } = self;
        let is_served = trade
            .to_come()
            .is_none_or(|order| shelf.serves(trade.shop().catalogue(), order));
        let turns_away = self.sells_what_there_is && !is_served;
        if turns_away {
            self.trade.turn_away();
        }
        turns_away
    }

    /// Orders that are placed from then on name things as the shelf has them.
    pub(super) fn of_shelf(
        &mut self,
        question: ShelfQuestion,
        query: &str,
        variables: &Value,
        at: Timestamp,
    ) -> Result<Value, Value> {
        let before = self.shelf.called(self.trade.shop().catalogue(), variables);
        let data = self.shelf.answer(question, query, variables, at)?;
        let after = self.shelf.called(self.trade.shop().catalogue(), variables);
        let name = |edit: &ProductEdit| (edit.name.clone(), edit.sku.clone());
        if before.as_ref().map(name) != after.as_ref().map(name)
            && let Some(edit) = after
        {
            self.trade.edit(edit);
        }
        Ok(data)
    }

    pub(super) fn keep(&mut self, asked: Asked) {
        if self.kept.len() == KEPT_LIMIT {
            self.kept.pop_front();
        }
        self.kept.push_back(asked);
    }
}
