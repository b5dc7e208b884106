//! Goods on their way from one outlet to another.

use retail::{OutletId, Quantity};
use sqlx::PgConnection;
use uuid::Uuid;

use super::enter::NewEntry;
use super::{AskedLine, EntryCause, StockError, TransferView, item, lock};
use crate::store::{Once, StoreError};

/// What somebody sends.
#[derive(Clone, Debug)]
pub struct TransferAsked {
    pub from: Uuid,
    pub to: Uuid,
    /// Each more than nothing.
    pub lines: Vec<AskedLine>,
    pub reference: String,
}

/// What arrived of a transfer.
#[derive(Clone, Debug)]
pub struct ReceiptAsked {
    pub transfer: Uuid,
    /// Each more than nothing.
    pub lines: Vec<AskedLine>,
    /// Nothing more is to come.
    pub is_last: bool,
}

impl Once {
    /// Takes goods out of one outlet, for another.
    pub async fn send_transfer(
        &mut self,
        asked: &TransferAsked,
    ) -> Result<TransferView, StockError> {
        let TransferAsked {
            from,
            to,
            lines,
            reference,
        } = asked;
        let retailer = self.retailer();
        let transfer = self.new_id();
        let (from, _) = item::outlet(self.db(), retailer, *from).await?;
        let (to, _) = item::outlet(self.db(), retailer, *to).await?;
        let items = item::find(self.db(), retailer, lines).await?;
        // Less than nothing, a line's quantity is in range as it is above.
        let left = |line: &AskedLine| Quantity::from_milli(line.quantity.milli().saturating_neg());
        let left = lines.iter().map(left);
        self.enter(NewEntry {
            entry: transfer,
            outlet: from,
            cause: EntryCause::TransferSent,
            reference,
            lines: items.into_iter().zip(left).collect(),
        })
        .await?;
        let db = self.db();
        sqlx::query!(
            "insert into ledger.transfer (transfer_id, to_outlet_id) values ($1, $2)",
            transfer,
            to.uuid(),
        )
        .execute(&mut *db)
        .await?;
        of_transfer(db, retailer.uuid(), transfer).await
    }

    /// Takes in what arrived, which may be other than what was sent.
    pub async fn receive_transfer(
        &mut self,
        asked: &ReceiptAsked,
    ) -> Result<TransferView, StockError> {
        let ReceiptAsked {
            transfer,
            lines,
            is_last,
        } = asked;
        let retailer = self.retailer();
        let entry = self.new_id();
        let to = lock_transfer(self.db(), retailer.uuid(), *transfer).await?;
        let items = item::find(self.db(), retailer, lines).await?;
        let quantities = lines.iter().map(|line| line.quantity);
        let arrived: Vec<(item::Stocked, Quantity)> = items.into_iter().zip(quantities).collect();
        self.enter(NewEntry {
            entry,
            outlet: to,
            cause: EntryCause::TransferReceived {
                transfer: *transfer,
            },
            reference: "",
            lines: arrived,
        })
        .await?;
        let db = self.db();
        sqlx::query!(
            "insert into ledger.transfer_receipt (entry_id, transfer_id, is_last) values ($1, $2, $3)",
            entry,
            transfer,
            is_last,
        )
        .execute(&mut *db)
        .await?;
        of_transfer(db, retailer.uuid(), *transfer).await
    }
}

/// Where a transfer goes. Nobody else receives of it until the transaction ends; something is still to come.
async fn lock_transfer(
    db: &mut PgConnection,
    retailer: Uuid,
    transfer: Uuid,
) -> Result<OutletId, StockError> {
    let to = sqlx::query_scalar!(
        "select t.to_outlet_id
        from ledger.transfer t
        join ledger.stock_entry e on e.entry_id = t.transfer_id
        where t.transfer_id = $1 and e.retailer_id = $2",
        transfer,
        retailer,
    )
    .fetch_optional(&mut *db)
    .await?;
    let to = to.ok_or(StockError::UnknownTransfer)?;
    lock::outlet(db, retailer, to).await?;
    let is_received = sqlx::query_scalar!(
        r#"select exists (select from ledger.transfer_receipt
            where transfer_id = $1 and is_last) as "is_received!""#,
        transfer,
    )
    .fetch_one(db)
    .await?;
    if is_received {
        return Err(StockError::TransferReceived);
    }
    Ok(OutletId::new(to))
}

async fn of_transfer(
    db: &mut PgConnection,
    retailer: Uuid,
    transfer: Uuid,
) -> Result<TransferView, StockError> {
    let view = TransferView::find(db, retailer, transfer).await?;
    view.ok_or_else(|| StoreError::corrupt("transfer", "transfer_id", "gone").into())
}
