//! Records a payment that was made at the till, or elsewhere and is known there (SH-13).

use jiff::Timestamp;
use retail::settlement::{Applied, Settlement};
use retail::{Money, PaymentType, SaleId, SaleState};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::payment::{NewPayment, Taking};
use super::{RegisterError, TillPaymentView, types};
use crate::decide::Dirty;
use crate::store::{Once, StoreError, outbox, row};

/// What somebody says was paid.
#[derive(Clone, Debug)]
pub struct PaymentAsked {
    pub sale: SaleId,
    /// `None`: the one that the sale is booked on.
    pub register: Option<Uuid>,
    pub payment_type: PaymentType,
    /// Less than nothing is given back, of a return.
    pub amount: Money,
    pub paid_at: Timestamp,
    /// It may be in no closure.
    pub may_be_outside: bool,
    /// It may be more than is open.
    pub may_exceed: bool,
}

/// A payment, and what the sale has received now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedPayment {
    pub payment: TillPaymentView,
    pub settlement: Settlement,
}

/// A sale as far as its payment goes, locked with its order's head.
struct Due {
    state: SaleState,
    total: Money,
    shop_received: Money,
    applied: Vec<Applied>,
}

impl Once {
    /// Books the payment on the session that is open (SH-14, SH-15).
    pub async fn apply_payment(
        &mut self,
        asked: &PaymentAsked,
    ) -> Result<AppliedPayment, RegisterError> {
        let PaymentAsked {
            sale,
            register,
            payment_type,
            amount,
            paid_at,
            may_be_outside,
            may_exceed,
        } = asked;
        let (retailer, now) = (self.retailer(), self.now());
        let db = self.db();
        let sold_on = sqlx::query_scalar!(
            "select register_id from ledger.sale where sale_id = $1 and retailer_id = $2",
            sale.uuid(),
            retailer.uuid(),
        )
        .fetch_optional(&mut *db)
        .await?
        .ok_or(RegisterError::UnknownSale)?;
        types::check(db, retailer, payment_type).await?;
        let register = register.unwrap_or(sold_on);
        let till = (retailer, register);
        let taking = Taking::at(db, till, *paid_at, now, *may_be_outside).await?;
        let mut due = Due::lock(db, *sale).await?;
        due.check(&taking, *amount, *may_exceed)?;
        let before = due.settle()?;
        due.applied.push(Applied {
            amount: *amount,
            shop_received: due.shop_received,
        });
        let settlement = due.settle()?;
        let new = NewPayment {
            sale: *sale,
            payment_type,
            amount: *amount,
            shop_received: due.shop_received,
            paid_at: *paid_at,
        };
        let payment = self.book_payment(&taking, new).await?;
        let db = self.db();
        sqlx::query!(
            "update ledger.sale set has_till_payment = true, applied_minor = $2, covered_minor = $3, balance = $4,
                changed_at = $5, changed_xid = (select pg_current_xact_id()::text::bigint)
            where sale_id = $1",
            sale.uuid(),
            settlement.applied.minor(),
            settlement.covered.minor(),
            settlement.balance.as_str(),
            row::at(now) as _,
        )
        .execute(&mut *db)
        .await?;
        outbox::mark(db, &[Dirty::Sale(retailer, *sale)], now).await?;
        let told = |of: &Settlement| json!({"sale_id": sale.uuid(), "balance": of.balance.as_str(), "received": of.received.to_string()});
        self.note_change(Some(told(&before)), told(&settlement));
        Ok(AppliedPayment {
            payment,
            settlement,
        })
    }
}

impl Due {
    /// The head first, as every writer does.
    async fn lock(db: &mut PgConnection, sale: SaleId) -> Result<Self, RegisterError> {
        sqlx::query!(
            "select h.shop_order_id from ledger.shop_order h
            join ledger.sale s on s.connection_id = h.connection_id
                and s.shop_order_id = h.shop_order_id
            where s.sale_id = $1
            for update of h",
            sale.uuid(),
        )
        .fetch_optional(&mut *db)
        .await?;
        let found = sqlx::query!(
            "select state, currency, total_minor, received_minor
            from ledger.sale where sale_id = $1",
            sale.uuid(),
        )
        .fetch_one(&mut *db)
        .await?;
        let currency = row::currency_from(&found.currency)?;
        Ok(Self {
            state: row::state_from(&found.state)?,
            total: Money::new(found.total_minor, currency),
            shop_received: Money::new(found.received_minor, currency),
            applied: applied_to(db, &[sale.uuid()])
                .await?
                .into_iter()
                .map(|(_, applied)| applied)
                .collect(),
        })
    }

    fn settle(&self) -> Result<Settlement, RegisterError> {
        Settlement::of(self.total, self.shop_received, &self.applied).map_err(too_large)
    }

    fn check(&self, taking: &Taking, amount: Money, may_exceed: bool) -> Result<(), RegisterError> {
        match self.state {
            SaleState::Closed => {}
            SaleState::Voided | SaleState::Unfinished | SaleState::NotImported => {
                return Err(RegisterError::Voided);
            }
        }
        let payment = amount.currency();
        if self.total.currency() != payment {
            return Err(RegisterError::SaleCurrency {
                sale: self.total.currency(),
                payment,
            });
        }
        taking.check(payment)?;
        let open = self
            .total
            .checked_sub(self.settle()?.received)
            .map_err(too_large)?;
        let is_given_back = amount.minor() < 0;
        let is_too_much = if is_given_back {
            self.total.minor() >= 0 || amount.minor() < open.minor()
        } else {
            amount.minor() > open.minor() && !may_exceed
        };
        if is_too_much {
            return Err(RegisterError::TooMuch { amount, open });
        }
        Ok(())
    }
}

/// What people recorded as paid, in the order in which they did.
pub(in crate::store) async fn applied_to(
    db: &mut PgConnection,
    sales: &[Uuid],
) -> Result<Vec<(Uuid, Applied)>, StoreError> {
    sqlx::query!(
        "select p.sale_id, p.currency, p.amount_minor, p.shop_received_minor
        from unnest($1::uuid[]) k (sale_id)
        cross join lateral (
            select * from ledger.till_payment paid where paid.sale_id = k.sale_id offset 0) p
        order by p.recorded_at, p.payment_id",
        sales,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|found| {
        let currency = row::currency_from(&found.currency)?;
        let applied = Applied {
            amount: Money::new(found.amount_minor, currency),
            shop_received: Money::new(found.shop_received_minor, currency),
        };
        Ok((found.sale_id, applied))
    })
    .collect()
}

/// The sums of what is stored and one more.
fn too_large(_: retail::MoneyError) -> RegisterError {
    StoreError::corrupt("sale", "applied_minor", "larger than can be kept").into()
}
