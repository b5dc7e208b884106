//! What people decide about a connection, on the wire.

use proto::connect as wire;
use proto::convert::{quantity_from, quantity_into};
use retail::posting::OrderUpdates;
use retail::{Entitlement, PlanOption, RegisterId};
use service::refusal::{bad_field, precondition};
use shop::Platform;
use tonic::Status;

use super::Management;
use crate::plan::{self, Plan};
use crate::store::{
    Asked, ChannelBuffer, ConnectionSettings, ConnectionState, SettingsChange, StockAt, StockSide,
    StoredConnection,
};

impl Management {
    pub(super) async fn decide(
        &self,
        request: wire::SetSettingsRequest,
    ) -> Result<wire::SetSettingsResponse, Status> {
        let wire::SetSettingsRequest {
            retailer_id,
            connection_id,
            change,
            stock_side_acknowledged,
        } = request;
        let change = change.ok_or_else(|| bad_field("change", "is missing"))?;
        let change = change_from(change)?;
        let stored = self.find(&retailer_id, &connection_id).await?;
        if !stock_side_acknowledged {
            check_side(stored.settings.stock_side, change.stock_side)?;
        }
        let (retailer, needed) = (
            stored.connection.retailer,
            plan::to_set(Some(&stored), &change),
        );
        let ledger = &self.linker.ledger;
        ledger.check_plan(retailer, needed.as_slice()).await?;
        let id = stored.connection.id;
        let asked = Asked::of_call("Connections.SetSettings", retailer, self.clock.now());
        let audited = self.store.audited(asked).await?;
        audited.change_settings(id, &change).await?;
        let stored = self.find(&retailer_id, &connection_id).await?;
        let settings = settings_into(&stored, self.platform.as_ref());
        self.connections.put(stored);
        tracing::info!(connection = %id, "the connection's settings are changed");
        Ok(wire::SetSettingsResponse {
            settings: Some(settings),
        })
    }

    /// What is kept is released at once; what the shop has beyond it, with the listing that begins now.
    pub(super) async fn get_new(
        &self,
        request: wire::GetNewOrdersRequest,
    ) -> Result<wire::GetNewOrdersResponse, Status> {
        let wire::GetNewOrdersRequest {
            retailer_id,
            connection_id,
        } = request;
        let stored = self.at_work(&retailer_id, &connection_id).await?;
        if !may_get_new(&stored) {
            let why = "the shop is not asked for orders: the connection is paused, or only listens";
            return Err(precondition("not_asked", "connection", why));
        }
        let id = stored.connection.id;
        let kept_deliveries = self.store.kept_deliveries(id).await?;
        let retailer = stored.connection.retailer;
        let asked = Asked::of_call("Connections.GetNewOrders", retailer, self.clock.now());
        self.store.audited(asked).await?.ask_for_new(id).await?;
        // Every change begins its rounds anew.
        self.connections.put(stored);
        tracing::info!(connection = %id, kept_deliveries, "new orders are asked for");
        Ok(wire::GetNewOrdersResponse { kept_deliveries })
    }
}

/// What a person can do to get orders; the other calls are refused (SH-2, BC-7, POS-10). `plan`: where it is known.
pub(super) fn actions(
    stored: &StoredConnection,
    platform: &dyn Platform,
    plan: Option<&Plan>,
) -> Vec<i32> {
    let is_entitled = stored.imports.is_entitled || !platform.import_rules().needs_entitlement;
    let imports = Entitlement::Option(PlanOption::HistoryImport);
    let may_import = is_entitled && plan.is_none_or(|plan| plan.has(&imports));
    let all = may_import.then_some(wire::ImportAction::GetAll);
    let new = may_get_new(stored).then_some(wire::ImportAction::GetNew);
    all.into_iter().chain(new).map(i32::from).collect()
}

fn may_get_new(stored: &StoredConnection) -> bool {
    match stored.state {
        ConnectionState::Live => stored.connection.api.is_some(),
        ConnectionState::Paused | ConnectionState::Disconnected | ConnectionState::Uninstalled => {
            false
        }
    }
}

pub(super) fn settings_into(stored: &StoredConnection, platform: &dyn Platform) -> wire::Settings {
    let ConnectionSettings {
        register,
        is_automatic,
        order_updates,
        stock_at,
        stock_side,
        channel_buffer,
    } = stored.settings;
    let order_updates = order_updates.unwrap_or_else(|| platform.order_updates());
    wire::Settings {
        register_id: register
            .map(|register| register.to_string())
            .unwrap_or_default(),
        automatic_updates: is_automatic,
        order_updates: order_updates_into(order_updates).into(),
        stock_at: stock_at_into(stock_at).into(),
        channel_buffer: Some(quantity_into(channel_buffer.units())),
        import_entitled: stored.imports.is_entitled,
        stock_side: stock_side_into(stock_side).into(),
    }
}

