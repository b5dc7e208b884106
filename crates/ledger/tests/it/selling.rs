//! What somebody sells at a till.

use proto::convert::{money_into, quantity_into};
use proto::ledger as wire;
use proto::ledger::record_sale_request::Customer;
use proto::ledger::sold_till_line::Item;
use retail::Quantity;
use tonic::Status;
use uuid::Uuid;

use crate::order::{an_order, cad};
use crate::support::{REGISTER, RETAILER};
use crate::till::{Till, minor};

/// A sale that is to be recorded; on [`REGISTER`] unless said otherwise.
#[derive(Clone)]
pub struct Selling(pub wire::RecordSaleRequest);

impl Selling {
    pub fn on(mut self, register: Uuid) -> Self {
        self.0.register_id = register.to_string();
        self
    }

    /// So many units at a price in cents.
    pub fn line(mut self, sku: &str, units: i64, price: i64) -> Self {
        self.0.lines.push(wire::SoldTillLine {
            item: Some(Item::Sku(sku.to_owned())),
            quantity: Some(quantity_into(Quantity::units(units).unwrap())),
            unit_price: Some(money_into(cad(price))),
            discount: None,
            tax: None,
        });
        self
    }

    /// Of the last line.
    pub fn tax(mut self, tax: i64) -> Self {
        let line = self.0.lines.last_mut().unwrap();
        line.tax = Some(money_into(cad(tax)));
        self
    }

    /// Off the last line.
    pub fn discount(mut self, discount: i64) -> Self {
        let line = self.0.lines.last_mut().unwrap();
        line.discount = Some(money_into(cad(discount)));
        self
    }

    pub fn total(mut self, total: i64) -> Self {
        self.0.total = Some(money_into(cad(total)));
        self
    }

    pub fn paid(mut self, payment_type: &str, minor: i64) -> Self {
        self.0.payments.push(wire::TillTender {
            payment_type: payment_type.to_owned(),
            amount: Some(money_into(cad(minor))),
        });
        self
    }

    /// All that is open.
    pub fn rest(mut self, payment_type: &str) -> Self {
        self.0.payments.push(wire::TillTender {
            payment_type: payment_type.to_owned(),
            amount: None,
        });
        self
    }

    /// So many units of a line of a sale come back.
    pub fn back(mut self, sale: &wire::Sale, line: &str, units: i64) -> Self {
        self.0.returns.push(wire::ReturnedTillLine {
            sale_id: sale.sale_id.clone(),
            line_key: line.to_owned(),
            quantity: Some(quantity_into(Quantity::units(units).unwrap())),
            without_restocking: false,
        });
        self
    }

    /// What came back last cannot be sold again.
    pub fn spoilt(mut self) -> Self {
        self.0.returns.last_mut().unwrap().without_restocking = true;
        self
    }

    pub fn to(mut self, email: &str) -> Self {
        self.0.customer = Some(Customer::Buyer(wire::Buyer {
            email: email.to_owned(),
            name: "Zoé Tremblay".to_owned(),
            phone: String::new(),
        }));
        self
    }
}

impl Till {
    /// Where items of these SKUs are known: each was sold once, and came back.
    pub async fn with(skus: &[&str]) -> Self {
        let till = Self::new().await;
        let order = an_order(1_000_000);
        let sold = skus.iter().fold(order, |order, sku| order.line(sku, 1));
        let void = sold.clone().state(retail::SaleState::Voided).at(1);
        till.ledger.apply_one(&sold.build()).await;
        till.ledger.apply_one(&void.build()).await;
        till
    }

    pub fn selling(&mut self) -> Selling {
        Selling(wire::RecordSaleRequest {
            retailer_id: RETAILER.to_string(),
            register_id: REGISTER.to_string(),
            act: Some(self.act()),
            ..Default::default()
        })
    }

    pub async fn record(&mut self, selling: Selling) -> Result<wire::Sale, Status> {
        let answer = self.client.tills.record_sale(selling.0).await?;
        Ok(answer.into_inner().sale.unwrap())
    }

    pub fn voiding(&mut self, sale: &wire::Sale) -> wire::VoidSaleRequest {
        wire::VoidSaleRequest {
            retailer_id: RETAILER.to_string(),
            sale_id: sale.sale_id.clone(),
            register_id: String::new(),
            act: Some(self.act()),
        }
    }

    pub async fn void(&mut self, sale: &wire::Sale) -> Result<wire::Sale, Status> {
        let request = self.voiding(sale);
        let answer = self.client.tills.void_sale(request).await?;
        Ok(answer.into_inner().sale.unwrap())
    }

    /// What there is to say of a sale's lines at a till.
    pub async fn lines(&mut self, sale: &wire::Sale) -> Vec<wire::TillLine> {
        let request = wire::ListTillLinesRequest {
            retailer_id: RETAILER.to_string(),
            sale_id: sale.sale_id.clone(),
        };
        let answer = self.client.tills.list_till_lines(request).await.unwrap();
        answer.into_inner().lines
    }

    /// What must be there by the books of the session that is open on [`REGISTER`].
    pub async fn expected(&mut self) -> Vec<(String, i64)> {
        let asked = wire::ListSessionsRequest {
            retailer_id: RETAILER.to_string(),
            page_size: 1,
            page_token: String::new(),
            register_id: REGISTER.to_string(),
        };
        let newest = self.client.registers.list_sessions(asked).await.unwrap();
        let newest = newest.into_inner().sessions.pop().unwrap();
        let expected = newest.expected.into_iter();
        expected
            .map(|expected| (expected.payment_type, minor(expected.amount)))
            .collect()
    }
}

/// The id of a sale.
pub fn id_of(sale: &wire::Sale) -> Uuid {
    sale.sale_id.parse().unwrap()
}
