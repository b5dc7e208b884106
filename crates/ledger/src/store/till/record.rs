//! Records what is sold at a till, and what comes back there (POS-4, POS-5, POS-6, POS-11, POS-12).

use std::collections::BTreeSet;

use jiff::Timestamp;
use retail::register::Placement;
use retail::settlement::{self, Settlement};
use retail::till::{self, Prices, Refusal, SoldLine};
use retail::{
    ConnectionId, ContentHash, Currency, CustomerId, LineKey, Money, OutletId, PaymentType,
    Quantity, RegisterId, SaleId,
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::customer::Buyer;
use super::item::Product;
use super::kits;
use super::number::{self, Number};
use super::returned::{self, Returned};
use super::{AskedCustomer, TillError, item};
use crate::decide::{Delivery, ItemKind, TILL_PLATFORM, TillLine, TillSale};
use crate::store::apply::write;
use crate::store::register::{NewPayment, Taking, check_type};
use crate::store::{AskedItem, Once, RegisterError, SaleView, StoreError, people};

/// What a till says it sold.
#[derive(Clone, Debug)]
pub struct SaleAsked {
    pub register: Uuid,
    pub sold: Vec<AskedSold>,
    pub returned: Vec<AskedReturn>,
    pub prices: Prices,
    /// In which all amounts are. `None`: in that of what comes back.
    pub currency: Option<Currency>,
    /// What all lines come to, where the till says so.
    pub total: Option<Money>,
    pub payments: Vec<AskedPayment>,
    pub customer: AskedCustomer,
    /// `None`: now.
    pub sold_at: Option<Timestamp>,
    /// Its payments may be in no closure.
    pub may_be_outside: bool,
}

#[derive(Clone, Debug)]
pub struct AskedSold {
    pub item: AskedItem,
    pub line: SoldLine,
}

/// A line of some sale that comes back.
#[derive(Clone, Debug)]
pub struct AskedReturn {
    pub sale: Uuid,
    pub line: LineKey,
    /// More than nothing.
    pub quantity: Quantity,
    /// It can be sold again.
    pub is_restocked: bool,
}

#[derive(Clone, Debug)]
pub struct AskedPayment {
    pub payment_type: PaymentType,
    /// `None`: what the others leave.
    pub amount: Option<Money>,
}

impl Once {
    /// Records the sale, with what it moves and what is paid of it. Nothing of it but its payments and its being
    /// void ever changes.
    pub async fn record_sale(&mut self, asked: &SaleAsked) -> Result<SaleView, TillError> {
        let (retailer, now) = (self.retailer(), self.now());
        let (sale, content) = (SaleId::new(self.new_id()), ContentHash::new(self.digest()));
        let (new_till, new_customer) = (
            ConnectionId::new(self.new_id()),
            CustomerId::new(self.new_id()),
        );
        let delivery = Delivery {
            id: self.act().request.to_string(),
            topic: TILL_PLATFORM.to_owned(),
            received_at: now,
        };
        let sold_at = asked.sold_at.unwrap_or(now);
        // Refuses what is later than now; without payments no session is asked.
        Placement::of(sold_at, sold_at, now).map_err(RegisterError::from)?;
        let erasures = self.erasures();
        let db = self.db();
        people::lock_shared(db, retailer).await?;
        let outlet = outlet_of(db, retailer.uuid(), asked.register).await?;
        for payment in &asked.payments {
            check_type(db, retailer, &payment.payment_type).await?;
        }
        let register = (retailer, asked.register);
        let taking = match asked.payments.as_slice() {
            [] => None,
            _ => Some(Taking::at(db, register, sold_at, now, asked.may_be_outside).await?),
        };
        let returned_sales: BTreeSet<Uuid> = asked.returned.iter().map(|line| line.sale).collect();
        returned::lock(db, retailer, &returned_sales).await?;
        let returned = returned::find(db, &asked.returned).await?;
        let items: Vec<&AskedItem> = asked.sold.iter().map(|sold| &sold.item).collect();
        let products = item::find(db, retailer, &items).await?;
        let lines = lines(asked, products, &returned)?;
        let made = kits::made_of(db, &lines, asked).await?;
        let amounts = || lines.iter().map(|line| &line.amounts);
        let first = amounts().map(|line| line.net.currency()).next();
        let currency = asked.currency.or(first).ok_or(TillError::Empty)?;
        if let Some(taking) = &taking {
            taking.check(currency)?;
        }
        let total = till::total(currency, amounts(), asked.total)?;
        let tax = Money::sum(currency, amounts().map(|line| line.tax));
        let told: Vec<Option<Money>> = asked.payments.iter().map(|paid| paid.amount).collect();
        let paid = till::payments(total, &told, asked.customer.has_account())?;
        let settlement = settle(total, &paid)?;

        let Number {
            connection,
            order,
            receipt,
        } = number::take(db, retailer, asked.register, new_till).await?;
        let buyer = Buyer {
            retailer,
            till: connection,
            asked: &asked.customer,
            sold_at,
            erasures: &erasures,
        };
        let customer = buyer.find_or_create(db, new_customer, now).await?;
        let recorded = TillSale {
            retailer,
            outlet,
            register: RegisterId::new(asked.register),
            connection,
            sale,
            order: &order,
            receipt_number: receipt.as_str(),
            customer,
            total,
            tax: tax.map_err(Refusal::from)?,
            settlement,
            lines: &lines,
            made: &made,
            sold_at,
            delivery: &delivery,
            content,
        };
        let ids = self.ids();
        let db = self.db();
        write(db, &recorded.plan(&*ids), now).await?;
        write_lines(db, sale, &lines, asked).await?;
        if let Some(taking) = &taking {
            self.book_payments(taking, sale, sold_at, &asked.payments, &paid)
                .await?;
        }
        view(self.db(), sale).await
    }

    async fn book_payments(
        &mut self,
        taking: &Taking,
        sale: SaleId,
        paid_at: Timestamp,
        asked: &[AskedPayment],
        paid: &[Money],
    ) -> Result<(), TillError> {
        for (payment, amount) in asked.iter().zip(paid) {
            let new = NewPayment {
                sale,
                payment_type: &payment.payment_type,
                amount: *amount,
                shop_received: Money::zero(amount.currency()),
                paid_at,
            };
            self.book_payment(taking, new).await?;
        }
        sqlx::query!(
            "update ledger.sale set has_till_payment = true where sale_id = $1",
            sale.uuid(),
        )
        .execute(self.db())
        .await?;
        Ok(())
    }
}

/// As it is recorded now.
pub(super) async fn view(db: &mut PgConnection, sale: SaleId) -> Result<SaleView, TillError> {
    let mut sales = SaleView::load(db, &[sale.uuid()]).await?;
    SaleView::fill(db, &mut sales).await?;
    let gone = || StoreError::corrupt("sale", "sale_id", "gone").into();
    sales.pop().ok_or_else(gone)
}

async fn outlet_of(
    db: &mut PgConnection,
    retailer: Uuid,
    register: Uuid,
) -> Result<OutletId, TillError> {
    let found = sqlx::query_scalar!(
        "select r.outlet_id from ledger.register r
        join ledger.outlet o on o.outlet_id = r.outlet_id
        where r.register_id = $1 and o.retailer_id = $2",
        register,
        retailer,
    )
    .fetch_optional(db)
    .await?;
    let outlet = found.ok_or(RegisterError::UnknownRegister)?;
    Ok(OutletId::new(outlet))
}

/// What is sold, then what comes back, each in the order in which it was told.
fn lines(
    asked: &SaleAsked,
    products: Vec<Product>,
    returned: &[Returned],
) -> Result<Vec<TillLine>, TillError> {
    let mut lines = Vec::with_capacity(asked.sold.len() + returned.len());
    for (place, (sold, product)) in asked.sold.iter().zip(products).enumerate() {
        let amounts = sold.line.amounts(asked.prices);
        let amounts = amounts.map_err(|problem| Refusal::Line { place, problem })?;
        let Product { item, name } = product;
        lines.push(TillLine {
            key: key("line", place)?,
            item,
            kind: ItemKind::Product,
            name,
            quantity: sold.line.quantity,
            amounts,
            stocked: sold.line.quantity,
        });
    }
    for (place, line) in returned.iter().enumerate() {
        let Returned {
            item,
            kind,
            name,
            quantity,
            amounts,
            stocked,
        } = line;
        lines.push(TillLine {
            key: key("return", place)?,
            item: *item,
            kind: *kind,
            name: name.clone(),
            quantity: *quantity,
            amounts: *amounts,
            stocked: *stocked,
        });
    }
    Ok(lines)
}

fn key(what: &str, place: usize) -> Result<LineKey, StoreError> {
    let key = format!("{what}:{}", place + 1);
    LineKey::new(&key).map_err(|_| StoreError::corrupt("sale_line", "line_key", &key))
}

fn settle(total: Money, paid: &[Money]) -> Result<Settlement, Refusal> {
    let nothing = Money::zero(total.currency());
    let applied: Vec<settlement::Applied> = paid
        .iter()
        .map(|paid| settlement::Applied {
            amount: *paid,
            shop_received: nothing,
        })
        .collect();
    Ok(Settlement::of(total, nothing, &applied)?)
}

/// What a till's lines have beside what every line has. `lines` are those that `asked` asks for, in its order.
async fn write_lines(
    db: &mut PgConnection,
    sale: SaleId,
    lines: &[TillLine],
    asked: &SaleAsked,
) -> Result<(), TillError> {
    let keys: Vec<&str> = lines.iter().map(|line| line.key.as_str()).collect();
    let sold = |line: &SoldLine| {
        let is_tax_included = match asked.prices {
            Prices::WithTax => true,
            Prices::WithoutTax => false,
        };
        (
            Some(line.unit_price.minor()),
            Some(line.discount.minor()),
            Some(is_tax_included),
        )
    };
    let told = asked.sold.iter().map(|asked| sold(&asked.line));
    let nothing = asked.returned.iter().map(|_| (None, None, None));
    let (mut prices, mut discounts, mut included) = (Vec::new(), Vec::new(), Vec::new());
    for (price, discount, is_tax_included) in told.chain(nothing) {
        prices.push(price);
        discounts.push(discount);
        included.push(is_tax_included);
    }
    let (mut sales, mut lines): (Vec<Option<Uuid>>, Vec<Option<&str>>) =
        (vec![None; asked.sold.len()], vec![None; asked.sold.len()]);
    for line in &asked.returned {
        sales.push(Some(line.sale));
        lines.push(Some(line.line.as_str()));
    }
    sqlx::query!(
        "insert into ledger.till_line (sale_id, line_key, unit_price_minor, discount_minor,
            is_tax_included, returned_sale_id, returned_line_key)
        select $1, n.* from unnest($2::text[], $3::bigint[], $4::bigint[], $5::boolean[],
            $6::uuid[], $7::text[]) n",
        sale.uuid(),
        &keys as _,
        &prices as _,
        &discounts as _,
        &included as _,
        &sales as _,
        &lines as _,
    )
    .execute(db)
    .await?;
    Ok(())
}
