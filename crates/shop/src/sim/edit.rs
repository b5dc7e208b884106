/// What somebody makes of a product in the shop's own back office.
///
/// Lines of orders placed from then on name the product so. What they cost stays what the seed says, and the books stay
/// by the SKUs of before: a POS that is the system of record takes nothing of this over (POS-1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductEdit {
    /// Its place in the catalogue, from 0.
    pub product: usize,
    pub name: String,
    pub sku: String,
    pub barcode: String,
    /// In hundredths of the shop's currency.
    pub price_cents: i64,
    /// What is left of it, as somebody counted.
    pub stock: i64,
}

/// All edits of a shop's products so far.
#[derive(Clone, Debug, Default)]
pub struct ProductEdits(Vec<(u64, ProductEdit)>);

impl ProductEdits {
    /// Made when `next` was the first order id not yet given.
    pub fn add(&mut self, next: u64, edit: ProductEdit) {
        self.0.push((next, edit));
    }

    /// How a line of this order names the product in this place, where an edit says how.
    #[must_use]
    pub fn of_order(&self, order: u64, product: usize) -> Option<&ProductEdit> {
        let edits = self.0.iter().rev();
        let mut made_before = edits.filter(|(next, _)| order >= *next);
        made_before
            .find(|(_, edit)| edit.product == product)
            .map(|(_, edit)| edit)
    }

    /// The product as it is now, where an edit says how.
    #[must_use]
    pub fn newest(&self, product: usize) -> Option<&ProductEdit> {
        self.of_order(u64::MAX, product)
    }
}
