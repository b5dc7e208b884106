//! Means of payment: those that every retailer has, those of one, and what shops call them.

use std::collections::BTreeMap;

use retail::{ConnectionId, PaymentType, RetailerId};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::RegisterError;
use crate::store::ours::is_ours;
use crate::store::{Once, Reader, StoreError};

/// The means of payment that holds a session's float.
pub(super) const CASH: &str = "cash";

/// What every retailer has, with its name until the retailer gives it another.
const EVERYBODYS: [(&str, &str); 6] = [
    (CASH, "Cash"),
    ("card", "Card"),
    ("bank-transfer", "Bank transfer"),
    ("cheque", "Cheque"),
    ("gift-card", "Gift card"),
    ("other", "Other"),
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentTypeView {
    pub payment_type: String,
    pub name: String,
}

/// What a shop's means of payment is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentMethodView {
    pub connection: Uuid,
    pub method: String,
    pub payment_type: String,
}

impl Reader {
    /// All that a retailer can be paid by, by their short names.
    pub async fn payment_types(
        &self,
        retailer: RetailerId,
    ) -> Result<Vec<PaymentTypeView>, StoreError> {
        let own = sqlx::query!(
            "select payment_type, name from ledger.payment_type where retailer_id = $1",
            retailer.uuid(),
        )
        .fetch_all(&self.pool)
        .await?;
        let mut names: BTreeMap<String, String> = EVERYBODYS
            .iter()
            .map(|(payment_type, name)| ((*payment_type).to_owned(), (*name).to_owned()))
            .collect();
        names.extend(own.into_iter().map(|own| (own.payment_type, own.name)));
        Ok(names
            .into_iter()
            .map(|(payment_type, name)| PaymentTypeView { payment_type, name })
            .collect())
    }

    /// What shops' means of payment are here, where somebody said so.
    pub async fn payment_methods(
        &self,
        retailer: RetailerId,
    ) -> Result<Vec<PaymentMethodView>, StoreError> {
        let found = sqlx::query_as!(
            PaymentMethodView,
            "select m.connection_id as connection, m.method, m.payment_type
            from ledger.payment_method m
            join ledger.connection c on c.connection_id = m.connection_id
            where c.retailer_id = $1
            order by m.connection_id, m.method",
            retailer.uuid(),
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(found)
    }
}

impl Once {
    /// Adds a means of payment, or names one otherwise.
    pub async fn set_payment_type(
        &mut self,
        payment_type: &PaymentType,
        name: &str,
    ) -> Result<(), RegisterError> {
        let retailer = self.retailer();
        let before = sqlx::query_scalar!(
            "select name from ledger.payment_type
            where retailer_id = $1 and payment_type = $2 for update",
            retailer.uuid(),
            payment_type.as_str(),
        )
        .fetch_optional(self.db())
        .await?;
        let named = |name: &str| json!({"payment_type": payment_type.as_str(), "name": name});
        self.note_change(before.as_deref().map(named), named(name));
        sqlx::query!(
            "insert into ledger.payment_type (retailer_id, payment_type, name) values ($1, $2, $3)
            on conflict on constraint payment_type_pkey do update set name = excluded.name",
            retailer.uuid(),
            payment_type.as_str(),
            name,
        )
        .execute(self.db())
        .await?;
        Ok(())
    }

    /// Says what a shop's means of payment is here, in closures from now on.
    pub async fn map_payment_method(
        &mut self,
        connection: ConnectionId,
        method: &str,
        payment_type: &PaymentType,
    ) -> Result<(), RegisterError> {
        let retailer = self.retailer();
        let db = self.db();
        if !is_ours(db, retailer, connection.uuid()).await? {
            return Err(RegisterError::UnknownConnection);
        }
        check(db, retailer, payment_type).await?;
        let before = sqlx::query_scalar!(
            "select payment_type from ledger.payment_method
            where connection_id = $1 and method = $2 for update",
            connection.uuid(),
            method,
        )
        .fetch_optional(&mut *db)
        .await?;
        sqlx::query!(
            "insert into ledger.payment_method (connection_id, method, payment_type)
            values ($1, $2, $3)
            on conflict on constraint payment_method_pkey
                do update set payment_type = excluded.payment_type",
            connection.uuid(),
            method,
            payment_type.as_str(),
        )
        .execute(&mut *db)
        .await?;
        let mapped = |payment_type: &str| {
            json!({
                "connection_id": connection.uuid(),
                "method": method,
                "payment_type": payment_type,
            })
        };
        self.note_change(before.as_deref().map(mapped), mapped(payment_type.as_str()));
        Ok(())
    }
}

/// That the retailer has it.
pub(in crate::store) async fn check(
    db: &mut PgConnection,
    retailer: RetailerId,
    payment_type: &PaymentType,
) -> Result<(), RegisterError> {
    if EVERYBODYS
        .iter()
        .any(|(known, _)| *known == payment_type.as_str())
    {
        return Ok(());
    }
    let found = sqlx::query_scalar!(
        "select name from ledger.payment_type where retailer_id = $1 and payment_type = $2",
        retailer.uuid(),
        payment_type.as_str(),
    )
    .fetch_optional(db)
    .await?;
    match found {
        Some(_) => Ok(()),
        None => Err(RegisterError::UnknownType(payment_type.clone())),
    }
}
