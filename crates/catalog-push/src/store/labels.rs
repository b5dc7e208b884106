//! The names that products are put together by.

use retail::RetailerId;

use super::{Store, StoreError};

/// What they are names of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelKind {
    Brand,
    Category,
    Supplier,
    Tag,
}

/// A name in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelView {
    pub name: String,
    /// Of so many living products.
    pub products: i64,
}

impl Store {
    /// Up to `limit` names after `after`.
    pub async fn list_labels(
        &self,
        retailer: RetailerId,
        kind: LabelKind,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<LabelView>, StoreError> {
        let kind = match kind {
            LabelKind::Brand => "brand",
            LabelKind::Category => "category",
            LabelKind::Supplier => "supplier",
            LabelKind::Tag => "tag",
        };
        let found = sqlx::query_as!(
            LabelView,
            r#"select n.name collate "C" as "name!", count(*) as "products!"
            from catalog.product p
            cross join lateral unnest(case $2
                when 'brand' then array[p.brand]
                when 'category' then array[p.category]
                when 'supplier' then array[p.supplier]
                else p.tags end) n (name)
            where p.retailer_id = $1 and p.deleted_at is null and n.name <> ''
                and ($3::text is null or n.name collate "C" > $3 collate "C")
            group by n.name collate "C"
            order by n.name collate "C"
            limit $4"#,
            retailer.uuid(),
            kind,
            after,
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(found)
    }
}
