//! A ledger that a documents service tells of its invoices.

use std::collections::BTreeMap;

use ledger::store::{Told, ToldConnection};
use proto::convert::{quantity_from, quantity_into};
use proto::ledger as wire;
use retail::posting::OrderUpdates;
use retail::{ConnectionId, PlatformCode, Quantity, RegisterId, StockRule};
use tonic::Status;
use uuid::Uuid;

use crate::client::Client;
use crate::held::act;
use crate::support::{ASKING_CONNECTION, CONNECTION, Ledger, REGISTER, RETAILER};

pub struct Office {
    pub ledger: Ledger,
    pub client: Client,
    requests: u128,
    settings: i64,
}

impl Office {
    /// Both connections of the retailer's first register have this rule.
    pub async fn with(rule: StockRule) -> Self {
        let ledger = Ledger::new().await;
        let client = Client::of(&ledger).await;
        let mut office = Self {
            ledger,
            client,
            requests: 0,
            settings: 0,
        };
        office.set(rule).await;
        office
    }

    pub async fn set(&mut self, rule: StockRule) {
        self.settings += 1;
        for (connection, order_updates) in [
            (CONNECTION, OrderUpdates::Apply),
            (ASKING_CONNECTION, OrderUpdates::Ask),
        ] {
            let told = told(connection, order_updates, rule, self.settings);
            let answer = self.ledger.store.know(&told).await.unwrap();
            assert_eq!(answer, Told::Recorded);
        }
    }

    pub fn act(&mut self) -> wire::Act {
        self.requests += 1;
        act(self.requests)
    }

    /// Document `number` of the one sale there is, with units of its lines by their key.
    pub async fn document(
        &mut self,
        number: u128,
        kind: wire::InvoiceKind,
        lines: &[(&str, i64)],
    ) -> wire::RecordInvoiceRequest {
        wire::RecordInvoiceRequest {
            retailer_id: RETAILER.to_string(),
            sale_id: self.ledger.sale().await.sale.to_string(),
            invoice_id: Uuid::from_u128(number).to_string(),
            kind: kind.into(),
            number: format!("F-{number}"),
            issued_at: None,
            lines: lines
                .iter()
                .map(|(key, units)| wire::InvoiceLine {
                    line_key: (*key).to_owned(),
                    quantity: Some(quantity_into(Quantity::units(*units).unwrap())),
                })
                .collect(),
            act: Some(self.act()),
        }
    }

    pub async fn record(
        &mut self,
        request: wire::RecordInvoiceRequest,
    ) -> Result<wire::RecordInvoiceResponse, Status> {
        let answer = self.client.invoices.record_invoice(request).await?;
        Ok(answer.into_inner())
    }

    pub async fn invoice(&mut self, number: u128, lines: &[(&str, i64)]) {
        let request = self
            .document(number, wire::InvoiceKind::Invoice, lines)
            .await;
        self.record(request).await.unwrap();
    }

    pub async fn credit(&mut self, number: u128, lines: &[(&str, i64)]) {
        let request = self
            .document(number, wire::InvoiceKind::CreditNote, lines)
            .await;
        self.record(request).await.unwrap();
    }

    /// Of the first line of the one sale, units taken and units awaiting their invoice.
    pub async fn first_line(&self) -> (i64, i64) {
        let sale = self.ledger.sale().await;
        let line = &sale.lines[0];
        let units = |quantity: Quantity| quantity.milli() / Quantity::SCALE;
        (units(line.deducted), units(line.awaiting))
    }

    /// Of each SKU, units that await their invoice and units held by updates, with how many orders hold some.
    pub async fn open(&mut self) -> BTreeMap<String, (i64, i64, i64)> {
        let asked = wire::ListOpenQuantitiesRequest {
            retailer_id: RETAILER.to_string(),
            ..wire::ListOpenQuantitiesRequest::default()
        };
        let listed = self.client.waiting.list_open_quantities(asked).await;
        let rows = listed.unwrap().into_inner().open_quantities.into_iter();
        rows.map(|row| {
            let held = (units(row.awaiting_invoice), units(row.held), row.orders);
            (row.sku, held)
        })
        .collect()
    }
}

pub fn told(
    connection: ConnectionId,
    order_updates: OrderUpdates,
    stock_rule: StockRule,
    version: i64,
) -> ToldConnection {
    ToldConnection {
        id: connection,
        retailer: RETAILER,
        platform: PlatformCode::new("woocommerce").unwrap(),
        register: RegisterId::new(REGISTER),
        order_updates,
        stock_rule,
        channel_buffer: Quantity::ZERO,
        shipping_item_at_link: false,
        version,
    }
}

pub fn units(quantity: Option<proto::google::r#type::Decimal>) -> i64 {
    quantity_from("quantity", quantity).unwrap().milli() / Quantity::SCALE
}
