//! Of what the kits are made that a till sells, and those that come back.

use retail::kit::MadeOf;
use sqlx::PgConnection;
use uuid::Uuid;

use super::record::SaleAsked;
use crate::decide::TillLine;
use crate::store::{StoreError, kit};

/// `lines` are those that `asked` asks for: what is sold, which is made of what it is made of now, then what comes
/// back, which gives back what it was made of when it was sold.
pub(super) async fn made_of(
    db: &mut PgConnection,
    lines: &[TillLine],
    asked: &SaleAsked,
) -> Result<MadeOf, StoreError> {
    let (sold, returned) = lines.split_at(asked.sold.len().min(lines.len()));
    let items: Vec<Uuid> = sold.iter().map(|line| line.item.uuid()).collect();
    let kits = kit::of_items(db, &items).await?;
    let mut made: MadeOf = sold
        .iter()
        .filter_map(|line| Some(((line.key.clone(), line.item), kits.get(&line.item)?.clone())))
        .collect();
    let sales: Vec<Uuid> = asked.returned.iter().map(|line| line.sale).collect();
    let before = kit::made_of(db, &sales).await?;
    for (line, asked) in returned.iter().zip(&asked.returned) {
        let of_sale = before.get(&asked.sale);
        let parts = of_sale.and_then(|sold| sold.get(&(asked.line.clone(), line.item)));
        if let Some(parts) = parts {
            made.insert((line.key.clone(), line.item), parts.clone());
        }
    }
    Ok(made)
}
