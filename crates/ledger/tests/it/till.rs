//! A ledger at whose registers somebody stands.

use jiff::SignedDuration;
use proto::convert::{money_from, money_into};
use proto::ledger as wire;
use service::clock::ManualClock;
use tonic::Status;
use uuid::Uuid;

use crate::client::Client;
use crate::held::act;
use crate::order::{PLACED_AT, cad};
use crate::support::{Ledger, RETAILER};

/// A ledger whose clock stands an hour after the orders were placed.
pub struct Till {
    pub ledger: Ledger,
    pub client: Client,
    pub clock: ManualClock,
    requests: u128,
}

impl Till {
    pub async fn new() -> Self {
        let clock = ManualClock::at(PLACED_AT + SignedDuration::from_hours(1));
        let ledger = Ledger::at(clock.clone()).await;
        let client = Client::of(&ledger).await;
        Self {
            ledger,
            client,
            clock,
            requests: 0,
        }
    }

    pub fn act(&mut self) -> wire::Act {
        self.requests += 1;
        act(self.requests)
    }

    pub async fn open(&mut self, register: Uuid, float: i64) -> Result<wire::Session, Status> {
        let request = wire::OpenSessionRequest {
            retailer_id: RETAILER.to_string(),
            register_id: register.to_string(),
            float: Some(money_into(cad(float))),
            act: Some(self.act()),
        };
        let answer = self.client.registers.open_session(request).await?;
        Ok(answer.into_inner().session.unwrap())
    }

    pub async fn close(
        &mut self,
        register: Uuid,
        counted: &[(&str, i64)],
    ) -> Result<wire::Session, Status> {
        let request = wire::CloseSessionRequest {
            retailer_id: RETAILER.to_string(),
            register_id: register.to_string(),
            counted: counted
                .iter()
                .map(|(payment_type, minor)| wire::CountedAmount {
                    payment_type: (*payment_type).to_owned(),
                    amount: Some(money_into(cad(*minor))),
                })
                .collect(),
            act: Some(self.act()),
        };
        let answer = self.client.registers.close_session(request).await?;
        Ok(answer.into_inner().session.unwrap())
    }

    pub fn payment(&mut self, sale: Uuid, minor: i64) -> wire::ApplyPaymentRequest {
        wire::ApplyPaymentRequest {
            retailer_id: RETAILER.to_string(),
            sale_id: sale.to_string(),
            register_id: String::new(),
            payment_type: "bank-transfer".to_owned(),
            amount: Some(money_into(cad(minor))),
            paid_at: None,
            accept_outside_session: false,
            accept_overpayment: false,
            act: Some(self.act()),
        }
    }

    pub async fn apply(
        &mut self,
        request: wire::ApplyPaymentRequest,
    ) -> Result<wire::ApplyPaymentResponse, Status> {
        let answer = self.client.payments.apply_payment(request).await?;
        Ok(answer.into_inner())
    }

    pub async fn pay(
        &mut self,
        sale: Uuid,
        minor: i64,
    ) -> Result<wire::ApplyPaymentResponse, Status> {
        let request = self.payment(sale, minor);
        self.apply(request).await
    }

    /// The sale of the order of this receipt number, as its id and what it has received.
    pub async fn sale(&mut self, number: &str) -> wire::Sale {
        let request = wire::GetSaleRequest {
            retailer_id: RETAILER.to_string(),
            key: Some(wire::get_sale_request::Key::ReceiptNumber(
                number.to_owned(),
            )),
        };
        let answer = self.client.sales.get_sale(request).await.unwrap();
        answer.into_inner().sale.unwrap()
    }

    pub async fn sale_id(&mut self, number: &str) -> Uuid {
        self.sale(number).await.sale_id.parse().unwrap()
    }
}

pub fn minor(money: Option<proto::google::r#type::Money>) -> i64 {
    money_from("money", money).unwrap().minor()
}

/// What a closure says of each means: expected, counted, difference.
pub fn counts(session: &wire::Session) -> Vec<(String, i64, i64, i64)> {
    let closure = session.closure.clone().unwrap();
    let counts = closure.counts.into_iter();
    counts
        .map(|count| {
            (
                count.payment_type,
                minor(count.expected),
                minor(count.counted),
                minor(count.difference),
            )
        })
        .collect()
}

/// Of each means: received, refunded, bookings.
pub fn online(session: &wire::Session) -> Vec<(String, i64, i64, i64)> {
    let closure = session.closure.clone().unwrap();
    let online = closure.online.into_iter();
    online
        .map(|online| {
            (
                online.method,
                minor(online.received),
                minor(online.refunded),
                online.payment_count,
            )
        })
        .collect()
}
