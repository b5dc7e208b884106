//! Online sales by what is still to be handed over of them (POS-2).

use std::collections::HashSet;

use retail::{Quantity, RetailerId, SaleState};
use uuid::Uuid;

use super::{LineView, Reader, SaleKey, SaleView};
use crate::decide::ItemKind;
use crate::store::{StoreError, row};

/// Whether something of a sale is still to be handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FulfilmentState {
    Open,
    /// Nothing is, or the sale is void.
    Done,
}

/// A sale as somebody hands it over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FulfilmentView {
    /// With its lines.
    pub sale: SaleView,
    /// The shop says otherwise since, and its update waits for a person (SH-12).
    pub has_held_update: bool,
}

impl SaleView {
    /// What is still to be handed over of one of its lines.
    #[must_use]
    pub fn to_hand_over(&self, line: &LineView) -> Quantity {
        match (self.state, line.kind) {
            (SaleState::Closed, ItemKind::Product) => {
                let kept = line.quantity.checked_sub(line.restocked);
                let rest = kept.and_then(|kept| kept.checked_sub(line.fulfilled));
                rest.unwrap_or_default().max(Quantity::ZERO)
            }
            (SaleState::Voided | SaleState::NotImported, _)
            | (
                SaleState::Closed,
                ItemKind::Shipping
                | ItemKind::Handling
                | ItemKind::GiftWrapping
                | ItemKind::Fee
                | ItemKind::Rounding,
            ) => Quantity::ZERO,
        }
    }

    #[must_use]
    pub fn fulfilment_state(&self) -> FulfilmentState {
        let is_open = |line| !self.to_hand_over(line).is_zero();
        if self.lines.iter().any(is_open) {
            FulfilmentState::Open
        } else {
            FulfilmentState::Done
        }
    }
}

impl Reader {
    /// Up to `limit` sales placed after `after`, the longest placed first; in all states where none is asked for.
    pub async fn list_fulfilment(
        &self,
        retailer: RetailerId,
        outlet: Option<Uuid>,
        state: Option<FulfilmentState>,
        after: Option<SaleKey>,
        limit: i64,
    ) -> Result<Vec<FulfilmentView>, StoreError> {
        let mut db = self.snapshot().await?;
        let is_open = state.map(|state| match state {
            FulfilmentState::Open => true,
            FulfilmentState::Done => false,
        });
        let ids = sqlx::query_scalar!(
            "select s.sale_id
            from ledger.sale s
            where s.retailer_id = $1
                and not exists (select from ledger.till t where t.connection_id = s.connection_id)
                and ($2::uuid is null or s.outlet_id = $2)
                and ($3::boolean is null or (s.is_to_fulfil and s.state = 'closed') = $3)
                and ($4::timestamptz is null or (s.placed_at, s.sale_id) > ($4, $5::uuid))
            order by s.placed_at, s.sale_id
            limit $6",
            retailer.uuid(),
            outlet,
            is_open,
            after.map(|key| row::at(key.placed_at)) as _,
            after.map(|key| key.sale),
            limit,
        )
        .fetch_all(&mut *db)
        .await?;
        let mut sales = SaleView::load(&mut db, &ids).await?;
        SaleView::fill(&mut db, &mut sales).await?;
        let held = sqlx::query_scalar!(
            "select s.sale_id
            from ledger.sale s
            join ledger.held_order h
                on h.connection_id = s.connection_id and h.shop_order_id = s.shop_order_id
            where s.sale_id = any($1)",
            &ids,
        )
        .fetch_all(&mut *db)
        .await?;
        let held: HashSet<Uuid> = held.into_iter().collect();
        Ok(sales
            .into_iter()
            .map(|sale| FulfilmentView {
                has_held_update: held.contains(&sale.sale),
                sale,
            })
            .collect())
    }
}
