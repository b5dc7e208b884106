//! Ways to shops, from the click to the key.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx as _;
use retail::{ConnectionId, Quantity, RegisterId, RetailerId};
use serde_json::json;
use shop::{PlainHttp, ShopName};
use uuid::Uuid;

use super::audit::Entry;
use super::settings::{self, order_updates_from, order_updates_str};
use super::{
    Asker, Audited, ChannelBuffer, SettingsChange, SqlTimestamp, StockAt, StockSide, Store,
    StoreError,
};

const TABLE: &str = "install";

/// What became of one is told this long.
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The SHA-256 of what opens a door: the thing itself is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoorHash(pub [u8; 32]);

/// Which install is meant.
#[derive(Clone, Copy, Debug)]
pub enum InstallKey<'a> {
    Id(Uuid),
    Ticket(&'a DoorHash),
    State(&'a DoorHash),
    Browser(&'a DoorHash),
}

/// What the person who links a shop has decided and knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    pub settings: SettingsChange,
    /// Catalogue and stock were looked at (POS-8).
    pub check_acknowledged: bool,
    /// It is another shop than the one that was parted with (POS-9).
    pub another_shop_confirmed: bool,
}

/// One that begins.
#[derive(Clone, Debug)]
pub struct NewInstall {
    pub id: Uuid,
    pub retailer: RetailerId,
    pub shop: ShopName,
    pub plain_http: PlainHttp,
    pub terms: Terms,
    pub ticket: DoorHash,
    pub begun_at: Timestamp,
    pub expires_at: Timestamp,
}

/// One as it stands.
#[derive(Clone, Debug)]
pub struct Install {
    pub id: Uuid,
    pub retailer: RetailerId,
    /// `None`: before there was an audit log.
    pub begun_by: Option<Asker>,
    pub shop: ShopName,
    pub plain_http: PlainHttp,
    pub terms: Terms,
    pub step: InstallStep,
    pub browser: Option<DoorHash>,
    pub begun_at: Timestamp,
    pub expires_at: Timestamp,
    pub sent_at: Option<Timestamp>,
    pub returned_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
}

/// How far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstallStep {
    /// Nobody has opened its address yet.
    Begun,
    /// A browser was sent to the shop.
    Sent,
    /// The shop answered; what it gave is being exchanged for access.
    Returned,
    Linked {
        connection: ConnectionId,
        was_known: bool,
    },
    /// `code` stays the same for ever, `detail` is for people.
    Refused { code: String, detail: String },
}

impl Audited {
    pub async fn begin_install(mut self, new: &NewInstall) -> Result<(), StoreError> {
        let NewInstall {
            id,
            retailer,
            shop,
            plain_http,
            terms,
            ticket,
            begun_at,
            expires_at,
        } = new;
        let Terms {
            settings:
                SettingsChange {
                    register,
                    is_automatic,
                    order_updates,
                    stock_at,
                    stock_side,
                    channel_buffer,
                },
            check_acknowledged,
            another_shop_confirmed,
        } = *terms;
        let by = self.asked().by.clone();
        sqlx::query!(
            "insert into install (install_id, retailer_id, shop, plain_http, step, ticket_hash, begun_at, expires_at,
                register_id, automatic_updates, order_updates, stock_at, channel_buffer_milli,
                check_acknowledged, another_shop_confirmed, stock_side, begun_by, begun_by_token_id)
            values ($1, $2, $3, $4, 'begun', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
            id,
            retailer.uuid(),
            shop.as_str(),
            *plain_http == PlainHttp::Allowed,
            &ticket.0[..],
            begun_at.to_sqlx() as _,
            expires_at.to_sqlx() as _,
            register.map(RegisterId::uuid),
            is_automatic,
            order_updates.map(order_updates_str),
            stock_at.map(StockAt::as_str),
            channel_buffer.map(|buffer| buffer.units().milli()),
            check_acknowledged,
            another_shop_confirmed,
            stock_side.map(StockSide::as_str),
            by.as_ref().map(|by| by.name.as_str()),
            by.as_ref().and_then(|by| by.token),
        )
        .execute(self.db())
        .await?;
        let oldest = begun_at.checked_sub(KEPT).unwrap_or(Timestamp::MIN);
        sqlx::query!(
            "delete from install where begun_at < $1",
            oldest.to_sqlx() as _
        )
        .execute(self.db())
        .await?;
        self.finish(Entry {
            subject: format!("install {id}"),
            after: Some(json!({
                "shop": shop.as_str(),
                "settings": settings::change_told(&terms.settings),
            })),
            ..Entry::default()
        })
        .await
    }
}

