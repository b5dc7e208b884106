//! Makes void what was sold at a till.

use retail::{ConnectionId, Money, PaymentType, SaleId, SaleState, ShopOrderId};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::record::view;
use super::{TillError, returned};
use crate::decide::{
    Delivery, DeliveryRow, Dirty, Group, MovementRow, Outcome, RecordedSale, TILL_PLATFORM,
    Withdrawal, WithdrawnSale, withdraw,
};
use crate::store::register::{NewPayment, Taking, lock_register};
use crate::store::{
    Once, SaleView, StoreError, connection, delivery, head, import, level, outbox, row,
};

/// What is to be void, and where its money is given back.
#[derive(Clone, Copy, Debug)]
pub struct VoidAsked {
    pub sale: Uuid,
    /// `None`: the register that it was sold on.
    pub register: Option<Uuid>,
}

/// Where a till's sale stands.
struct Booked {
    connection: ConnectionId,
    order: ShopOrderId,
    register: Uuid,
}

impl Once {
    /// What was sold goes back to stock, what came back leaves it, and payments are given back in the session that
    /// is open now: a closure never changes.
    pub async fn void_sale(&mut self, asked: &VoidAsked) -> Result<SaleView, TillError> {
        let VoidAsked { sale, register } = *asked;
        let retailer = self.retailer();
        let db = self.db();
        let booked = Booked::find(db, retailer.uuid(), sale).await?;
        let register = register.unwrap_or(booked.register);
        lock_register(db, retailer, register).await?;
        let recorded = booked.lock(db).await?;
        match recorded.recorded.state {
            SaleState::Closed => {}
            SaleState::Voided | SaleState::Unfinished | SaleState::NotImported => {
                return Err(TillError::Voided);
            }
        }
        if returned::is_any(db, sale).await? {
            return Err(TillError::Returned);
        }
        let sale = recorded.sale;
        self.give_back(sale, register).await?;
        let withdrawal = Withdrawal {
            retailer,
            connection: booked.connection,
            order: &booked.order,
            // Given back above, in a session of today.
            sale: RecordedSale {
                by_hand: Vec::new(),
                ..recorded
            },
            has_moved_since: false,
        };
        let withdrawn = withdraw(&withdrawal, &*self.ids()).map_err(TillError::Kept)?;
        self.write_void(&booked, withdrawn).await?;
        let told = |state: SaleState| json!({"sale_id": sale.uuid(), "state": state.as_str()});
        self.note_change(Some(told(SaleState::Closed)), told(SaleState::Voided));
        view(self.db(), sale).await
    }

    /// Each means of payment at once, whatever it came from.
    async fn give_back(&mut self, sale: SaleId, register: Uuid) -> Result<(), TillError> {
        let paid = paid(self.db(), sale).await?;
        if paid.is_empty() {
            return Ok(());
        }
        let (retailer, now) = (self.retailer(), self.now());
        let taking = Taking::at(self.db(), (retailer, register), now, now, false).await?;
        for (payment_type, paid) in paid {
            taking.check(paid.currency())?;
            let new = NewPayment {
                sale,
                payment_type: &payment_type,
                amount: Money::new(paid.minor().saturating_neg(), paid.currency()),
                shop_received: Money::zero(paid.currency()),
                paid_at: now,
            };
            self.book_payment(&taking, new).await?;
        }
        sqlx::query!(
            "update ledger.sale set applied_minor = 0 where sale_id = $1",
            sale.uuid(),
        )
        .execute(self.db())
        .await?;
        Ok(())
    }

    async fn write_void(
        &mut self,
        booked: &Booked,
        withdrawn: WithdrawnSale,
    ) -> Result<(), TillError> {
        let now = self.now();
        let cause = Delivery {
            id: self.act().request.to_string(),
            topic: TILL_PLATFORM.to_owned(),
            received_at: now,
        };
        let noted = DeliveryRow {
            connection: booked.connection,
            order: &booked.order,
            delivery: &cause,
            version: None,
            outcome: Outcome::Recorded,
            revision: Some(withdrawn.revision),
        };
        let db = self.db();
        let orders = [booked.order.as_str()];
        let withdrawn = [withdrawn];
        import::void(db, booked.connection, &orders, &withdrawn, now).await?;
        let [
            WithdrawnSale {
                movements, dirty, ..
            },
        ] = withdrawn;
        let (movements, dirty): (Vec<MovementRow>, Vec<Dirty>) = (movements, dirty);
        delivery::write(db, &[noted]).await?;
        level::move_stock(db, &movements, now).await?;
        let mut dirty = dirty;
        dirty.sort_unstable();
        outbox::mark(db, &dirty, now).await?;
        Ok(())
    }
}

impl Booked {
    async fn find(db: &mut PgConnection, retailer: Uuid, sale: Uuid) -> Result<Self, TillError> {
        let found = sqlx::query!(
            r#"select s.connection_id, s.shop_order_id, s.register_id,
                exists (select from ledger.till t where t.connection_id = s.connection_id) as "is_ours!"
            from ledger.sale s
            where s.sale_id = $1 and s.retailer_id = $2"#,
            sale,
            retailer,
        )
        .fetch_optional(db)
        .await?
        .ok_or(TillError::UnknownSale(sale))?;
        if !found.is_ours {
            return Err(TillError::NotAtATill);
        }
        Ok(Self {
            connection: ConnectionId::new(found.connection_id),
            order: ShopOrderId::new(&found.shop_order_id)
                .map_err(|_| StoreError::corrupt("sale", "shop_order_id", &found.shop_order_id))?,
            register: found.register_id,
        })
    }

    /// As it is once nobody else can change it.
    async fn lock(&self, db: &mut PgConnection) -> Result<RecordedSale, StoreError> {
        let settings = connection::by_id(db, &[self.connection.uuid()]).await?;
        let missing = || StoreError::corrupt("till", "connection_id", "a missing connection");
        let group = Group {
            connection: self.connection,
            order: &self.order,
            settings: *settings.get(&self.connection).ok_or_else(missing)?,
            messages: Vec::new(),
        };
        let head = head::lock(db, &[group]).await?.pop().flatten();
        let missing = || StoreError::corrupt("shop_order", "sale_id", "a missing sale");
        head.and_then(|head| head.sale).ok_or_else(missing)
    }
}

/// What there is to give back, of each means of payment.
async fn paid(
    db: &mut PgConnection,
    sale: SaleId,
) -> Result<Vec<(PaymentType, Money)>, StoreError> {
    sqlx::query!(
        r#"select payment_type, currency, sum(amount_minor)::bigint as "minor!"
        from ledger.till_payment
        where sale_id = $1
        group by payment_type, currency
        having sum(amount_minor) <> 0
        order by payment_type, currency"#,
        sale.uuid(),
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|paid| {
        let payment_type = PaymentType::new(&paid.payment_type)
            .map_err(|_| StoreError::corrupt("till_payment", "payment_type", &paid.payment_type))?;
        Ok((
            payment_type,
            Money::new(paid.minor, row::currency_from(&paid.currency)?),
        ))
    })
    .collect()
}
