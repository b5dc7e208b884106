//! Of what the kits of a sale are made, as rows.

use retail::kit::{MadeOf, Part};
use retail::{ItemId, LineKey, SaleId};

/// A part of a kit, as a line sold it.
#[derive(Clone, Debug)]
pub struct KitPartRow {
    pub sale: SaleId,
    pub line: LineKey,
    pub kit: ItemId,
    pub part: Part,
}

impl KitPartRow {
    pub fn of(sale: SaleId, made: MadeOf) -> impl Iterator<Item = Self> {
        made.into_iter().flat_map(move |((line, kit), parts)| {
            parts.into_iter().map(move |part| Self {
                sale,
                line: line.clone(),
                kit,
                part,
            })
        })
    }
}