impl Store {
    /// A browser has opened the address and is sent on. What an earlier one was given is good no more. `false`: the
    /// shop has answered already, or time is over.
    pub async fn send_install(
        &self,
        id: Uuid,
        state: &DoorHash,
        browser: &DoorHash,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query!(
            "update install set step = 'sent', state_hash = $2, browser_hash = $3, sent_at = $4
            where install_id = $1 and step in ('begun', 'sent') and expires_at > $4",
            id,
            &state.0[..],
            &browser.0[..],
            now.to_sqlx() as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// The shop has answered: from now on nobody else can. `false`: somebody has before, or time is over.
    pub async fn claim_install(&self, id: Uuid, now: Timestamp) -> Result<bool, StoreError> {
        let done = sqlx::query!(
            "update install set step = 'returned', returned_at = $2
            where install_id = $1 and step = 'sent' and expires_at > $2",
            id,
            now.to_sqlx() as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    pub async fn install_linked(
        &self,
        id: Uuid,
        connection: ConnectionId,
        was_known: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "update install set step = 'linked', connection_id = $2, was_known = $3, ended_at = $4
            where install_id = $1 and step = 'returned'",
            id,
            connection.uuid(),
            was_known,
            now.to_sqlx() as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    pub async fn install_refused(
        &self,
        id: Uuid,
        code: &str,
        detail: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "update install set step = 'refused', refusal = $2, detail = $3, ended_at = $4
            where install_id = $1 and step = 'returned'",
            id,
            code,
            detail,
            now.to_sqlx() as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// `None`: there is none, and perhaps never was.
    pub async fn install(&self, key: InstallKey<'_>) -> Result<Option<Install>, StoreError> {
        let bytes = |hash: &DoorHash| hash.0.to_vec();
        let (id, ticket, state, browser) = match key {
            InstallKey::Id(id) => (Some(id), None, None, None),
            InstallKey::Ticket(hash) => (None, Some(bytes(hash)), None, None),
            InstallKey::State(hash) => (None, None, Some(bytes(hash)), None),
            InstallKey::Browser(hash) => (None, None, None, Some(bytes(hash))),
        };
        let row = sqlx::query!(
            r#"select install_id, retailer_id, begun_by, begun_by_token_id, shop, plain_http, step, browser_hash,
                register_id, automatic_updates, order_updates, stock_at, stock_side,
                channel_buffer_milli, check_acknowledged, another_shop_confirmed,
                begun_at as "begun_at: SqlTimestamp", expires_at as "expires_at: SqlTimestamp",
                sent_at as "sent_at: SqlTimestamp", returned_at as "returned_at: SqlTimestamp",
                ended_at as "ended_at: SqlTimestamp", connection_id, was_known, refusal, detail
            from install
            where install_id = $1 or ticket_hash = $2 or state_hash = $3 or browser_hash = $4"#,
            id,
            ticket,
            state,
            browser,
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| {
            let corrupt = |reason: &str| StoreError::corrupt(TABLE, row.install_id, reason);
            let step = match (row.step.as_str(), row.connection_id, row.refusal) {
                ("begun", None, None) => InstallStep::Begun,
                ("sent", None, None) => InstallStep::Sent,
                ("returned", None, None) => InstallStep::Returned,
                ("linked", Some(connection), None) => InstallStep::Linked {
                    connection: ConnectionId::new(connection),
                    was_known: row.was_known.unwrap_or_default(),
                },
                ("refused", None, Some(code)) => InstallStep::Refused {
                    code,
                    detail: row.detail.unwrap_or_default(),
                },
                _ => return Err(corrupt("its step is not known")),
            };
            let order_updates = row.order_updates.as_deref().map(order_updates_from);
            let channel_buffer = row.channel_buffer_milli.map(Quantity::from_milli);
            let channel_buffer = channel_buffer.map(ChannelBuffer::new).transpose();
            let settings = SettingsChange {
                register: row.register_id.map(RegisterId::new),
                is_automatic: row.automatic_updates,
                order_updates: order_updates.transpose().map_err(corrupt)?,
                stock_at: row.stock_at.as_deref().and_then(StockAt::read),
                stock_side: row.stock_side.as_deref().and_then(StockSide::read),
                channel_buffer: channel_buffer.map_err(|error| corrupt(&error.to_string()))?,
            };
            let browser = row.browser_hash.map(<[u8; 32]>::try_from).transpose();
            Ok(Install {
                id: row.install_id,
                retailer: RetailerId::new(row.retailer_id),
                begun_by: row.begun_by.map(|name| Asker {
                    name,
                    token: row.begun_by_token_id,
                }),
                shop: ShopName::new(&row.shop),
                plain_http: if row.plain_http {
                    PlainHttp::Allowed
                } else {
                    PlainHttp::Refused
                },
                terms: Terms {
                    settings,
                    check_acknowledged: row.check_acknowledged,
                    another_shop_confirmed: row.another_shop_confirmed,
                },
                step,
                browser: browser
                    .map_err(|_| corrupt("its browser is no hash"))?
                    .map(DoorHash),
                begun_at: row.begun_at.to_jiff(),
                expires_at: row.expires_at.to_jiff(),
                sent_at: row.sent_at.map(SqlTimestamp::to_jiff),
                returned_at: row.returned_at.map(SqlTimestamp::to_jiff),
                ended_at: row.ended_at.map(SqlTimestamp::to_jiff),
            })
        })
        .transpose()
    }
}
