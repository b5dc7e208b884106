//! What the ledger knows already. It is asked to save work and to find gaps: without its answer every order
//! is told again, and nothing is wrong but the work.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use proto::convert::instant_from;
use proto::ledger as wire;
use proto::ledger::orders_client::OrdersClient;
use retail::ShopOrderId;
use shop::Connection;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

use crate::outage::Outage;
use crate::poll::TOPIC;

/// For a connection to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// For one answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// Orders asked for at once; the ledger takes no more.
const ORDERS_AT_ONCE: usize = 1_000;

/// The newest instant of change that the ledger has heard of, by order. An order that is not in it is new; one
/// that it knows no instant of (it could not be read) is asked for again.
pub(crate) type Known = HashMap<ShopOrderId, Option<Timestamp>>;

/// The way to the ledger's knowledge of orders.
#[derive(Debug)]
pub(crate) struct Ledger {
    orders: Option<OrdersClient<Channel>>,
    outage: Outage,
}

impl Ledger {
    /// Connects when it is first asked. Without an address it never knows anything.
    pub(crate) fn at(url: Option<String>) -> Result<Self, tonic::transport::Error> {
        let orders = url
            .map(|url| {
                let endpoint = Endpoint::from_shared(url)?
                    .connect_timeout(CONNECT_TIMEOUT)
                    .timeout(ANSWER_TIMEOUT);
                Ok(OrdersClient::new(endpoint.connect_lazy()))
            })
            .transpose()?;
        Ok(Self {
            orders,
            outage: Outage::new("asking the ledger"),
        })
    }

    /// What it knows of these orders; `None` when it cannot be asked.
    pub(crate) async fn known(
        &self,
        connection: &Connection,
        orders: &[&ShopOrderId],
    ) -> Option<Known> {
        let mut known = Known::with_capacity(orders.len());
        for orders in orders.chunks(ORDERS_AT_ONCE) {
            let request = wire::GetKnownOrdersRequest {
                retailer_id: connection.retailer.to_string(),
                connection_id: connection.id.to_string(),
                order_ids: orders.iter().map(ToString::to_string).collect(),
            };
            let answer = self.orders.clone()?.get_known_orders(request).await;
            let wire::GetKnownOrdersResponse { orders } = self.heard(answer)?;
            for order in orders {
                let wire::KnownOrder {
                    order_id,
                    modified_at,
                    standing: _,
                    reason: _,
                } = order;
                let instant = instant_from("modified_at", modified_at).ok();
                if let Ok(order) = ShopOrderId::new(&order_id) {
                    known.insert(order, instant);
                }
            }
        }
        Some(known)
    }

    /// Whether a delivery of the shop's own told it of an order as it was at `modified_at` or later; `None` when
    /// it cannot be asked.
    pub(crate) async fn was_told_by_the_shop(
        &self,
        connection: &Connection,
        order: &ShopOrderId,
        modified_at: Timestamp,
    ) -> Option<bool> {
        let request = wire::GetReceiptRequest {
            retailer_id: connection.retailer.to_string(),
            connection_id: connection.id.to_string(),
            order_id: order.to_string(),
        };
        let answer = match self.orders.clone()?.get_receipt(request).await {
            Err(status) if status.code() == Code::NotFound => return Some(false),
            answer => answer,
        };
        let receipt = self.heard(answer)?;
        let told = receipt.deliveries.into_iter().any(|received| {
            let wire::ReceivedDelivery {
                delivery,
                modified_at: told_of,
                content_hash: _,
                outcome: _,
                revision: _,
            } = received;
            let is_the_shops = delivery.is_some_and(|delivery| delivery.topic != TOPIC);
            is_the_shops
                && instant_from("modified_at", told_of).is_ok_and(|told_of| told_of >= modified_at)
        });
        Some(told)
    }

    fn heard<T>(&self, answer: Result<tonic::Response<T>, Status>) -> Option<T> {
        match answer {
            Ok(answer) => {
                self.outage.succeeded();
                Some(answer.into_inner())
            }
            Err(status) => {
                // Its message may quote what was asked; its code does not.
                self.outage.failed(&status.code());
                None
            }
        }
    }
}
