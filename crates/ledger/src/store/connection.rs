//! Which connections there are, and where their orders are booked.

use std::collections::{BTreeSet, HashMap};

use retail::posting::{OrderUpdates, Policy};
use retail::{
    ConnectionId, ItemId, OutletId, PlatformCode, Quantity, RegisterId, RetailerId, StockRule,
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::apply::RACE_ATTEMPTS;
use super::{Store, StoreError, item, outbox, row};
use crate::decide::{Connection, Dirty, Incoming, ItemKind, NewItem};

/// What an ingest service tells of one of its connections, as far as it is the ledger's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldConnection {
    pub id: ConnectionId,
    pub retailer: RetailerId,
    pub platform: PlatformCode,
    pub register: RegisterId,
    pub order_updates: OrderUpdates,
    /// Of sales that are recorded first from now on.
    pub stock_rule: StockRule,
    /// What is kept back from the shop of what it may sell (R-4). Not below zero.
    pub channel_buffer: Quantity,
    /// What shipping charges are sold as exists from the link on, and not from the first sale that has some (SH-6).
    pub shipping_item_at_link: bool,
    /// Grows with every change.
    pub version: i64,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Recorded,
    /// This version, or a newer one, was told before.
    AlreadyRecorded,
    Refused(NotOurs),
}

/// Why a connection cannot be booked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOurs {
    #[error("no such register")]
    UnknownRegister,
    #[error("the register is another retailer's")]
    AnotherRetailersRegister,
    #[error("the connection is another retailer's, or another platform's")]
    AnotherConnection,
}

impl Store {
    /// From now on the connection's orders are booked as it says, and the seed file says no more. A register
    /// that comes to be known later makes the same right that is refused now.
    pub async fn know(&self, told: &ToldConnection) -> Result<Told, StoreError> {
        for _ in 1..RACE_ATTEMPTS {
            match self.try_to_know(told).await {
                Err(StoreError::Race) => {}
                settled => return settled,
            }
        }
        self.try_to_know(told).await
    }

    /// A repeat registers the item too: an older program took the word and did not know of it.
    async fn try_to_know(&self, told: &ToldConnection) -> Result<Told, StoreError> {
        let mut db = self.pool.begin().await?;
        let answer = write(&mut db, told).await?;
        match answer {
            Told::Recorded | Told::AlreadyRecorded if told.shipping_item_at_link => {
                self.ensure_shipping_item(&mut db, told).await?;
            }
            Told::Recorded | Told::AlreadyRecorded | Told::Refused(_) => {}
        }
        db.commit().await?;
        Ok(answer)
    }

    async fn ensure_shipping_item(
        &self,
        db: &mut PgConnection,
        told: &ToldConnection,
    ) -> Result<(), StoreError> {
        let id = ItemId::new(self.ids.next());
        let shipping = NewItem::service(id, told.retailer, ItemKind::Shipping, told.id);
        let now = self.clock.now();
        if item::ensure_service(db, &shipping, now).await? {
            outbox::mark(db, &[Dirty::Item(told.retailer, id)], now).await?;
        }
        Ok(())
    }
}

/// Unless a newer word is known, or it speaks of what is not ours. An older program took the word and did not know of
/// the rule for stock, or of the buffer: told again, it is written.
async fn write(db: &mut PgConnection, told: &ToldConnection) -> Result<Told, StoreError> {
    let ToldConnection {
        id,
        retailer,
        platform,
        register,
        order_updates,
        stock_rule,
        channel_buffer,
        shipping_item_at_link: _,
        version,
    } = told;
    let whose = sqlx::query_scalar!(
        "select o.retailer_id from ledger.register r
        join ledger.outlet o on o.outlet_id = r.outlet_id
        where r.register_id = $1",
        register.uuid(),
    )
    .fetch_optional(&mut *db)
    .await?;
    match whose {
        None => return Ok(Told::Refused(NotOurs::UnknownRegister)),
        Some(whose) if whose != retailer.uuid() => {
            return Ok(Told::Refused(NotOurs::AnotherRetailersRegister));
        }
        Some(_) => {}
    }
    let written = sqlx::query!(
        "insert into ledger.connection as c (connection_id, retailer_id, platform, register_id,
            order_updates, version, stock_rule, channel_buffer_milli)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict on constraint connection_pkey do update
            set register_id = excluded.register_id,
                order_updates = excluded.order_updates,
                version = excluded.version,
                stock_rule = excluded.stock_rule,
                channel_buffer_milli = excluded.channel_buffer_milli
            where (c.version < excluded.version
                    or c.version = excluded.version
                        and (c.stock_rule, c.channel_buffer_milli)
                            <> (excluded.stock_rule, excluded.channel_buffer_milli))
                and c.retailer_id = excluded.retailer_id and c.platform = excluded.platform",
        id.uuid(),
        retailer.uuid(),
        platform.as_str(),
        register.uuid(),
        row::order_updates_str(*order_updates),
        version,
        stock_rule.as_str(),
        channel_buffer.milli(),
    )
    .execute(&mut *db)
    .await?;
    if written.rows_affected() == 1 {
        return Ok(Told::Recorded);
    }
    let is_the_same = sqlx::query_scalar!(
        r#"select retailer_id = $2 and platform = $3 as "is_the_same!" from ledger.connection
        where connection_id = $1"#,
        id.uuid(),
        retailer.uuid(),
        platform.as_str(),
    )
    .fetch_one(&mut *db)
    .await?;
    Ok(if is_the_same {
        Told::AlreadyRecorded
    } else {
        Told::Refused(NotOurs::AnotherConnection)
    })
}

/// The connections that `incoming` names, as far as they exist (WC-6: the outlet is the register's).
pub(super) async fn find(
    db: &mut PgConnection,
    incoming: &[Incoming],
) -> Result<HashMap<ConnectionId, Connection>, StoreError> {
    let ids: BTreeSet<Uuid> = incoming
        .iter()
        .map(|message| message.connection.uuid())
        .collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    by_id(db, &ids).await
}

/// Until the transaction ends nobody merges or erases customers of theirs: [`super::people`] locks the same alone.
pub(super) async fn by_id(
    db: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<ConnectionId, Connection>, StoreError> {
    sqlx::query!(
        r#"select c.connection_id, c.retailer_id, c.register_id, r.outlet_id, c.order_updates,
            c.stock_rule,
            exists (select from ledger.kit k where k.retailer_id = c.retailer_id) as "has_kits!",
            pg_advisory_xact_lock_shared(hashtextextended('customers of ' || c.retailer_id::text, 0))
                is null as "gate!"
        from ledger.connection c
        join ledger.register r on r.register_id = c.register_id
        where c.connection_id = any($1)"#,
        ids,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|found| {
        let settings = Connection {
            retailer: RetailerId::new(found.retailer_id),
            outlet: OutletId::new(found.outlet_id),
            register: RegisterId::new(found.register_id),
            policy: Policy {
                updates: row::order_updates_from(&found.order_updates)?,
                stock_rule: row::stock_rule_from(&found.stock_rule)?,
            },
            has_kits: found.has_kits,
        };
        Ok((ConnectionId::new(found.connection_id), settings))
    })
    .collect()
}
