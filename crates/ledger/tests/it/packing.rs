//! A ledger whose sales somebody hands over.

use std::collections::HashMap;

use ledger::decide::Incoming;
use proto::convert::quantity_into;
use proto::ledger as wire;
use proto::ledger::FulfilmentStep;
use retail::Quantity;
use tonic::Status;

use crate::client::Client;
use crate::held::act;
use crate::support::{Ledger, RETAILER};

pub struct Packing {
    pub ledger: Ledger,
    pub client: Client,
    requests: u128,
    /// By the shop's id of the order.
    sales: HashMap<String, String>,
}

impl Packing {
    pub async fn new() -> Self {
        let ledger = Ledger::new().await;
        let client = Client::of(&ledger).await;
        Self {
            ledger,
            client,
            requests: 0,
            sales: HashMap::new(),
        }
    }

    /// With this order's sale.
    pub async fn of(order: &Incoming) -> Self {
        let packing = Self::new().await;
        packing.ledger.apply_one(order).await;
        packing
    }

    pub fn act(&mut self) -> wire::Act {
        self.requests += 1;
        act(self.requests)
    }

    pub fn sale_id(&mut self, order: &str) -> String {
        let found = self.sales.entry(order.to_owned()).or_insert_with(|| {
            let script = format!("select sale_id from ledger.sale where shop_order_id = '{order}'");
            self.ledger.sql(&script)
        });
        found.clone()
    }

    /// With so many units of the lines of these numbers; without any, with all there is.
    pub fn step(
        &mut self,
        order: &str,
        step: FulfilmentStep,
        parts: &[(usize, i64)],
    ) -> wire::TakeStepRequest {
        wire::TakeStepRequest {
            retailer_id: RETAILER.to_string(),
            sale_id: self.sale_id(order),
            step: step.into(),
            parts: parts_of(parts),
            tracking: None,
            accept_unpaid: true,
            accept_held_update: false,
            act: Some(self.act()),
        }
    }

    pub async fn take(
        &mut self,
        order: &str,
        step: FulfilmentStep,
        parts: &[(usize, i64)],
    ) -> Result<wire::FulfilmentEntry, Status> {
        let request = self.step(order, step, parts);
        let answer = self.client.fulfilment.take_step(request).await?;
        Ok(answer.into_inner().entry.unwrap())
    }

    pub async fn undo(
        &mut self,
        order: &str,
        step: FulfilmentStep,
        parts: &[(usize, i64)],
    ) -> Result<wire::FulfilmentEntry, Status> {
        let request = wire::UndoStepRequest {
            retailer_id: RETAILER.to_string(),
            sale_id: self.sale_id(order),
            step: step.into(),
            parts: parts_of(parts),
            act: Some(self.act()),
        };
        let answer = self.client.fulfilment.undo_step(request).await?;
        Ok(answer.into_inner().entry.unwrap())
    }

    pub async fn get(&mut self, order: &str) -> wire::GetFulfilmentResponse {
        let request = wire::GetFulfilmentRequest {
            retailer_id: RETAILER.to_string(),
            sale_id: self.sale_id(order),
        };
        let answer = self.client.fulfilment.get_fulfilment(request).await;
        answer.unwrap().into_inner()
    }

    /// Receipt numbers of the sales that a question finds.
    pub async fn list(&mut self, question: wire::ListFulfilmentRequest) -> Vec<String> {
        let asked = wire::ListFulfilmentRequest {
            retailer_id: RETAILER.to_string(),
            ..question
        };
        let answer = self.client.fulfilment.list_fulfilment(asked).await;
        let entries = answer.unwrap().into_inner().entries.into_iter();
        entries.map(|entry| entry.receipt_number).collect()
    }

    /// How far the lines of an order have come.
    pub async fn figures(&mut self, order: &str) -> Vec<String> {
        figures(&self.get(order).await.entry.unwrap())
    }
}

/// Of each line: to pick, picked, packed, handed over.
pub fn figures(entry: &wire::FulfilmentEntry) -> Vec<String> {
    let lines = entry.lines.iter();
    lines
        .map(|line| {
            let figures = [&line.to_pick, &line.picked, &line.packed, &line.handed_over];
            let figures = figures.map(|figure| figure.as_ref().unwrap().value.clone());
            figures.join(" ")
        })
        .collect()
}

fn parts_of(parts: &[(usize, i64)]) -> Vec<wire::FulfilmentPart> {
    let part = |(line, units): &(usize, i64)| wire::FulfilmentPart {
        line_key: format!("line:{line}"),
        quantity: Some(quantity_into(Quantity::units(*units).unwrap())),
    };
    parts.iter().map(part).collect()
}
