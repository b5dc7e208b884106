//! A ledger in whose stockrooms somebody works.

use proto::convert::{quantity_from, quantity_into};
use proto::google::r#type::Decimal;
use proto::ledger as wire;
use proto::ledger::stock_line::Item;
use retail::Quantity;
use tonic::Status;
use uuid::Uuid;

use crate::client::Client;
use crate::held::act;
use crate::support::{Ledger, OTHER_OUTLET, OUTLET, RETAILER};

pub struct Stockroom {
    pub ledger: Ledger,
    pub client: Client,
    requests: u128,
}

/// Units of a SKU.
pub type Line<'a> = (&'a str, i64);

impl Stockroom {
    pub async fn new() -> Self {
        let ledger = Ledger::new().await;
        let client = Client::of(&ledger).await;
        Self {
            ledger,
            client,
            requests: 0,
        }
    }

    /// Where items of these SKUs are known: each was sold once, and came back.
    pub async fn with(skus: &[&str]) -> Self {
        let room = Self::new().await;
        let order = |id| {
            let order = crate::order::an_order(id);
            skus.iter().fold(order, |order, sku| order.line(sku, 1))
        };
        let sold = order(1_000_000);
        let void = sold.clone().state(retail::SaleState::Voided).at(1);
        room.ledger.apply_one(&sold.build()).await;
        room.ledger.apply_one(&void.build()).await;
        room
    }

    pub fn act(&mut self) -> wire::Act {
        self.requests += 1;
        act(self.requests)
    }

