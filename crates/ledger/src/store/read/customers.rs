//! Who bought.

use jiff::Timestamp;
use retail::{EmailKey, RetailerId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Reader, SaleFilter, SaleKey, SaleView};
use crate::store::StoreError;
use crate::store::row::SqlTimestamp;

/// A customer's record.
#[derive(Clone, PartialEq, Eq)]
pub struct CustomerView {
    pub customer: Uuid,
    pub email: String,
    pub name: String,
    pub phone: String,
    pub guest_of: Option<Uuid>,
    pub created_at: Timestamp,
    pub merged_into: Option<Uuid>,
    pub erased_at: Option<Timestamp>,
}

/// How one record came to be merged into another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeView {
    pub customer: Uuid,
    pub into: Uuid,
    pub at: Timestamp,
    pub actor: String,
    pub note: String,
}

/// A person with all records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonView {
    /// The record that stands for the person.
    pub customer: CustomerView,
    pub merged: Vec<CustomerView>,
    pub merges: Vec<MergeView>,
    pub sales: i64,
}

impl Reader {
    /// Up to `limit` customers that came before `after`, the last first. Merged records are not among them.
    pub async fn list_customers(
        &self,
        retailer: RetailerId,
        email: Option<&EmailKey>,
        name: Option<&str>,
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<CustomerView>, StoreError> {
        let rows = sqlx::query_as!(
            Row,
            r#"select customer_id, email, name, phone, guest_of, created_at as "created_at: SqlTimestamp",
                merged_into, erased_at as "erased_at: SqlTimestamp"
            from ledger.customer
            where retailer_id = $1 and merged_into is null
                and ($2::text is null or customer_id = (
                    select coalesce(k.merged_into, k.customer_id) from ledger.customer k
                    where k.retailer_id = $1 and k.email_key = $2))
                and ($3::text is null or position(lower($3) in lower(name)) > 0)
                and ($4::uuid is null or customer_id < $4)
            order by customer_id desc
            limit $5"#,
            retailer.uuid(),
            email.map(EmailKey::as_str),
            name,
            after,
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(CustomerView::from).collect())
    }

    /// The person whose record `customer` is, by whichever record it is asked for.
    pub async fn person(
        &self,
        retailer: RetailerId,
        customer: Uuid,
    ) -> Result<Option<PersonView>, StoreError> {
        let mut db = self.snapshot().await?;
        let mut records = records(&mut db, retailer, customer).await?;
        let standing = records
            .iter()
            .position(|record| record.merged_into.is_none());
        let Some(standing) = standing else {
            return Ok(None);
        };
        let customer = records.remove(standing);
        let merges = merges(&mut db, customer.customer).await?;
        let sales = sqlx::query_scalar!(
            r#"select count(*) as "sales!" from ledger.sale where customer_id = $1"#,
            customer.customer,
        )
        .fetch_one(&mut *db)
        .await?;
        Ok(Some(PersonView {
            customer,
            merged: records,
            merges,
            sales,
        }))
    }

    /// Up to `limit` of a customer's sales after `after`, newest first, with lines and payments.
    pub async fn sales_of_customer(
        &self,
        retailer: RetailerId,
        customer: Uuid,
        after: Option<SaleKey>,
        limit: i64,
    ) -> Result<Vec<SaleView>, StoreError> {
        let filter = SaleFilter {
            customer: Some(customer),
            ..SaleFilter::default()
        };
        let mut sales = self.list_sales(retailer, &filter, after, limit).await?;
        let mut db = self.snapshot().await?;
        SaleView::fill(&mut db, &mut sales).await?;
        Ok(sales)
    }
}

/// All records of the person, the first first. `case` stands where `coalesce` would keep their indices from being used:
/// behind a wall an index is asked only by what PostgreSQL knows to give nothing away.
async fn records(
    db: &mut PgConnection,
    retailer: RetailerId,
    customer: Uuid,
) -> Result<Vec<CustomerView>, StoreError> {
    let rows = sqlx::query_as!(
        Row,
        r#"select c.customer_id, c.email, c.name, c.phone, c.guest_of,
            c.created_at as "created_at: SqlTimestamp", c.merged_into,
            c.erased_at as "erased_at: SqlTimestamp"
        from (select case when merged_into is null then customer_id else merged_into end as standing
            from ledger.customer where customer_id = $2 and retailer_id = $1) p
        join ledger.customer c on c.customer_id = p.standing or c.merged_into = p.standing
        order by c.customer_id"#,
        retailer.uuid(),
        customer,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(CustomerView::from).collect())
}

async fn merges(db: &mut PgConnection, standing: Uuid) -> Result<Vec<MergeView>, StoreError> {
    let rows = sqlx::query!(
        r#"select m.customer_id, m.into_customer_id, m.merged_at as "merged_at: SqlTimestamp",
            r.actor, r.note
        from ledger.customer c
        join ledger.customer_merge m on m.customer_id = c.customer_id
        join ledger.request r on r.retailer_id = c.retailer_id and r.request_id = m.request_id
        where c.merged_into = $1
        order by m.merged_at, m.customer_id"#,
        standing,
    )
    .fetch_all(db)
    .await?;
    let merges = rows.into_iter().map(|row| MergeView {
        customer: row.customer_id,
        into: row.into_customer_id,
        at: row.merged_at.to_jiff(),
        actor: row.actor,
        note: row.note,
    });
    Ok(merges.collect())
}

struct Row {
    customer_id: Uuid,
    email: String,
    name: String,
    phone: String,
    guest_of: Option<Uuid>,
    created_at: SqlTimestamp,
    merged_into: Option<Uuid>,
    erased_at: Option<SqlTimestamp>,
}

impl From<Row> for CustomerView {
    fn from(row: Row) -> Self {
        let Row {
            customer_id,
            email,
            name,
            phone,
            guest_of,
            created_at,
            merged_into,
            erased_at,
        } = row;
        Self {
            customer: customer_id,
            email,
            name,
            phone,
            guest_of,
            created_at: created_at.to_jiff(),
            merged_into,
            erased_at: erased_at.map(SqlTimestamp::to_jiff),
        }
    }
}

/// Shows nothing of the person.
impl std::fmt::Debug for CustomerView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CustomerView({})", self.customer)
    }
}
