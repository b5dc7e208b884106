//! Which process tells a connection's shop: a row with a term, and a number by which an earlier holder is refused.

use std::time::Duration;

use retail::{ConnectionId, PlatformCode, RetailerId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::row;
use super::super::{Store, StoreError};

/// A connection that this process tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub fence: Fence,
    pub retailer: RetailerId,
    pub platform: PlatformCode,
}

/// By which what is written is known to be the holder's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fence {
    pub connection: ConnectionId,
    pub holder: Uuid,
    pub number: i64,
}

impl Store {
    /// Takes up to `limit` linked connections of these platforms that nobody holds, until `life` from now by the
    /// database's clock.
    pub async fn claim(
        &self,
        holder: Uuid,
        platforms: &[PlatformCode],
        life: Duration,
        limit: i64,
    ) -> Result<Vec<Held>, StoreError> {
        let platforms: Vec<&str> = platforms.iter().map(PlatformCode::as_str).collect();
        let found = sqlx::query!(
            r#"with taken as (
                insert into catalog.pusher as p (connection_id, holder, fence, held_until)
                select k.connection_id, $1, 1, clock_timestamp() + $2::bigint * interval '1 millisecond'
                from catalog.connection k
                left join catalog.pusher h on h.connection_id = k.connection_id
                where k.is_linked and k.platform = any($3)
                    and (h.holder is null or h.held_until < clock_timestamp())
                order by k.connection_id
                limit $4
                on conflict on constraint pusher_pkey do update
                    set holder = excluded.holder, fence = p.fence + 1, held_until = excluded.held_until
                    where p.holder is null or p.held_until < clock_timestamp()
                returning p.connection_id, p.fence
            )
            select t.connection_id as "connection_id!", t.fence as "fence!", k.retailer_id, k.platform
            from taken t
            join catalog.connection k on k.connection_id = t.connection_id"#,
            holder,
            millis(life),
            &platforms as _,
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        found
            .into_iter()
            .map(|found| {
                let platform = PlatformCode::new(&found.platform)
                    .map_err(|_| StoreError::corrupt("connection", "platform", &found.platform))?;
                Ok(Held {
                    fence: Fence {
                        connection: ConnectionId::new(found.connection_id),
                        holder,
                        number: found.fence,
                    },
                    retailer: RetailerId::new(found.retailer_id),
                    platform,
                })
            })
            .collect()
    }

    /// Holds on to what `holder` has, and gives what that is: of linked connections alone.
    pub async fn renew(&self, holder: Uuid, life: Duration) -> Result<Vec<Fence>, StoreError> {
        let found = sqlx::query!(
            "update catalog.pusher p set held_until = clock_timestamp() + $2::bigint * interval '1 millisecond'
            from catalog.connection k
            where p.holder = $1 and k.connection_id = p.connection_id and k.is_linked
            returning p.connection_id, p.fence",
            holder,
            millis(life),
        )
        .fetch_all(&self.pool)
        .await?;
        let fences = found.into_iter().map(|found| Fence {
            connection: ConnectionId::new(found.connection_id),
            holder,
            number: found.fence,
        });
        Ok(fences.collect())
    }

    /// Lets another process have it.
    pub async fn release(&self, fence: Fence) -> Result<(), StoreError> {
        let Fence {
            connection,
            holder,
            number,
        } = fence;
        sqlx::query!(
            "update catalog.pusher set holder = null
            where connection_id = $1 and holder = $2 and fence = $3",
            connection.uuid(),
            holder,
            number,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Notes what stands in the way; `None`: nothing. The same trouble goes on since it began.
    pub async fn note_trouble(
        &self,
        connection: ConnectionId,
        trouble: Option<(&str, &str)>,
    ) -> Result<(), StoreError> {
        let (what, says) = trouble.unzip();
        sqlx::query!(
            "update catalog.pusher set trouble = $2, trouble_says = $3,
                trouble_since = case when $2::text is null then null
                    when trouble = $2 then trouble_since else $4 end
            where connection_id = $1 and (trouble, trouble_says) is distinct from ($2, $3)",
            connection.uuid(),
            what,
            says,
            row::at(self.clock.now()) as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

/// Whether it is still the holder's. The row stays so until the transaction ends.
pub(in crate::store) async fn is_held(
    db: &mut PgConnection,
    fence: Fence,
) -> Result<bool, StoreError> {
    let Fence {
        connection,
        holder,
        number,
    } = fence;
    let found = sqlx::query_scalar!(
        "select connection_id from catalog.pusher
        where connection_id = $1 and holder = $2 and fence = $3 for share",
        connection.uuid(),
        holder,
        number,
    )
    .fetch_optional(db)
    .await?;
    Ok(found.is_some())
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
