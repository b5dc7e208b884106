use std::fmt;

use jiff::Timestamp;
use proto::connect;
use proto::connect::{
    ConnectionState, Consequence, ImportAction, OrderUpdates, StockAt, StockSide,
};
use proto::convert::{WireError, instant_from};
use serde::Serialize;

use super::Number;
use super::sale::known;

/// A shop that is linked, and how its link is. No secret is shown.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Linked {
    pub(crate) connection_id: String,
    pub(crate) platform: String,
    /// `None`: the shop is only listened to.
    pub(crate) shop_url: Option<String>,
    pub(crate) state: &'static str,
    pub(crate) created_at: Timestamp,
    /// As the shop calls itself, once it was asked.
    pub(crate) store_name: Option<String>,
    /// The same for the life of the shop.
    pub(crate) store_id: Option<String>,
    pub(crate) health: Health,
    pub(crate) settings: Settings,
    /// What a person can do to get orders: `get_all`, `get_new` (SH-2).
    pub(crate) actions: Vec<&'static str>,
    /// All orders were never got (SH-3).
    pub(crate) get_all_recommended: bool,
    /// The shop is told its stock from here: it is better not to show buyers figures that may be a moment old (EF-10).
    pub(crate) hide_stock_recommended: bool,
    /// Whether the retailer's plan has shops of this platform; `None`: the ledger cannot be asked (POS-10).
    pub(crate) in_plan: Option<bool>,
}

/// What people decided.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Settings {
    /// `None`: nobody chose, and its orders wait.
    pub(crate) register_id: Option<String>,
    pub(crate) automatic_updates: bool,
    pub(crate) order_updates: &'static str,
    pub(crate) stock_at: &'static str,
    pub(crate) stock_side: &'static str,
    pub(crate) channel_buffer: Number,
    pub(crate) import_entitled: bool,
}

/// A shop that was just linked.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LinkedNow {
    pub(crate) connection_id: String,
    /// It was linked before, and has its connection back.
    pub(crate) reconnected: bool,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Health {
    /// Since the service started.
    pub(crate) last_delivery_at: Option<Timestamp>,
    pub(crate) last_polled_at: Option<Timestamp>,
    /// All that changed before this instant of the shop's clock has been asked for.
    pub(crate) polled_to: Option<Timestamp>,
    pub(crate) poll_failures: u32,
    pub(crate) last_poll_failure: Option<String>,
    pub(crate) hooks_checked_at: Option<Timestamp>,
    /// Webhooks that stand, as of the last look.
    pub(crate) hooks_standing: u32,
    pub(crate) hook_failures: u32,
    pub(crate) last_hook_failure: Option<String>,
    /// Changes that no webhook told of, of the last 90 days; polling told of them.
    pub(crate) missed_changes: u64,
    /// The shop's own orders against the ledger's; `None` until they were counted once.
    pub(crate) order_count: Option<OrderCount>,
    /// That wait until somebody asks for them (SH-1).
    pub(crate) kept_deliveries: u64,
    /// Why the shop has to be connected again.
    pub(crate) access_refused: Option<String>,
}

/// Of all orders that the shop has and we should, what became of each.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OrderCount {
    pub(crate) counted_at: Timestamp,
    pub(crate) placed_since: Timestamp,
    pub(crate) orders: u64,
    pub(crate) sales: u64,
    pub(crate) parked: u64,
    pub(crate) not_imported: u64,
    pub(crate) too_old: u64,
    pub(crate) waiting: u64,
    pub(crate) missing: u64,
}

/// What parting with a shop means, or meant.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Parting {
    pub(crate) state: &'static str,
    pub(crate) consequences: Vec<&'static str>,
    pub(crate) hooks_removed: Option<u32>,
}

impl Parting {
    pub(crate) fn new(
        connection: &connect::Connection,
        consequences: Vec<Consequence>,
        hooks_removed: Option<u32>,
    ) -> Self {
        Self {
            state: state(connection.state()),
            consequences: consequences.into_iter().map(in_words).collect(),
            hooks_removed,
        }
    }
}

impl TryFrom<connect::GetConnectionResponse> for Linked {
    type Error = WireError;

    fn try_from(answer: connect::GetConnectionResponse) -> Result<Self, WireError> {
        let actions = answer.actions().map(action).collect();
        let connect::GetConnectionResponse {
            connection,
            health,
            settings,
            actions: _,
            get_all_recommended,
            in_plan,
        } = answer;
        let settings = settings.ok_or(WireError::Missing("settings"))?;
        let connection = connection.ok_or(WireError::Missing("connection"))?;
        let state = state(connection.state());
        let connect::Connection {
            connection_id,
            retailer_id: _,
            platform,
            shop_url,
            state: _,
            created_at,
            store,
        } = connection;
        let store = store.unwrap_or_default();
        let hide_stock_recommended = settings.stock_side() != StockSide::Shop;
        Ok(Self {
            connection_id,
            platform,
            shop_url: known(shop_url),
            state,
            created_at: instant_from("created_at", created_at)?,
            store_name: known(store.name),
            store_id: known(store.id),
            health: health
                .map(Health::try_from)
                .transpose()?
                .unwrap_or_default(),
            settings: Settings::try_from(settings)?,
            actions,
            get_all_recommended,
            hide_stock_recommended,
            in_plan,
        })
    }
}

impl TryFrom<connect::Settings> for Settings {
    type Error = WireError;

