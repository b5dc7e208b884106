//! How late shops are told, and what stands in the way.

use std::collections::BTreeMap;

use jiff::Timestamp;
use retail::{ConnectionId, RetailerId};
use uuid::Uuid;

use super::super::row::{self, SqlTimestamp};
use super::super::{Store, StoreError};
use super::listing::Standing;

/// Of one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusView {
    pub connection: ConnectionId,
    pub platform: String,
    pub is_linked: bool,
    /// A process tells it at present.
    pub is_told: bool,
    /// Of what is due.
    pub waiting_since: Option<Timestamp>,
    /// All that is to be looked at.
    pub waiting: i64,
    pub trouble: Option<TroubleView>,
    pub standings: Vec<(Standing, i64)>,
}

/// What stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TroubleView {
    /// As programs read it.
    pub what: String,
    pub says: String,
    pub since: Timestamp,
}

impl Store {
    /// Of all connections, by id.
    pub async fn list_status(&self, retailer: RetailerId) -> Result<Vec<StatusView>, StoreError> {
        let mut db = self.pool.begin().await?;
        let found = sqlx::query!(
            r#"select k.connection_id, k.platform, k.is_linked,
                coalesce(p.holder is not null and p.held_until > clock_timestamp(), false) as "is_told!",
                p.trouble, p.trouble_says, p.trouble_since as "trouble_since: SqlTimestamp",
                (select min(w.since) from catalog.work w
                    where w.connection_id = k.connection_id and w.not_before <= $2 and w.kind <> 'drift')
                    as "waiting_since: SqlTimestamp",
                (select count(*) from catalog.work w
                    where w.connection_id = k.connection_id and w.kind <> 'drift') as "waiting!"
            from catalog.connection k
            left join catalog.pusher p on p.connection_id = k.connection_id
            where k.retailer_id = $1
            order by k.connection_id"#,
            retailer.uuid(),
            row::at(self.clock.now()) as _,
        )
        .fetch_all(&mut *db)
        .await?;
        let counts = sqlx::query!(
            r#"select l.connection_id, l.standing, count(*) as "products!"
            from catalog.listing l
            join catalog.connection k on k.connection_id = l.connection_id
            where k.retailer_id = $1
            group by l.connection_id, l.standing
            order by l.connection_id, l.standing"#,
            retailer.uuid(),
        )
        .fetch_all(&mut *db)
        .await?;
        let mut standings: BTreeMap<Uuid, Vec<(Standing, i64)>> = BTreeMap::new();
        for count in counts {
            let of = standings.entry(count.connection_id).or_default();
            of.push((Standing::read(&count.standing)?, count.products));
        }
        let views = found.into_iter().map(|found| {
            // A constraint sees to it that all are there or none is.
            let trouble = found
                .trouble
                .zip(found.trouble_says.zip(found.trouble_since));
            StatusView {
                connection: ConnectionId::new(found.connection_id),
                platform: found.platform,
                is_linked: found.is_linked,
                is_told: found.is_told,
                waiting_since: found.waiting_since.map(SqlTimestamp::to_jiff),
                waiting: found.waiting,
                trouble: trouble.map(|(what, (says, since))| TroubleView {
                    what,
                    says,
                    since: since.to_jiff(),
                }),
                standings: standings.remove(&found.connection_id).unwrap_or_default(),
            }
        });
        Ok(views.collect())
    }
}
