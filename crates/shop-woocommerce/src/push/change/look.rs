//! What has to be known of products before they are changed: what a list that is sent whole has of the shop's own.

use std::collections::{BTreeSet, HashMap};

use bytes::Bytes;
use retail::listing::VariantChange;
use serde_json::value::RawValue;
use shop::FetchError;
use shop::push::ChangeRow;

use crate::loose::List;
use crate::push::ROWS_LIMIT;
use crate::push::ask::{Asker, number, product_number};
use crate::push::batch;
use crate::push::raw::RawProduct;
use crate::push::read::query;

const FIELDS: &str = "id,type,status,slug,global_unique_id,images,attributes,variations,meta_data";

/// Products as they are now, of the rows that need it.
pub(super) struct Looked(HashMap<u64, Bytes>);

impl Looked {
    pub(super) async fn of(asker: &Asker<'_>, rows: &[ChangeRow]) -> Result<Self, FetchError> {
        let needed = rows.iter().filter(|row| is_needed(row));
        let ids: BTreeSet<u64> = needed
            .filter_map(|row| product_number(&row.shop.id))
            .collect();
        let ids: Vec<u64> = ids.into_iter().collect();
        let mut all = HashMap::new();
        for ids in ids.chunks(ROWS_LIMIT) {
            let answer = asker.get("products", query(ids, FIELDS)).await?;
            let List(rows): List<&RawValue> = answer.read()?;
            for row in rows {
                let bytes = answer.body().slice_ref(row.get().as_bytes());
                let product: RawProduct<'_> = batch::read(&bytes)?;
                if let Some(id) = product.id.id().and_then(number) {
                    all.insert(id, bytes.clone());
                }
            }
        }
        Ok(Self(all))
    }

    pub(super) fn product(&self, id: u64) -> Result<Option<RawProduct<'_>>, FetchError> {
        self.0.get(&id).map(batch::read).transpose()
    }
}

/// Images and options are sent as whole lists; to be on sale a product needs an address of its own, and must not be in the
/// trash: it would come back out of it.
pub(super) fn is_needed(row: &ChangeRow) -> bool {
    let change = &row.change;
    let is_on_sale = change.is_on_sale == Some(true);
    is_on_sale
        || change.images.is_some()
        || change.options.is_some()
        || change.variants.iter().any(|variant| match variant {
            VariantChange::Add(_) => true,
            VariantChange::Set { fields, .. } => {
                fields.values.is_some() || fields.image.is_some() || fields.is_on_sale == Some(true)
            }
            VariantChange::Remove(_) => false,
        })
}