    fn try_from(settings: connect::Settings) -> Result<Self, WireError> {
        let order_updates = order_updates(settings.order_updates());
        let stock_at = stock_at(settings.stock_at());
        let stock_side = stock_side(settings.stock_side());
        let connect::Settings {
            register_id,
            automatic_updates,
            order_updates: _,
            stock_at: _,
            channel_buffer,
            import_entitled,
            stock_side: _,
        } = settings;
        Ok(Self {
            register_id: known(register_id),
            automatic_updates,
            order_updates,
            stock_at,
            stock_side,
            channel_buffer: Number::from_wire("channel_buffer", channel_buffer)?,
            import_entitled,
        })
    }
}

impl TryFrom<connect::Health> for Health {
    type Error = WireError;

    fn try_from(health: connect::Health) -> Result<Self, WireError> {
        let connect::Health {
            last_delivery_at,
            last_polled_at,
            polled_to,
            poll_failures,
            last_poll_failure,
            hooks,
            missed_changes,
            kept_deliveries,
            access,
            order_count,
        } = health;
        let connect::Hooks {
            checked_at,
            sound,
            mended,
            created,
            removed: _,
            failures,
            last_failure,
        } = hooks.unwrap_or_default();
        let instant = |field, at: Option<_>| at.map(|at| instant_from(field, Some(at))).transpose();
        Ok(Self {
            last_delivery_at: instant("last_delivery_at", last_delivery_at)?,
            last_polled_at: instant("last_polled_at", last_polled_at)?,
            polled_to: instant("polled_to", polled_to)?,
            poll_failures,
            last_poll_failure: known(last_poll_failure),
            hooks_checked_at: instant("checked_at", checked_at)?,
            hooks_standing: sound + mended + created,
            hook_failures: failures,
            last_hook_failure: known(last_failure),
            missed_changes,
            order_count: order_count.map(OrderCount::try_from).transpose()?,
            kept_deliveries,
            access_refused: access.and_then(|access| known(access.refusal)),
        })
    }
}

impl TryFrom<connect::OrderCount> for OrderCount {
    type Error = WireError;

    fn try_from(count: connect::OrderCount) -> Result<Self, WireError> {
        let connect::OrderCount {
            counted_at,
            placed_since,
            orders,
            sales,
            parked,
            not_imported,
            too_old,
            waiting,
            missing,
        } = count;
        Ok(Self {
            counted_at: instant_from("counted_at", counted_at)?,
            placed_since: instant_from("placed_since", placed_since)?,
            orders,
            sales,
            parked,
            not_imported,
            too_old,
            waiting,
            missing,
        })
    }
}

impl fmt::Display for OrderCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            counted_at: _,
            placed_since: _,
            orders,
            sales,
            parked,
            not_imported,
            too_old,
            waiting,
            missing,
        } = self;
        write!(f, "{missing} missing of {orders}")?;
        let parts = [
            (sales, "sales"),
            (parked, "parked"),
            (not_imported, "not imported"),
            (too_old, "too old"),
            (waiting, "kept until somebody asks"),
        ];
        for (place, (count, what)) in parts.iter().filter(|(count, _)| **count > 0).enumerate() {
            let before = if place == 0 { ": " } else { ", " };
            write!(f, "{before}{count} {what}")?;
        }
        Ok(())
    }
}

const fn state(state: ConnectionState) -> &'static str {
    match state {
        ConnectionState::Unspecified => "unknown",
        ConnectionState::Live => "live",
        ConnectionState::Paused => "paused",
        ConnectionState::Disconnected => "disconnected",
        ConnectionState::Uninstalled => "uninstalled",
    }
}

const fn action(action: ImportAction) -> &'static str {
    match action {
        ImportAction::Unspecified => "unknown",
        ImportAction::GetAll => "get_all",
        ImportAction::GetNew => "get_new",
    }
}

const fn order_updates(updates: OrderUpdates) -> &'static str {
    match updates {
        OrderUpdates::Unspecified => "unknown",
        OrderUpdates::Apply => "apply",
        OrderUpdates::Ask => "ask",
    }
}

const fn stock_at(stock_at: StockAt) -> &'static str {
    match stock_at {
        StockAt::Unspecified => "unknown",
        StockAt::Order => "order",
        StockAt::Invoice => "invoice",
    }
}

const fn stock_side(side: StockSide) -> &'static str {
    match side {
        StockSide::Unspecified => "unknown",
        StockSide::Pos => "pos",
        StockSide::Shop => "shop",
    }
}

const fn in_words(consequence: Consequence) -> &'static str {
    match consequence {
        Consequence::Unspecified => "something that this program does not know: is it older?",
        Consequence::DeliveriesRefused => {
            "what the shop sends from then on is refused, and not kept"
        }
        Consequence::OrdersNotFollowed => {
            "the shop is not asked any more: changes of its orders are not noticed"
        }
        Consequence::HooksRemoved => "our webhooks are taken away at the shop",
        Consequence::SalesStay => "what was booked stays booked",
        Consequence::ReconnectingCatchesUp => {
            "linked again, the shop is asked for everything since, and nothing is booked twice"
        }
    }
}

#[cfg(test)]
mod tests {
    use proto::convert::{instant_into, quantity_into};
    use retail::Quantity;

    use super::*;

    #[test]
    fn ef_10_hiding_figures_in_the_shop_is_advised_while_its_stock_is_managed_here() {
        for (side, is_advised) in [(StockSide::Pos, true), (StockSide::Shop, false)] {
            let linked = Linked::try_from(connect::GetConnectionResponse {
                connection: Some(connect::Connection {
                    created_at: Some(instant_into(Timestamp::UNIX_EPOCH)),
                    ..connect::Connection::default()
                }),
                settings: Some(connect::Settings {
                    stock_side: side.into(),
                    channel_buffer: Some(quantity_into(Quantity::ZERO)),
                    ..connect::Settings::default()
                }),
                ..connect::GetConnectionResponse::default()
            });
            assert_eq!(linked.unwrap().hide_stock_recommended, is_advised);
        }
    }
}
