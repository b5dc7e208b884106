//! Online sales by what is still to be handed over of them (POS-2).

use std::collections::HashSet;

use jiff::Timestamp;
use retail::{Quantity, RetailerId, SaleState};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{LineView, Reader, SaleKey, SaleView};
use crate::decide::{ItemKind, Stage};
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

/// Which sales are asked for; what is `None` does not matter.
#[derive(Clone, Copy, Debug, Default)]
pub struct FulfilmentFilter {
    pub outlet: Option<Uuid>,
    pub connection: Option<Uuid>,
    pub state: Option<FulfilmentState>,
    /// Something of it lies there, or went so.
    pub stage: Option<Stage>,
    pub placed_before: Option<Timestamp>,
}

impl SaleView {
    /// What is still to be handed over of one of its lines.
    #[must_use]
    pub fn to_hand_over(&self, line: &LineView) -> Quantity {
        match (self.state, line.kind) {
            (SaleState::Closed, ItemKind::Product) => line.progress.to_hand_over(),
            (SaleState::Voided | SaleState::Unfinished | SaleState::NotImported, _)
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

impl FulfilmentView {
    /// The sales of these ids, in their order.
    pub(in crate::store) async fn load(
        db: &mut PgConnection,
        ids: &[Uuid],
    ) -> Result<Vec<Self>, StoreError> {
        let mut sales = SaleView::load(db, ids).await?;
        SaleView::fill(db, &mut sales).await?;
        let held = sqlx::query_scalar!(
            "select s.sale_id
            from ledger.sale s
            join ledger.held_order h
                on h.connection_id = s.connection_id and h.shop_order_id = s.shop_order_id
            where s.sale_id = any($1)",
            ids,
        )
        .fetch_all(db)
        .await?;
        let held: HashSet<Uuid> = held.into_iter().collect();
        Ok(sales
            .into_iter()
            .map(|sale| Self {
                has_held_update: held.contains(&sale.sale),
                sale,
            })
            .collect())
    }
}

impl Reader {
    /// Up to `limit` sales placed after `after`, the longest placed first.
    pub async fn list_fulfilment(
        &self,
        retailer: RetailerId,
        filter: FulfilmentFilter,
        after: Option<SaleKey>,
        limit: i64,
    ) -> Result<Vec<FulfilmentView>, StoreError> {
        let FulfilmentFilter {
            outlet,
            connection,
            state,
            stage,
            placed_before,
        } = filter;
        let mut db = self.snapshot().await?;
        let is_open = match (state, stage) {
            (Some(FulfilmentState::Done), _) => Some(false),
            // What is still here is found among what is open.
            (Some(FulfilmentState::Open), _)
            | (None, Some(Stage::ToPick | Stage::Picked | Stage::Packed)) => Some(true),
            (None, Some(Stage::Shipped | Stage::Collected) | None) => None,
        };
        // Of a sale that nobody has worked on, what is open is to be picked.
        let ids = sqlx::query_scalar!(
            "select s.sale_id
            from ledger.sale s
            where s.retailer_id = $1
                and not exists (select from ledger.till t where t.connection_id = s.connection_id)
                and ($2::uuid is null or s.outlet_id = $2)
                and ($3::boolean is null or (s.is_to_fulfil and s.state = 'closed') = $3)
                and ($4::timestamptz is null or (s.placed_at, s.sale_id) > ($4, $5::uuid))
                and ($7::uuid is null or s.connection_id = $7)
                and ($8::text is null or $8 = any(s.fulfilment_steps)
                    or ($8 = 'to_pick' and s.fulfilment_steps is null))
                and ($9::timestamptz is null or s.placed_at < $9)
            order by s.placed_at, s.sale_id
            limit $6",
            retailer.uuid(),
            outlet,
            is_open,
            after.map(|key| row::at(key.placed_at)) as _,
            after.map(|key| key.sale),
            limit,
            connection,
            stage.map(Stage::as_str),
            placed_before.map(row::at) as _,
        )
        .fetch_all(&mut *db)
        .await?;
        FulfilmentView::load(&mut db, &ids).await
    }
}
