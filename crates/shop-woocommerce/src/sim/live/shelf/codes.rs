//! SKUs and barcodes, of which each stands for one thing.

use super::{Shelf, Thing};
use crate::sim::live::api::Problem;

impl Shelf {
    /// Whether `thing` may have what it has. In the trash too things keep their codes, and the shop does not say which.
    pub(super) fn check_codes(&self, thing: &Thing) -> Result<(), Problem> {
        let others = || self.things().filter(|other| other.id != thing.id);
        let is_equal = |one: &str, other: &str| !one.is_empty() && one.eq_ignore_ascii_case(other);
        if let Some(other) = others().find(|other| is_equal(&thing.sku, &other.sku)) {
            if other.is_trashed() {
                return Err(Problem::not_created());
            }
            let sku = (1..).map(|n: u64| format!("{}-{n}", thing.sku));
            let mut sku = sku.filter(|sku| !others().any(|other| is_equal(sku, &other.sku)));
            return Err(Problem::sku_taken(other.id, sku.next()));
        }
        let is_code = |code: &str| code.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let taken = others().find(|other| is_equal(&thing.barcode, &other.barcode));
        match taken {
            Some(other) => Err(Problem::barcode(Some(other.id))),
            None if !is_code(&thing.barcode) => Err(Problem::barcode(None)),
            None => Ok(()),
        }
    }
}