pub(crate) fn change_from(change: wire::SettingsChange) -> Result<SettingsChange, Status> {
    let order_updates = order_updates_from(change.order_updates)?;
    let stock_at = stock_at_from(change.stock_at)?;
    let stock_side = stock_side_from(change.stock_side)?;
    let wire::SettingsChange {
        register_id,
        automatic_updates,
        order_updates: _,
        stock_at: _,
        channel_buffer,
        stock_side: _,
    } = change;
    let register: Option<RegisterId> = match register_id.as_str() {
        "" => None,
        text => Some(
            text.parse()
                .map_err(|_| bad_field("register_id", "is not a UUID"))?,
        ),
    };
    let wrong = |error: &dyn std::fmt::Display| bad_field("channel_buffer", error);
    let channel_buffer = channel_buffer
        .map(|units| {
            let units =
                quantity_from("channel_buffer", Some(units)).map_err(|error| wrong(&error))?;
            ChannelBuffer::new(units).map_err(|error| wrong(&error))
        })
        .transpose()?;
    Ok(SettingsChange {
        register,
        is_automatic: automatic_updates,
        order_updates,
        stock_at,
        stock_side,
        channel_buffer,
    })
}

/// Stock is managed on one side only, so a change of sides has to be known by whoever makes it (EF-8). Whether there
/// are sales is not asked: one may be on its way.
fn check_side(now: StockSide, asked: Option<StockSide>) -> Result<(), Status> {
    let what_follows = match (now, asked) {
        (StockSide::Pos, Some(StockSide::Shop)) => {
            "the shop's later sales would move no stock here, and the shop would be told of none; what its sales \
             took stays taken, and comes back here when one of them is cancelled or refunded"
        }
        (StockSide::Shop, Some(StockSide::Pos)) => {
            "the shop's later sales would take their goods from stock here, and the shop be told what is left: count \
             first; sales that were recorded before still move nothing"
        }
        (StockSide::Pos | StockSide::Shop, _) => return Ok(()),
    };
    Err(precondition(
        "stock_side_not_acknowledged",
        "connection",
        what_follows,
    ))
}

/// `None`: nothing is said.
fn order_updates_from(code: i32) -> Result<Option<OrderUpdates>, Status> {
    match wire::OrderUpdates::try_from(code) {
        Ok(wire::OrderUpdates::Unspecified) => Ok(None),
        Ok(wire::OrderUpdates::Apply) => Ok(Some(OrderUpdates::Apply)),
        Ok(wire::OrderUpdates::Ask) => Ok(Some(OrderUpdates::Ask)),
        Err(_) => Err(bad_field("order_updates", "is not known")),
    }
}

fn stock_at_from(code: i32) -> Result<Option<StockAt>, Status> {
    match wire::StockAt::try_from(code) {
        Ok(wire::StockAt::Unspecified) => Ok(None),
        Ok(wire::StockAt::Order) => Ok(Some(StockAt::Order)),
        Ok(wire::StockAt::Invoice) => Ok(Some(StockAt::Invoice)),
        Err(_) => Err(bad_field("stock_at", "is not known")),
    }
}

fn stock_side_from(code: i32) -> Result<Option<StockSide>, Status> {
    match wire::StockSide::try_from(code) {
        Ok(wire::StockSide::Unspecified) => Ok(None),
        Ok(wire::StockSide::Pos) => Ok(Some(StockSide::Pos)),
        Ok(wire::StockSide::Shop) => Ok(Some(StockSide::Shop)),
        Err(_) => Err(bad_field("stock_side", "is not known")),
    }
}

pub(crate) const fn stock_side_into(side: StockSide) -> wire::StockSide {
    match side {
        StockSide::Pos => wire::StockSide::Pos,
        StockSide::Shop => wire::StockSide::Shop,
    }
}

pub(crate) const fn order_updates_into(updates: OrderUpdates) -> wire::OrderUpdates {
    match updates {
        OrderUpdates::Apply => wire::OrderUpdates::Apply,
        OrderUpdates::Ask => wire::OrderUpdates::Ask,
    }
}

pub(crate) const fn stock_at_into(stock_at: StockAt) -> wire::StockAt {
    match stock_at {
        StockAt::Order => wire::StockAt::Order,
        StockAt::Invoice => wire::StockAt::Invoice,
    }
}
