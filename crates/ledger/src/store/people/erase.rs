use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use retail::{ConnectionId, EmailKey, RetailerId, ShopOrderId};
use serde_json::json;
use service::seal::Keyring;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{PeopleError, Record, lock_alone, note_erased, shred, waiting};
use crate::decide::ErasedOrderRow;
use crate::erasure::ErasureKey;
use crate::store::row;
use crate::store::{Once, StoreError};

/// Orders by shop and its id.
pub(super) type Orders = HashSet<(ConnectionId, ShopOrderId)>;

/// What erasing takes: what is sealed has to be opened to be seen, and who was erased to be known again.
#[derive(Clone, Copy, Debug)]
pub struct Eraser<'a> {
    pub keyring: &'a Keyring,
    pub erasures: &'a ErasureKey,
}

/// Whom a shop means.
#[derive(Clone, Debug)]
pub struct PersonAsked {
    pub connection: ConnectionId,
    pub email: Option<EmailKey>,
    pub orders: Vec<ShopOrderId>,
}

/// What is left of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErasedCustomer {
    pub customer: Uuid,
    pub at: Timestamp,
    /// Orders whose deliveries are to be taken out of the archives; none when it was erased before.
    pub orders: usize,
}

/// What is left of whoever a shop meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasedPeople {
    pub customers: Vec<Uuid>,
    pub orders: usize,
}

/// Records that are to say nothing of anybody, and what goes with them.
pub(super) struct Erasing {
    pub(super) retailer: RetailerId,
    pub(super) now: Timestamp,
    /// Records that others may be merged into.
    pub(super) customers: Vec<Uuid>,
    /// An address that no record may have, and the record that it shall belong to.
    pub(super) email: Option<(EmailKey, Uuid)>,
    /// Orders of theirs beyond their sales.
    pub(super) orders: Orders,
    /// Whose waiting orders name nobody any more, whoever they name.
    pub(super) shop: Option<ConnectionId>,
}

impl Once {
    /// Takes away everything that says who a customer is, with the records merged into it.
    pub async fn erase_customer(
        &mut self,
        eraser: Eraser<'_>,
        customer: Uuid,
    ) -> Result<ErasedCustomer, PeopleError> {
        let (retailer, now, erasure) = (self.retailer(), self.now(), self.new_id());
        let db = self.db();
        lock_alone(db, retailer).await?;
        let record = Record::standing(db, retailer, customer).await?;
        if record.is_guest {
            return Err(PeopleError::Guest);
        }
        if let Some(at) = record.erased_at {
            let customer = record.id;
            return Ok(ErasedCustomer {
                customer,
                at,
                orders: 0,
            });
        }
        let erasing = Erasing {
            retailer,
            now,
            customers: vec![record.id],
            email: None,
            orders: Orders::new(),
            shop: None,
        };
        let (emails, orders) = erasing.run(db, eraser).await?;
        shred::begin(db, eraser.keyring, retailer, erasure, &emails, now).await?;
        let told = |is_erased: bool| json!({"customer_ids": [record.id], "is_erased": is_erased});
        self.note_change(Some(told(false)), told(true));
        Ok(ErasedCustomer {
            customer: record.id,
            at: now,
            orders,
        })
    }

    /// Erases whoever goes by the address, and the buyers of the orders. Somebody unknown is remembered all the same,
    /// for orders that are still to come.
    pub async fn erase_person(
        &mut self,
        eraser: Eraser<'_>,
        asked: &PersonAsked,
    ) -> Result<ErasedPeople, PeopleError> {
        let (retailer, now) = (self.retailer(), self.now());
        let (erasure, nobody) = (self.new_id(), self.new_id());
        let db = self.db();
        let is_ours = sqlx::query_scalar!(
            r#"select exists (select from ledger.connection
                where connection_id = $1 and retailer_id = $2) as "is_ours!""#,
            asked.connection.uuid(),
            retailer.uuid(),
        )
        .fetch_one(&mut *db)
        .await?;
        if !is_ours {
            return Err(PeopleError::UnknownConnection);
        }
        lock_alone(db, retailer).await?;
        let mut customers = meant(db, retailer, asked).await?;
        let told = |customers: &[Uuid], is_erased: bool| json!({"customer_ids": customers, "is_erased": is_erased});
        let before = (!customers.is_empty()).then(|| told(&customers, false));
        if customers.is_empty() && asked.email.is_some() {
            leave_record(db, retailer, nobody, now).await?;
            customers.push(nobody);
        }
        let orders = asked.orders.iter().cloned();
        let erasing = Erasing {
            retailer,
            now,
            email: asked.email.clone().zip(customers.first().copied()),
            customers: customers.clone(),
            orders: orders.map(|order| (asked.connection, order)).collect(),
            shop: None,
        };
        let (emails, orders) = erasing.run(db, eraser).await?;
        shred::begin(db, eraser.keyring, retailer, erasure, &emails, now).await?;
        self.note_change(before, told(&customers, true));
        Ok(ErasedPeople { customers, orders })
    }
}

