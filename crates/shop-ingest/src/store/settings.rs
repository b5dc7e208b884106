//! What people decide about a connection.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use retail::posting::OrderUpdates;
use retail::{ConnectionId, Quantity, RegisterId};
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::audit::Entry;
use super::{Audited, StoreError};

/// Of each item, what is kept back from a shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelBuffer(Quantity);

/// So much cannot be kept back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a channel buffer is from 0 to {limit}, not {0}", limit = ChannelBuffer::LIMIT)]
pub struct WrongChannelBuffer(Quantity);

impl ChannelBuffer {
    pub const NONE: Self = Self(Quantity::ZERO);
    /// A million units.
    pub const LIMIT: Quantity = Quantity::from_milli(1_000_000 * Quantity::SCALE);

    pub fn new(units: Quantity) -> Result<Self, WrongChannelBuffer> {
        if units < Quantity::ZERO || units > Self::LIMIT {
            return Err(WrongChannelBuffer(units));
        }
        Ok(Self(units))
    }

    #[must_use]
    pub const fn units(self) -> Quantity {
        self.0
    }
}

/// How a connection is to be treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionSettings {
    /// Where its orders are booked; `None` until somebody chose: they wait.
    pub register: Option<RegisterId>,
    /// Otherwise what the shop tells is kept, and applied when somebody asks (SH-1).
    pub is_automatic: bool,
    /// `None`: as the platform has it.
    pub order_updates: Option<OrderUpdates>,
    pub stock_at: StockAt,
    pub stock_side: StockSide,
    pub channel_buffer: ChannelBuffer,
}

/// What takes an order's goods from stock (EF-11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StockAt {
    Order,
    Invoice,
}

/// On which side stock is managed (EF-8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StockSide {
    /// Here.
    Pos,
    /// In the shop: it is never told of any.
    Shop,
}

/// What is to change; `None` stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SettingsChange {
    pub register: Option<RegisterId>,
    pub is_automatic: Option<bool>,
    pub order_updates: Option<OrderUpdates>,
    pub stock_at: Option<StockAt>,
    pub stock_side: Option<StockSide>,
    pub channel_buffer: Option<ChannelBuffer>,
}

impl Default for ConnectionSettings {
    fn default() -> Self {
        Self {
            register: None,
            is_automatic: true,
            order_updates: None,
            stock_at: StockAt::Order,
            stock_side: StockSide::Pos,
            channel_buffer: ChannelBuffer::NONE,
        }
    }
}

impl StockAt {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Invoice => "invoice",
        }
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        [Self::Order, Self::Invoice]
            .into_iter()
            .find(|stock_at| stock_at.as_str() == text)
    }
}

impl StockSide {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pos => "pos",
            Self::Shop => "shop",
        }
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        [Self::Pos, Self::Shop]
            .into_iter()
            .find(|side| side.as_str() == text)
    }
}

impl Audited {
    /// From now on a person has decided, and the seed file says no more.
    pub async fn change_settings(
        mut self,
        id: ConnectionId,
        change: &SettingsChange,
    ) -> Result<(), StoreError> {
        let now = self.at();
        sqlx::query!(
            "select from connection where connection_id = $1 for update",
            id.uuid()
        )
        .execute(self.db())
        .await?;
        let (memory, db) = self.parts();
        let before = memory.known(db, id).await?;
        self::change(db, id, change, now).await?;
        let after = memory.known(db, id).await?;
        self.finish(Entry {
            connection: Some(id),
            before: Some(told(&before.settings)),
            after: Some(told(&after.settings)),
            ..Entry::default()
        })
        .await
    }
}

/// Settings as the audit log tells them.
pub(super) fn told(settings: &ConnectionSettings) -> Value {
    let ConnectionSettings {
        register,
        is_automatic,
        order_updates,
        stock_at,
        stock_side,
        channel_buffer,
    } = settings;
    json!({
        "register_id": register.map(RegisterId::uuid),
        "automatic_updates": is_automatic,
        "order_updates": order_updates.map(order_updates_str),
        "stock_at": stock_at.as_str(),
        "stock_side": stock_side.as_str(),
        "channel_buffer": channel_buffer.units().to_string(),
    })
}

/// What is to change of them; null stays.
pub(super) fn change_told(change: &SettingsChange) -> Value {
    let SettingsChange {
        register,
        is_automatic,
        order_updates,
        stock_at,
        stock_side,
        channel_buffer,
    } = change;
    json!({
        "register_id": register.map(RegisterId::uuid),
        "automatic_updates": is_automatic,
        "order_updates": order_updates.map(order_updates_str),
        "stock_at": stock_at.map(StockAt::as_str),
        "stock_side": stock_side.map(StockSide::as_str),
        "channel_buffer": channel_buffer.map(|buffer| buffer.units().to_string()),
    })
}

pub(super) async fn change(
    db: &mut PgConnection,
    id: ConnectionId,
    change: &SettingsChange,
    now: Timestamp,
) -> Result<(), StoreError> {
    let SettingsChange {
        register,
        is_automatic,
        order_updates,
        stock_at,
        stock_side,
        channel_buffer,
    } = *change;
    sqlx::query!(
        "update connection set
            register_id = coalesce($2, register_id),
            automatic_updates = coalesce($3, automatic_updates),
            order_updates = coalesce($4, order_updates),
            stock_at = coalesce($5, stock_at),
            channel_buffer_milli = coalesce($6, channel_buffer_milli),
            stock_side = coalesce($9, stock_side),
            settings_changed_at = $7,
            changed_at = $7,
            version = greatest(version + 1, $8)
        where connection_id = $1",
        id.uuid(),
        register.map(RegisterId::uuid),
        is_automatic,
        order_updates.map(order_updates_str),
        stock_at.map(StockAt::as_str),
        channel_buffer.map(|buffer| buffer.units().milli()),
        now.to_sqlx() as _,
        now.as_microsecond(),
        stock_side.map(StockSide::as_str),
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(super) const fn order_updates_str(updates: OrderUpdates) -> &'static str {
    match updates {
        OrderUpdates::Apply => "apply",
        OrderUpdates::Ask => "ask",
    }
}

pub(super) fn order_updates_from(text: &str) -> Result<OrderUpdates, &'static str> {
    [OrderUpdates::Apply, OrderUpdates::Ask]
        .into_iter()
        .find(|updates| order_updates_str(*updates) == text)
        .ok_or("its order_updates is not known")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_buffer_has_its_limits() {
        let buffer = |milli| ChannelBuffer::new(Quantity::from_milli(milli));
        let limit = ChannelBuffer::LIMIT.milli();
        for milli in [0, 1_500, limit] {
            assert_eq!(buffer(milli).unwrap().units().milli(), milli);
        }
        for milli in [-1, limit + 1] {
            assert!(buffer(milli).is_err(), "{milli}");
        }
    }
}
