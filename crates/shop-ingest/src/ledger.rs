//! What the ledger knows already. It is asked to save work, to find gaps, and to tell people what to look at:
//! without its answer every order is told again, and nothing is wrong but the work. It is asked for a retailer's plan as
//! well: without that answer nothing begins that a plan may not have.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use proto::convert::instant_from;
use proto::ledger as wire;
use proto::ledger::entitlements_client::EntitlementsClient;
use proto::ledger::items_client::ItemsClient;
use proto::ledger::orders_client::OrdersClient;
use retail::{RetailerId, ShopOrderId};
use service::access::{Authorized, Bearer};
use shop::Connection;
use tonic::transport::Endpoint;
use tonic::{Code, Status};

use crate::outage::Outage;
use crate::plan::Plan;
use crate::poll::TOPIC;

/// For a connection to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// For the answer whose a token is: somebody waits for it.
pub(crate) const TOKEN_TIMEOUT: Duration = Duration::from_secs(5);
/// For one answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// Orders asked for at once; the ledger takes no more.
const ORDERS_AT_ONCE: usize = 1_000;

/// The newest instant of change that the ledger has heard of, by order. An order that is not in it is new; one
/// that it knows no instant of (it could not be read) is asked for again.
pub(crate) type Known = HashMap<ShopOrderId, Option<Timestamp>>;

/// How far an order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Sale,
    /// A draft, a status that is not imported, or dismissed by a person.
    NotImported,
    /// Waits for a person.
    Parked,
}

/// What a look at a retailer's catalogue found (POS-8): of how many items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CatalogueCheck {
    pub(crate) duplicate_skus: i64,
    pub(crate) empty_skus: i64,
    pub(crate) negative_stock: i64,
    /// `None`: the ledger knows no prices.
    pub(crate) zero_prices: Option<i64>,
}

/// Where the ledger answers, if anywhere, and who asks.
#[derive(Clone, Debug)]
pub(crate) struct LedgerWay {
    pub(crate) url: Option<String>,
    pub(crate) bearer: Bearer,
}

impl LedgerWay {
    /// Connects when it is first used.
    pub(crate) fn channel(
        &self,
        answer_timeout: Duration,
    ) -> Result<Option<Authorized>, tonic::transport::Error> {
        let Some(url) = &self.url else {
            return Ok(None);
        };
        let endpoint = Endpoint::from_shared(url.clone())?
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(answer_timeout);
        Ok(Some(self.bearer.clone().on(endpoint.connect_lazy())))
    }
}

/// The way to the ledger's knowledge of orders, items and plans.
#[derive(Debug)]
pub(crate) struct Ledger {
    orders: Option<OrdersClient<Authorized>>,
    items: Option<ItemsClient<Authorized>>,
    entitlements: Option<EntitlementsClient<Authorized>>,
    outage: Outage,
}

impl Ledger {
    /// Connects when it is first asked. Without an address it never knows anything.
    pub(crate) fn at(way: &LedgerWay) -> Result<Self, tonic::transport::Error> {
        let channel = way.channel(ANSWER_TIMEOUT)?;
        Ok(Self {
            orders: channel.clone().map(OrdersClient::new),
            items: channel.clone().map(ItemsClient::new),
            entitlements: channel.map(EntitlementsClient::new),
            outage: Outage::new("asking the ledger"),
        })
    }

    /// What it knows of these orders; `None` when it cannot be asked.
    pub(crate) async fn known(
        &self,
        connection: &Connection,
        orders: &[&ShopOrderId],
    ) -> Option<Known> {
        let known = self.ask_known(connection, orders).await?;
        let known = known.into_iter().filter_map(|order| {
            let instant = instant_from("modified_at", order.modified_at).ok();
            Some((ShopOrderId::new(&order.order_id).ok()?, instant))
        });
        Some(known.collect())
    }

    /// How far these orders have come; those that it has never heard of are absent. `None` when it cannot be asked.
    pub(crate) async fn standings(
        &self,
        connection: &Connection,
        orders: &[&ShopOrderId],
    ) -> Option<HashMap<ShopOrderId, Standing>> {
        let known = self.ask_known(connection, orders).await?;
        let standings = known.into_iter().filter_map(|order| {
            let standing = match order.standing() {
                wire::Standing::Sale => Standing::Sale,
                wire::Standing::Parked => Standing::Parked,
                wire::Standing::NotImported | wire::Standing::Unspecified => Standing::NotImported,
            };
            Some((ShopOrderId::new(&order.order_id).ok()?, standing))
        });
        Some(standings.collect())
    }

    async fn ask_known(
        &self,
        connection: &Connection,
        orders: &[&ShopOrderId],
    ) -> Option<Vec<wire::KnownOrder>> {
        let mut known = Vec::with_capacity(orders.len());
        for orders in orders.chunks(ORDERS_AT_ONCE) {
            let request = wire::GetKnownOrdersRequest {
                retailer_id: connection.retailer.to_string(),
                connection_id: connection.id.to_string(),
                order_ids: orders.iter().map(ToString::to_string).collect(),
            };
            let answer = self.orders.clone()?.get_known_orders(request).await;
            let wire::GetKnownOrdersResponse { orders } = self.heard(answer)?;
            known.extend(orders);
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

    /// What is to be looked at before a shop is linked; `None` when it cannot be asked.
    pub(crate) async fn check_catalogue(&self, retailer: RetailerId) -> Option<CatalogueCheck> {
        let request = wire::CheckCatalogueRequest {
            retailer_id: retailer.to_string(),
        };
        let answer = self.items.clone()?.check_catalogue(request).await;
        let wire::CheckCatalogueResponse {
            products: _,
            counts,
            findings: _,
            not_checked: _,
        } = self.heard(answer)?;
        let mut check = CatalogueCheck::default();
        for found in counts {
            match found.kind() {
                wire::FindingKind::DuplicateSku => check.duplicate_skus = found.count,
                wire::FindingKind::EmptySku => check.empty_skus = found.count,
                wire::FindingKind::NegativeStock => check.negative_stock = found.count,
                wire::FindingKind::ZeroPrice => check.zero_prices = Some(found.count),
                wire::FindingKind::Unspecified => {}
            }
        }
        Some(check)
    }

    /// The retailer's plan; `None` when it cannot be asked.
    pub(crate) async fn plan(&self, retailer: RetailerId) -> Option<Plan> {
        let Some(mut entitlements) = self.entitlements.clone() else {
            return Some(Plan(None));
        };
        let request = wire::GetEntitlementsRequest {
            retailer_id: retailer.to_string(),
        };
        let answer = entitlements.get_entitlements(request).await;
        let wire::GetEntitlementsResponse { retailer_plan } = self.heard(answer)?;
        Some(Plan(Some(retailer_plan?)))
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

impl fmt::Display for CatalogueCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            duplicate_skus,
            empty_skus,
            negative_stock,
            zero_prices,
        } = self;
        write!(
            f,
            "SKUs that are not unique: {duplicate_skus}, products without SKU: {empty_skus}, levels below zero: \
             {negative_stock}, prices of zero: "
        )?;
        match zero_prices {
            Some(zero_prices) => write!(f, "{zero_prices}"),
            None => f.write_str("not known"),
        }
    }
}
