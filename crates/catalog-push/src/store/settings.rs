//! What each shop is told, and who decides what there (R-11, EC-16).

use std::collections::BTreeMap;

use retail::listing::{Field, Ownership, Rule};
use retail::{ConnectionId, RetailerId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Once, Store, StoreError, push};

/// By which rules a link works (EC-16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Of a shop made through the POS after 2022-02-02, and of every other platform.
    PosCreated,
    /// Of an older link.
    Legacy,
}

/// What somebody says of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsAsked {
    pub connection: ConnectionId,
    /// `None`: as it is.
    pub profile: Option<Profile>,
    /// Fields that are not named stay as they are.
    pub rules: Vec<(Field, Rule)>,
}

/// What a shop is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsView {
    pub connection: ConnectionId,
    pub platform: String,
    pub is_linked: bool,
    pub profile: Profile,
    pub ownership: Ownership,
    /// Living products that it is to show.
    pub products_online: i64,
}

impl Profile {
    const fn as_str(self) -> &'static str {
        match self {
            Self::PosCreated => "pos_created",
            Self::Legacy => "legacy",
        }
    }

    fn read(text: &str) -> Result<Self, StoreError> {
        [Self::PosCreated, Self::Legacy]
            .into_iter()
            .find(|profile| profile.as_str() == text)
            .ok_or_else(|| StoreError::corrupt("connection", "profile", text))
    }
}

const RULES: [Rule; 3] = [Rule::Pos, Rule::PosWipes, Rule::Shop];

const fn rule_str(rule: Rule) -> &'static str {
    match rule {
        Rule::Pos => "pos",
        Rule::PosWipes => "pos_wipes",
        Rule::Shop => "shop",
    }
}

impl Store {
    /// Of all connections, by id.
    pub async fn list_settings(
        &self,
        retailer: RetailerId,
    ) -> Result<Vec<SettingsView>, StoreError> {
        let mut db = self.pool.begin().await?;
        read(&mut db, retailer, None).await
    }
}

impl Once {
    /// `None`: the retailer has no such connection.
    pub async fn set_settings(
        &mut self,
        asked: &SettingsAsked,
    ) -> Result<Option<SettingsView>, StoreError> {
        let (retailer, now, id) = (self.retailer(), self.now(), asked.connection);
        let db = self.db();
        sqlx::query!(
            "select connection_id from catalog.connection
            where connection_id = $1 and retailer_id = $2 for no key update",
            id.uuid(),
            retailer.uuid(),
        )
        .fetch_optional(&mut *db)
        .await?;
        let Some(before) = read(db, retailer, Some(id)).await?.pop() else {
            return Ok(None);
        };
        sqlx::query!(
            "update catalog.connection set profile = $2 where connection_id = $1",
            id.uuid(),
            asked.profile.unwrap_or(before.profile).as_str(),
        )
        .execute(&mut *db)
        .await?;
        let (fields, rules): (Vec<&str>, Vec<&str>) = asked
            .rules
            .iter()
            .map(|(field, rule)| (field.as_str(), rule_str(*rule)))
            .unzip();
        sqlx::query!(
            "insert into catalog.field_rule (connection_id, field, rule)
            select $1, n.* from unnest($2::text[], $3::text[]) n
            on conflict on constraint field_rule_pkey do update set rule = excluded.rule",
            id.uuid(),
            &fields as _,
            &rules as _,
        )
        .execute(&mut *db)
        .await?;
        push::mark_connection(db, id, now).await?;
        let after = read(db, retailer, Some(id)).await?.pop();
        if let Some(after) = &after {
            self.note_change(Some(told(&before)), told(after));
        }
        Ok(after)
    }
}

/// As the audit log tells it.
fn told(view: &SettingsView) -> Value {
    let rule = |field: Field| (field.as_str(), rule_str(view.ownership.rule(field)));
    json!({
        "connection_id": view.connection.to_string(),
        "profile": view.profile.as_str(),
        "rules": Field::ALL.into_iter().map(rule).collect::<BTreeMap<_, _>>(),
    })
}

async fn read(
    db: &mut PgConnection,
    retailer: RetailerId,
    only: Option<ConnectionId>,
) -> Result<Vec<SettingsView>, StoreError> {
    let only = only.map(ConnectionId::uuid);
    let found = sqlx::query!(
        r#"select k.connection_id, k.platform, k.is_linked, k.profile,
            (select count(*) from catalog.product_channel c
                join catalog.product p on p.product_id = c.product_id
                where c.connection_id = k.connection_id and c.is_online and p.deleted_at is null)
                as "products_online!"
        from catalog.connection k
        where k.retailer_id = $1 and ($2::uuid is null or k.connection_id = $2)
        order by k.connection_id"#,
        retailer.uuid(),
        only,
    )
    .fetch_all(&mut *db)
    .await?;
    let ids: Vec<Uuid> = found.iter().map(|found| found.connection_id).collect();
    let mut owned = ownership(db, &ids).await?;
    found
        .into_iter()
        .map(|found| {
            Ok(SettingsView {
                connection: ConnectionId::new(found.connection_id),
                platform: found.platform,
                is_linked: found.is_linked,
                profile: Profile::read(&found.profile)?,
                ownership: owned.remove(&found.connection_id).unwrap_or_default(),
                products_online: found.products_online,
            })
        })
        .collect()
}

/// Who decides what in these shops, where somebody said so.
pub(super) async fn ownership(
    db: &mut PgConnection,
    connections: &[Uuid],
) -> Result<BTreeMap<Uuid, Ownership>, StoreError> {
    let rules = sqlx::query!(
        "select connection_id, field, rule from catalog.field_rule where connection_id = any($1)",
        connections,
    )
    .fetch_all(db)
    .await?;
    let mut owned: BTreeMap<Uuid, Ownership> = BTreeMap::new();
    for row in rules {
        let field = Field::read(&row.field)
            .ok_or_else(|| StoreError::corrupt("field_rule", "field", &row.field))?;
        let rule = RULES.into_iter().find(|rule| rule_str(*rule) == row.rule);
        let rule = rule.ok_or_else(|| StoreError::corrupt("field_rule", "rule", &row.rule))?;
        let ownership = owned.entry(row.connection_id).or_default();
        *ownership = ownership.with(field, rule);
    }
    Ok(owned)
}
