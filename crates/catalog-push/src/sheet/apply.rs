//! A sheet is applied: whole, or not at all.

use retail::{ItemId, ProductId};
use tonic::{Code, Status};

use super::{Failure, Worker};
use crate::registry::OnBehalf;
use crate::store::{Identity, SheetState, SheetWork, ToldItem, Write};

impl Worker {
    /// Tells the ledger of the items that it is to know otherwise, then goes on.
    pub(super) async fn register(&self, work: &SheetWork) -> Result<(), Failure> {
        let mut up_to = work.told_up_to;
        loop {
            let items = self.store.items_to_tell(work.id, up_to).await?;
            let Some((first, last)) = ends(&items) else {
                return Ok(self
                    .store
                    .bring_sheet(work.id, SheetState::Writing, "")
                    .await?);
            };
            let told: Vec<_> = items.iter().map(|item| (item.item, &item.now)).collect();
            let what = format!("register {} {first}", work.attempt);
            match self.registry.tell(by(work), &what, &told).await {
                Ok(()) => self.store.note_told(work.id, last, items.len()).await?,
                Err(status) => {
                    let refusal = refusal(status)?;
                    return Ok(self
                        .store
                        .bring_sheet(work.id, SheetState::Reverting, &refusal)
                        .await?);
                }
            }
            up_to = Some(last);
        }
    }

    /// Changes the catalogue, at once.
    pub(super) async fn write(&self, work: &SheetWork) -> Result<(), Failure> {
        let refusal = match self.store.write_sheet(work.id).await? {
            Write::Done => return Ok(()),
            Write::ProductsChanged(count) => {
                format!("{count} products were changed since the sheet was checked")
            }
            Write::ItemsTaken(count) => {
                format!("{count} items are of other products since the sheet was checked")
            }
        };
        let reverting = SheetState::Reverting;
        self.store.bring_sheet(work.id, reverting, &refusal).await?;
        Ok(())
    }

    /// Tells the ledger of the items as they were. One that it did not know is left without SKU and barcode: nobody
    /// sells it, and the sheet may be applied later.
    pub(super) async fn revert(&self, work: &SheetWork) -> Result<(), Failure> {
        let mut refusal = work.refusal.clone();
        if let Some(up_to) = work.told_up_to {
            let mut after = None;
            loop {
                let items = self.store.items_to_take_back(work.id, up_to, after).await?;
                let Some((first, last)) = ends(&items) else {
                    break;
                };
                let before: Vec<(ItemId, Identity)> = items.iter().map(before).collect();
                let told: Vec<_> = before.iter().map(|(item, was)| (*item, was)).collect();
                let what = format!("revert {} {first}", work.attempt);
                if let Err(status) = self.registry.tell(by(work), &what, &told).await {
                    let why = self::refusal(status)?;
                    refusal.push_str("; the ledger keeps items as the sheet names them: ");
                    refusal.push_str(&why);
                }
                after = Some(last);
            }
        }
        let refused = SheetState::Refused;
        Ok(self.store.bring_sheet(work.id, refused, &refusal).await?)
    }
}

fn by(work: &SheetWork) -> OnBehalf<'_> {
    OnBehalf {
        retailer: work.retailer,
        act: &work.act,
    }
}

/// The first product that is told of, and the last.
fn ends(items: &[ToldItem]) -> Option<(ProductId, ProductId)> {
    Some((items.first()?.product, items.last()?.product))
}

fn before(item: &ToldItem) -> (ItemId, Identity) {
    let unknown = || Identity {
        sku: None,
        barcode: None,
        name: item.now.name.clone(),
    };
    (item.item, item.was.clone().unwrap_or_else(unknown))
}

/// What the ledger says no to, in its words; what it does not answer is asked again.
fn refusal(status: Status) -> Result<String, Status> {
    match status.code() {
        Code::FailedPrecondition | Code::NotFound | Code::InvalidArgument => {
            Ok(status.message().to_owned())
        }
        _ => Err(status),
    }
}
