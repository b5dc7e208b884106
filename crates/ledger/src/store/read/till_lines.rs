//! The lines of a sale as a till sees them: what they were sold for, and what can still come back.

use retail::till::{Amounts, Returnable};
use retail::{Money, Quantity, RetailerId};
use uuid::Uuid;

use super::Reader;
use crate::store::{StoreError, row};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TillLineView {
    pub key: String,
    pub item: Uuid,
    pub quantity: Quantity,
    /// At tills, and by the shop's word.
    pub returned: Quantity,
    pub returnable: Quantity,
    /// For all that is returnable; not negative.
    pub refund: Amounts,
    /// `None`: no till sold it.
    pub price: Option<TillPrice>,
    /// The sale and its line that came back by this one.
    pub returns: Option<(Uuid, String)>,
}

/// As the till told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TillPrice {
    pub unit_price: Money,
    pub discount: Money,
    pub is_tax_included: bool,
}

impl Reader {
    /// `None` when the retailer has no such sale.
    pub async fn till_lines(
        &self,
        retailer: RetailerId,
        sale: Uuid,
    ) -> Result<Option<Vec<TillLineView>>, StoreError> {
        let mut db = self.snapshot().await?;
        let found = sqlx::query!(
            "select state, currency from ledger.sale where sale_id = $1 and retailer_id = $2",
            sale,
            retailer.uuid(),
        )
        .fetch_optional(&mut *db)
        .await?;
        let Some(found) = found else { return Ok(None) };
        let currency = row::currency_from(&found.currency)?;
        let is_void = row::state_from(&found.state)? == retail::SaleState::Voided;
        let lines = sqlx::query!(
            r#"select l.line_key, l.item_id, l.quantity_milli, l.net_minor, l.tax_minor,
                o.unit_price_minor as "unit_price_minor?", o.discount_minor as "discount_minor?",
                o.is_tax_included as "is_tax_included?", o.returned_sale_id as "returned_sale_id?",
                o.returned_line_key as "returned_line_key?",
                l.restocked_milli, coalesce(-back.quantity, 0)::bigint as "returned_milli!",
                coalesce(back.net, 0)::bigint as "net_back_minor!",
                coalesce(back.tax, 0)::bigint as "tax_back_minor!"
            from ledger.sale_line l
            left join ledger.till_line o on o.sale_id = l.sale_id and o.line_key = l.line_key
            left join lateral (
                select sum(b.quantity_milli) as quantity, sum(b.net_minor) as net, sum(b.tax_minor) as tax
                from ledger.till_line t
                join ledger.sale x on x.sale_id = t.sale_id and x.state = 'closed'
                join ledger.sale_line b on b.sale_id = t.sale_id and b.line_key = t.line_key
                where t.returned_sale_id = l.sale_id and t.returned_line_key = l.line_key) back on true
            where l.sale_id = $1
            order by l.position"#,
            sale,
        )
        .fetch_all(&mut *db)
        .await?;
        let money = |minor| Money::new(minor, currency);
        lines
            .into_iter()
            .map(|line| {
                let of = Returnable {
                    sold: Quantity::from_milli(line.quantity_milli),
                    restocked: Quantity::from_milli(line.restocked_milli),
                    returned: Quantity::from_milli(line.returned_milli),
                    amounts: Amounts {
                        net: money(line.net_minor),
                        tax: money(line.tax_minor),
                    },
                    given_back: Amounts {
                        net: money(line.net_back_minor),
                        tax: money(line.tax_back_minor),
                    },
                };
                let (returnable, refund) = left(&of, is_void);
                let price = line.unit_price_minor.zip(line.discount_minor);
                Ok(TillLineView {
                    key: line.line_key,
                    item: line.item_id,
                    quantity: of.sold,
                    returned: of.back(),
                    returnable,
                    refund,
                    price: price.zip(line.is_tax_included).map(
                        |((unit_price, discount), is_tax_included)| TillPrice {
                            unit_price: money(unit_price),
                            discount: money(discount),
                            is_tax_included,
                        },
                    ),
                    returns: line.returned_sale_id.zip(line.returned_line_key),
                })
            })
            .collect::<Result<_, StoreError>>()
            .map(Some)
    }
}

/// How much, and what for. Nothing of a void sale; nor where a shop's word makes no sense.
fn left(line: &Returnable, is_void: bool) -> (Quantity, Amounts) {
    let left = line.left().unwrap_or_default();
    let nothing = Amounts {
        net: Money::zero(line.amounts.net.currency()),
        tax: Money::zero(line.amounts.net.currency()),
    };
    if is_void || left.is_zero() {
        return (Quantity::ZERO, nothing);
    }
    match line.refund(left) {
        Ok(Amounts { net, tax }) => {
            let positive =
                |money: Money| Money::new(money.minor().saturating_neg(), money.currency());
            let refund = Amounts {
                net: positive(net),
                tax: positive(tax),
            };
            (left, refund)
        }
        Err(_) => (Quantity::ZERO, nothing),
    }
}