impl Erasing {
    /// Gives the addresses by which they went, and how many orders are theirs.
    pub(super) async fn run(
        self,
        db: &mut PgConnection,
        eraser: Eraser<'_>,
    ) -> Result<(HashSet<EmailKey>, usize), StoreError> {
        let Self {
            retailer,
            now,
            customers,
            email,
            mut orders,
            shop,
        } = self;
        let mut emails = addresses(db, &customers).await?;
        // Known, it stands for whom it is on file for, whoever else bought.
        if let Some((email, customer)) = email {
            emails.entry(email).or_insert(customer);
        }
        orders.extend(sales_of(db, &customers, now).await?);
        let mut copies = waiting::all(db, eraser.keyring, retailer).await?;
        copies.retain(|copy| {
            let order = ShopOrderId::new(&copy.order).ok();
            let key = order.map(|order| (copy.connection, order));
            shop == Some(copy.connection)
                || copy
                    .customer
                    .key()
                    .is_some_and(|key| emails.contains_key(&key))
                || key.is_some_and(|key| orders.contains(&key))
        });
        waiting::strip(db, &copies).await?;
        orders.extend(copies.iter().filter_map(|copy| {
            let order = ShopOrderId::new(&copy.order).ok()?;
            Some((copy.connection, order))
        }));
        sqlx::query!(
            "update ledger.customer
            set email_key = null, email = '', phone = '', name = 'Erased', erased_at = $2
            where (customer_id = any($1) or merged_into = any($1)) and erased_at is null",
            &customers,
            row::at(now) as _,
        )
        .execute(&mut *db)
        .await?;
        remember(db, eraser.erasures, retailer, &emails, now).await?;
        let rows: Vec<ErasedOrderRow<'_>> = orders
            .iter()
            .map(|(connection, order)| ErasedOrderRow {
                connection: *connection,
                order,
                retailer,
            })
            .collect();
        note_erased(db, &rows, now).await?;
        Ok((emails.into_keys().collect(), orders.len()))
    }
}

/// The records that stand for whoever a shop means. A guest is nobody.
async fn meant(
    db: &mut PgConnection,
    retailer: RetailerId,
    asked: &PersonAsked,
) -> Result<Vec<Uuid>, StoreError> {
    let orders: Vec<&str> = asked.orders.iter().map(ShopOrderId::as_str).collect();
    Ok(sqlx::query_scalar!(
        r#"select coalesce(c.merged_into, c.customer_id) as "customer_id!"
        from ledger.customer c
        where c.retailer_id = $1 and c.email_key = $2
        union
        select c.customer_id
        from ledger.sale s
        join ledger.customer c on c.customer_id = s.customer_id
        where s.connection_id = $3 and s.shop_order_id = any($4) and c.retailer_id = $1
            and c.guest_of is null and c.erased_at is null
        order by 1"#,
        retailer.uuid(),
        asked.email.as_ref().map(EmailKey::as_str),
        asked.connection.uuid(),
        &orders as _,
    )
    .fetch_all(db)
    .await?)
}

/// A record that was never anybody's, for the orders of somebody who was erased before they came.
async fn leave_record(
    db: &mut PgConnection,
    retailer: RetailerId,
    id: Uuid,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into ledger.customer (customer_id, retailer_id, email, name, phone, created_at, erased_at)
        values ($1, $2, '', 'Erased', '', $3, $3)",
        id,
        retailer.uuid(),
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// By which addresses they go, each with the record that stands for it.
async fn addresses(
    db: &mut PgConnection,
    customers: &[Uuid],
) -> Result<HashMap<EmailKey, Uuid>, StoreError> {
    let rows = sqlx::query!(
        r#"select email_key as "email_key!", coalesce(merged_into, customer_id) as "customer_id!"
        from ledger.customer
        where (customer_id = any($1) or merged_into = any($1)) and email_key is not null"#,
        customers,
    )
    .fetch_all(db)
    .await?;
    let keyed = rows.into_iter();
    Ok(keyed
        .filter_map(|row| Some((EmailKey::new(&row.email_key)?, row.customer_id)))
        .collect())
}

/// The orders of their sales; a till's are in no archive. Whoever follows the sales is told that they are nobody's
/// now.
async fn sales_of(
    db: &mut PgConnection,
    customers: &[Uuid],
    now: Timestamp,
) -> Result<Orders, StoreError> {
    let rows = sqlx::query!(
        "with told as (
            update ledger.sale
            set changed_at = $2, changed_xid = pg_current_xact_id()::text::bigint
            where customer_id = any($1)
            returning connection_id, shop_order_id)
        select told.connection_id, told.shop_order_id
        from told
        where not exists (select from ledger.till t where t.connection_id = told.connection_id)",
        customers,
        row::at(now) as _,
    )
    .fetch_all(db)
    .await?;
    let orders = rows.into_iter().filter_map(|row| {
        let order = ShopOrderId::new(&row.shop_order_id).ok()?;
        Some((ConnectionId::new(row.connection_id), order))
    });
    Ok(orders.collect())
}

async fn remember(
    db: &mut PgConnection,
    erasures: &ErasureKey,
    retailer: RetailerId,
    emails: &HashMap<EmailKey, Uuid>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (marks, customers): (Vec<Vec<u8>>, Vec<Uuid>) = emails
        .iter()
        .map(|(email, customer)| (erasures.mark(retailer, email).to_vec(), *customer))
        .unzip();
    sqlx::query!(
        "insert into ledger.erased_mark (retailer_id, mark, customer_id, erased_at)
        select $1, n.*, $4 from unnest($2::bytea[], $3::uuid[]) n
        on conflict on constraint erased_mark_pkey do nothing",
        retailer.uuid(),
        &marks,
        &customers,
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}
