//! Items and what shops call them.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use retail::{ConnectionId, ItemId, RetailerId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{StoreError, row};
use crate::decide::{Flaw, Found, ItemKind, Keys, LinkKey, Linked, Lookup, NewItem, NewLink};

/// What the ledger made of each name, and what a person said it is.
pub(super) async fn find_links<'a>(
    db: &mut PgConnection,
    keys: Keys<LinkKey<'a>>,
) -> Result<Lookup<LinkKey<'a>, Linked>, StoreError> {
    if keys.list().is_empty() {
        return Ok(keys.found([]));
    }
    let connections: Vec<Uuid> = keys
        .list()
        .iter()
        .map(|key| key.connection.uuid())
        .collect();
    let kinds: Vec<&str> = keys.list().iter().map(|key| key.kind.as_str()).collect();
    let texts: Vec<&str> = keys.list().iter().map(|key| key.key.as_ref()).collect();
    let rows = sqlx::query!(
        r#"select k.place as "place!",
            own.item_id as "own?", (own.deleted_at is not null) as "own_is_deleted!",
            said.item_id as "said?", (said.deleted_at is not null) as "said_is_deleted!"
        from unnest($1::uuid[], $2::text[], $3::text[])
            with ordinality k (connection_id, link_kind, shop_key, place)
        left join ledger.item_link l
            on l.connection_id = k.connection_id and l.link_kind = k.link_kind and l.shop_key = k.shop_key
        left join ledger.item own on own.item_id = l.item_id
        left join ledger.item_remap r
            on r.connection_id = k.connection_id and r.remap_kind = k.link_kind and r.shop_key = k.shop_key
        left join ledger.item said on said.item_id = r.item_id
        where own.item_id is not null or said.item_id is not null"#,
        &connections,
        &kinds as _,
        &texts as _,
    )
    .fetch_all(db)
    .await?;
    Ok(keys.found(rows.into_iter().map(|row| {
        let linked = Linked {
            own: row.own.map(|item| found(item, row.own_is_deleted)),
            remapped: row.said.map(|item| found(item, row.said_is_deleted)),
        };
        (row::place(row.place), linked)
    })))
}

fn found(item: Uuid, is_deleted: bool) -> Found {
    Found {
        item: ItemId::new(item),
        flaw: is_deleted.then_some(Flaw::Deleted),
    }
}

/// Those of the pairs that the connection sells as some variant, by what the ledger made of it or by what was said.
pub(super) async fn find_sold(
    db: &mut PgConnection,
    pairs: &[(ConnectionId, ItemId)],
) -> Result<HashSet<(ConnectionId, ItemId)>, StoreError> {
    if pairs.is_empty() {
        return Ok(HashSet::new());
    }
    let connections: Vec<Uuid> = pairs.iter().map(|(of, _)| of.uuid()).collect();
    let items: Vec<Uuid> = pairs.iter().map(|(_, item)| item.uuid()).collect();
    let rows = sqlx::query!(
        r#"select distinct l.connection_id as "connection_id!", l.item_id as "item_id!"
        from unnest($1::uuid[], $2::uuid[]) k (connection_id, item_id)
        cross join lateral (
            select l.connection_id, l.item_id from ledger.item_link l
            where l.connection_id = k.connection_id and l.item_id = k.item_id and l.link_kind = 'variant'
            union all
            select r.connection_id, r.item_id from ledger.item_remap r
            where r.connection_id = k.connection_id and r.item_id = k.item_id and r.remap_kind = 'variant'
        ) l"#,
        &connections,
        &items,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            (
                ConnectionId::new(row.connection_id),
                ItemId::new(row.item_id),
            )
        })
        .collect())
}

/// By SKU, exactly (WC-7). The living one if there is one, else a tombstone.
pub(super) async fn find_skus<'a>(
    db: &mut PgConnection,
    keys: Keys<(RetailerId, &'a str)>,
) -> Result<Lookup<(RetailerId, &'a str), Found>, StoreError> {
    if keys.list().is_empty() {
        return Ok(keys.found([]));
    }
    let retailers: Vec<Uuid> = keys
        .list()
        .iter()
        .map(|(retailer, _)| retailer.uuid())
        .collect();
    let skus: Vec<&str> = keys.list().iter().map(|(_, sku)| *sku).collect();
    let rows = sqlx::query!(
        r#"select k.place as "place!", i.item_id, (i.deleted_at is not null) as "deleted!"
        from unnest($1::uuid[], $2::text[]) with ordinality k (retailer_id, sku, place)
        cross join lateral (
            select i.item_id, i.deleted_at
            from ledger.item i
            where i.retailer_id = k.retailer_id and i.sku_key = k.sku
            order by i.deleted_at desc nulls first
            limit 1
        ) i"#,
        &retailers,
        &skus as _,
    )
    .fetch_all(db)
    .await?;
    Ok(keys.found(
        rows.into_iter()
            .map(|row| (row::place(row.place), found(row.item_id, row.deleted))),
    ))
}