    pub fn adjustment(&mut self, outlet: Uuid, changes: &[Line<'_>]) -> wire::AdjustRequest {
        wire::AdjustRequest {
            retailer_id: RETAILER.to_string(),
            outlet_id: outlet.to_string(),
            lines: lines(changes),
            reason: wire::AdjustmentReason::Damaged.into(),
            act: Some(self.act()),
        }
    }

    /// In [`OUTLET`].
    pub async fn adjust(&mut self, changes: &[Line<'_>]) -> Result<wire::StockEntry, Status> {
        let request = self.adjustment(OUTLET, changes);
        let answer = self.client.stock_work.adjust(request).await?;
        Ok(answer.into_inner().entry.unwrap())
    }

    pub async fn receive_in(
        &mut self,
        outlet: Uuid,
        received: &[Line<'_>],
    ) -> Result<wire::StockEntry, Status> {
        let request = wire::ReceiveGoodsRequest {
            retailer_id: RETAILER.to_string(),
            outlet_id: outlet.to_string(),
            lines: lines(received),
            reference: "DN-7".to_owned(),
            act: Some(self.act()),
        };
        let answer = self.client.stock_work.receive_goods(request).await?;
        Ok(answer.into_inner().entry.unwrap())
    }

    /// In [`OUTLET`].
    pub async fn receive(&mut self, received: &[Line<'_>]) -> Result<wire::StockEntry, Status> {
        self.receive_in(OUTLET, received).await
    }

    pub async fn set_safety(&mut self, kept: &[Line<'_>]) -> Result<Vec<wire::Level>, Status> {
        let request = wire::SetSafetyStockRequest {
            retailer_id: RETAILER.to_string(),
            outlet_id: OUTLET.to_string(),
            lines: lines(kept),
            act: Some(self.act()),
        };
        let answer = self.client.stock_work.set_safety_stock(request).await?;
        Ok(answer.into_inner().levels)
    }

    pub async fn oversold(&mut self) -> Vec<wire::OversoldLevel> {
        let request = wire::ListOversoldRequest {
            retailer_id: RETAILER.to_string(),
            ..Default::default()
        };
        let answer = self.client.stock_work.list_oversold(request).await.unwrap();
        answer.into_inner().levels
    }

    /// Why there is what there is of a SKU in [`OUTLET`].
    pub async fn explain(&mut self, sku: &str) -> wire::ExplainLevelResponse {
        let request = wire::ExplainLevelRequest {
            retailer_id: RETAILER.to_string(),
            sku: sku.to_owned(),
            outlet_id: OUTLET.to_string(),
        };
        let answer = self.client.stock.explain_level(request).await.unwrap();
        answer.into_inner()
    }

    /// On hand in [`OUTLET`].
    pub async fn on_hand(&self, sku: &str) -> i64 {
        self.ledger.on_hand(sku, OUTLET).await.unwrap_or(0)
    }

    pub fn transfer(&mut self, sent: &[Line<'_>]) -> wire::SendTransferRequest {
        wire::SendTransferRequest {
            retailer_id: RETAILER.to_string(),
            from_outlet_id: OUTLET.to_string(),
            to_outlet_id: OTHER_OUTLET.to_string(),
            lines: lines(sent),
            reference: "W-1".to_owned(),
            act: Some(self.act()),
        }
    }

    /// From [`OUTLET`] to [`OTHER_OUTLET`].
    pub async fn send(&mut self, sent: &[Line<'_>]) -> Result<wire::Transfer, Status> {
        let request = self.transfer(sent);
        let answer = self.client.transfers.send_transfer(request).await?;
        Ok(answer.into_inner().transfer.unwrap())
    }

    pub async fn arrive(
        &mut self,
        transfer: &str,
        arrived: &[Line<'_>],
        more_to_come: bool,
    ) -> Result<wire::Transfer, Status> {
        let request = wire::ReceiveTransferRequest {
            retailer_id: RETAILER.to_string(),
            transfer_id: transfer.to_owned(),
            lines: lines(arrived),
            more_to_come,
            act: Some(self.act()),
        };
        let answer = self.client.transfers.receive_transfer(request).await?;
        Ok(answer.into_inner().transfer.unwrap())
    }

    pub async fn start(&mut self, outlet: Uuid) -> Result<wire::StockTake, Status> {
        let request = wire::StartStockTakeRequest {
            retailer_id: RETAILER.to_string(),
            outlet_id: outlet.to_string(),
            act: Some(self.act()),
        };
        let answer = self.client.stock_takes.start_stock_take(request).await?;
        Ok(answer.into_inner().stock_take.unwrap())
    }

    pub async fn count(
        &mut self,
        take: &str,
        counted: &[Line<'_>],
    ) -> Result<Vec<wire::StockTakeLine>, Status> {
        let request = wire::CountStockRequest {
            retailer_id: RETAILER.to_string(),
            stock_take_id: take.to_owned(),
            lines: lines(counted),
            act: Some(self.act()),
        };
        let answer = self.client.stock_takes.count_stock(request).await?;
        Ok(answer.into_inner().lines)
    }

    pub async fn post(&mut self, take: &str) -> Result<wire::StockTake, Status> {
        let request = wire::PostStockTakeRequest {
            retailer_id: RETAILER.to_string(),
            stock_take_id: take.to_owned(),
            act: Some(self.act()),
        };
        let answer = self.client.stock_takes.post_stock_take(request).await?;
        Ok(answer.into_inner().stock_take.unwrap())
    }

    pub async fn cancel(&mut self, take: &str) -> Result<wire::StockTake, Status> {
        let request = wire::CancelStockTakeRequest {
            retailer_id: RETAILER.to_string(),
            stock_take_id: take.to_owned(),
            act: Some(self.act()),
        };
        let answer = self.client.stock_takes.cancel_stock_take(request).await?;
        Ok(answer.into_inner().stock_take.unwrap())
    }
}

pub fn line(sku: &str, units: i64) -> wire::StockLine {
    wire::StockLine {
        item: Some(Item::Sku(sku.to_owned())),
        quantity: Some(quantity_into(Quantity::units(units).unwrap())),
    }
}

pub fn lines(of: &[Line<'_>]) -> Vec<wire::StockLine> {
    of.iter().map(|(sku, units)| line(sku, *units)).collect()
}

/// Whole units.
pub fn units(quantity: Option<Decimal>) -> i64 {
    quantity_from("quantity", quantity).unwrap().milli() / Quantity::SCALE
}
