//! Which connections may import (BC-6, WC-5).

use jiff_sqlx::ToSqlx as _;
use retail::ConnectionId;
use serde_json::json;

use crate::store::audit::Entry;
use crate::store::{Audited, StoreError};

impl Audited {
    /// Of a connection of the retailer; `false`: it has none of this id. A repeat changes nothing.
    pub async fn set_import_entitlement(
        mut self,
        id: ConnectionId,
        is_entitled: bool,
    ) -> Result<bool, StoreError> {
        let (retailer, now) = (self.asked().retailer, self.at());
        let before = sqlx::query!(
            r#"select e.connection_id is not null as "is_entitled!"
            from connection c
            left join import_entitlement e on e.connection_id = c.connection_id
            where c.connection_id = $1 and c.retailer_id = $2
            for update of c"#,
            id.uuid(),
            retailer.uuid(),
        )
        .fetch_optional(self.db())
        .await?;
        let Some(before) = before else {
            return Ok(false);
        };
        if is_entitled {
            sqlx::query!(
                "insert into import_entitlement (connection_id, granted_at) values ($1, $2)
                on conflict on constraint import_entitlement_pkey do nothing",
                id.uuid(),
                now.to_sqlx() as _,
            )
            .execute(self.db())
            .await?;
        } else {
            sqlx::query!(
                "delete from import_entitlement where connection_id = $1",
                id.uuid()
            )
            .execute(self.db())
            .await?;
        }
        self.finish(Entry {
            connection: Some(id),
            before: Some(json!({"import_entitled": before.is_entitled})),
            after: Some(json!({"import_entitled": is_entitled})),
            ..Entry::default()
        })
        .await?;
        Ok(true)
    }
}
