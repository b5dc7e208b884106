//! Books on a session what is paid, or paid back.

use jiff::Timestamp;
use retail::register::Placement;
use retail::{Currency, Money, PaymentType, RetailerId, SaleId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{OpenSession, RegisterError, TillPaymentView, lock};
use crate::store::{Once, row};

/// A session that takes a payment, and whether the payment is in its closure.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Taking {
    session: OpenSession,
    is_outside: bool,
}

/// A payment to be booked.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct NewPayment<'a> {
    pub sale: SaleId,
    pub payment_type: &'a PaymentType,
    /// Less than nothing is given back.
    pub amount: Money,
    pub shop_received: Money,
    pub paid_at: Timestamp,
}

impl Taking {
    /// By the session that is open on the register, which nobody closes until the transaction ends (SH-14, SH-15).
    pub async fn at(
        db: &mut PgConnection,
        (retailer, register): (RetailerId, Uuid),
        paid_at: Timestamp,
        now: Timestamp,
        may_be_outside: bool,
    ) -> Result<Self, RegisterError> {
        lock::shared(db, retailer, register).await?;
        let session = lock::open_session(db, register)
            .await?
            .ok_or(RegisterError::Closed)?;
        let placement = Placement::of(paid_at, session.opened_at, now)?;
        let is_outside = match placement {
            Placement::Inside => false,
            Placement::Outside if may_be_outside => true,
            Placement::Outside => return Err(RegisterError::Outside),
        };
        Ok(Self {
            session,
            is_outside,
        })
    }

    /// That it counts money of this currency.
    pub fn check(&self, payment: Currency) -> Result<(), RegisterError> {
        let session = self.session.currency;
        if session == payment {
            Ok(())
        } else {
            Err(RegisterError::SessionCurrency { session, payment })
        }
    }
}

impl Once {
    pub(in crate::store) async fn book_payment(
        &mut self,
        taking: &Taking,
        new: NewPayment<'_>,
    ) -> Result<TillPaymentView, RegisterError> {
        let NewPayment {
            sale,
            payment_type,
            amount,
            shop_received,
            paid_at,
        } = new;
        let Taking {
            session,
            is_outside,
        } = taking;
        let (retailer, now) = (self.retailer(), self.now());
        let payment = self.new_id();
        let act = self.act().clone();
        sqlx::query!(
            "insert into ledger.till_payment (payment_id, retailer_id, sale_id, session_id,
                is_outside, payment_type, currency, amount_minor, shop_received_minor, paid_at,
                recorded_at, actor, note)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            payment,
            retailer.uuid(),
            sale.uuid(),
            session.session,
            is_outside,
            payment_type.as_str(),
            amount.currency().code(),
            amount.minor(),
            shop_received.minor(),
            row::at(paid_at) as _,
            row::at(now) as _,
            act.actor,
            act.note,
        )
        .execute(self.db())
        .await?;
        Ok(TillPaymentView {
            payment,
            sale: sale.uuid(),
            session: session.session,
            is_outside: *is_outside,
            payment_type: payment_type.as_str().to_owned(),
            amount,
            paid_at,
            recorded_at: now,
            actor: act.actor,
            note: act.note,
        })
    }
}