/// The service items of every retailer that the keys name.
pub(super) async fn find_services(
    db: &mut PgConnection,
    keys: &Keys<(RetailerId, ItemKind)>,
) -> Result<HashMap<(RetailerId, ItemKind), ItemId>, StoreError> {
    if keys.list().is_empty() {
        return Ok(HashMap::new());
    }
    let retailers: Vec<Uuid> = keys
        .list()
        .iter()
        .map(|(retailer, _)| retailer.uuid())
        .collect();
    sqlx::query!(
        "select retailer_id, kind, item_id from ledger.item
        where retailer_id = any($1) and kind <> 'product'",
        &retailers,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|row| {
        let key = (
            RetailerId::new(row.retailer_id),
            row::item_kind_from(&row.kind)?,
        );
        Ok((key, ItemId::new(row.item_id)))
    })
    .collect()
}

/// Registers what services of a kind are sold as, unless it is there. Whether it was not; a batch that registers
/// it at the same time is a lost race.
pub(super) async fn ensure_service(
    db: &mut PgConnection,
    service: &NewItem<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let key = (service.retailer, service.kind);
    let mut keys = Keys::new();
    keys.add(key);
    if find_services(db, &keys).await?.contains_key(&key) {
        return Ok(false);
    }
    write(db, std::slice::from_ref(service), &[], now).await?;
    Ok(true)
}

/// Registers items and links. One that came to be meanwhile is a lost race: the batch must see it.
pub(super) async fn write(
    db: &mut PgConnection,
    items: &[NewItem<'_>],
    links: &[NewLink<'_>],
    now: Timestamp,
) -> Result<(), StoreError> {
    if !items.is_empty() {
        let ids: Vec<Uuid> = items.iter().map(|item| item.item.uuid()).collect();
        let retailers: Vec<Uuid> = items.iter().map(|item| item.retailer.uuid()).collect();
        let kinds: Vec<&str> = items.iter().map(|item| item.kind.as_str()).collect();
        let skus: Vec<Option<&str>> = items.iter().map(|item| item.sku).collect();
        let barcodes: Vec<Option<&str>> = items.iter().map(|item| item.barcode).collect();
        let names: Vec<&str> = items.iter().map(|item| item.name).collect();
        let origins: Vec<&str> = items.iter().map(|item| item.origin.as_str()).collect();
        let connections: Vec<Uuid> = items.iter().map(|item| item.connection.uuid()).collect();
        let sold = || items.iter().map(|item| item.first_sold);
        let quantities: Vec<Option<i64>> =
            sold().map(|sold| Some(sold?.quantity.milli())).collect();
        let nets: Vec<Option<i64>> = sold().map(|sold| Some(sold?.net.minor())).collect();
        let taxes: Vec<Option<i64>> = sold().map(|sold| Some(sold?.tax.minor())).collect();
        let currencies: Vec<Option<&str>> = sold()
            .map(|sold| Some(sold?.net.currency().code()))
            .collect();
        let inserted = sqlx::query!(
            "insert into ledger.item (item_id, retailer_id, kind, sku, barcode, name, origin,
                connection_id, first_quantity_milli, first_net_minor, first_tax_minor, first_currency,
                created_at)
            select n.*, $13
            from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
                $7::text[], $8::uuid[], $9::bigint[], $10::bigint[], $11::bigint[], $12::text[]) n
            on conflict do nothing",
            &ids,
            &retailers,
            &kinds as _,
            &skus as _,
            &barcodes as _,
            &names as _,
            &origins as _,
            &connections,
            &quantities as _,
            &nets as _,
            &taxes as _,
            &currencies as _,
            row::at(now) as _,
        )
        .execute(&mut *db)
        .await?;
        if inserted.rows_affected() != items.len() as u64 {
            return Err(StoreError::Race);
        }
    }
    if !links.is_empty() {
        let connections: Vec<Uuid> = links
            .iter()
            .map(|link| link.key.connection.uuid())
            .collect();
        let kinds: Vec<&str> = links.iter().map(|link| link.key.kind.as_str()).collect();
        let texts: Vec<&str> = links.iter().map(|link| link.key.key.as_ref()).collect();
        let ids: Vec<Uuid> = links.iter().map(|link| link.item.uuid()).collect();
        let inserted = sqlx::query!(
            "insert into ledger.item_link (connection_id, link_kind, shop_key, item_id)
            select * from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[])
            on conflict do nothing",
            &connections,
            &kinds as _,
            &texts as _,
            &ids,
        )
        .execute(db)
        .await?;
        if inserted.rows_affected() != links.len() as u64 {
            return Err(StoreError::Race);
        }
    }
    Ok(())
}
