//! What one row comes to, as far as its product itself is concerned. Pure.

use retail::ItemId;
use retail::listing::{Listing, Ownership, ShopImage, ShopListing, VariantChange, VariantFields};
use shop::push::ChangeRow;

use crate::push::images::ImageList;
use crate::push::raw::RawProduct;
use crate::push::request::{self, Body};
use crate::push::{note, shown};

/// What the product is in the shop, and what it is to become: one thing, or one in variations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Simple,
    Variable,
    ToSimple,
    ToVariable,
}

impl Shape {
    fn of(row: &ChangeRow) -> Self {
        let ChangeRow {
            shop,
            wanted,
            change,
        } = row;
        let is_simple =
            (shop.variants.iter()).any(|variant| variant.id.as_str() == shop.id.as_str());
        let becomes_simple = wanted.options.is_empty();
        match (is_simple, change.options.is_some(), becomes_simple) {
            (true, true, false) => Self::ToVariable,
            (false, true, true) => Self::ToSimple,
            (true, _, _) => Self::Simple,
            (false, _, _) => Self::Variable,
        }
    }

    pub(super) const fn has_variations(self) -> bool {
        match self {
            Self::Variable | Self::ToVariable => true,
            Self::Simple | Self::ToSimple => false,
        }
    }
}

pub(super) struct Plan<'a> {
    pub(super) row: &'a ChangeRow,
    pub(super) shape: Shape,
    /// What is sent of the product. Empty: nothing.
    pub(super) product: Body,
    /// The shop has to fetch images for it.
    pub(super) fetches: bool,
    /// As they are now.
    pub(super) images: Vec<ShopImage>,
    /// The item that the product itself now is.
    pub(super) kept: Option<ItemId>,
}

impl<'a> Plan<'a> {
    /// `found`: the product as it is now, where that had to be looked at.
    pub(super) fn of(
        row: &'a ChangeRow,
        found: Option<&RawProduct<'_>>,
        brand: Option<&str>,
    ) -> Self {
        let images = images(&row.shop, found);
        let mut plan = Self {
            row,
            shape: Shape::of(row),
            product: Body::new(),
            fetches: false,
            images: Vec::new(),
            kept: None,
        };
        request::put_change(&mut plan.product, &row.change, brand);
        if let Some(change) = &row.change.images {
            let list = ImageList::changed(change, &row.wanted.images, &images);
            request::put_images(&mut plan.product, &list);
            plan.fetches = list.has_new();
        }
        plan.images = images;
        match plan.shape {
            Shape::Simple => plan.put_simple(),
            Shape::Variable => plan.put_variable(found),
            Shape::ToSimple => plan.put_to_simple(found),
            Shape::ToVariable => {
                request::put_shape(&mut plan.product, "variable", found);
                plan.put_variable(found);
                let is_on_sale = plan.is_on_sale();
                plan.put_status(variable_status(is_on_sale));
            }
        }
        plan.put_address(found);
        if !plan.product.is_empty() {
            request::put_note(
                &mut plan.product,
                note::PRODUCT,
                row.wanted.product.to_string(),
            );
        }
        plan
    }

    /// Whether the product is to be on sale after this.
    fn is_on_sale(&self) -> bool {
        let ChangeRow { shop, change, .. } = self.row;
        change.is_on_sale.unwrap_or(shop.is_on_sale)
    }

    fn put_status(&mut self, status: &str) {
        self.product.insert("status".to_owned(), status.into());
    }

    /// The product is its own variant: what is said of that is said of it.
    fn put_simple(&mut self) {
        let ChangeRow { shop, change, .. } = self.row;
        let own = shop
            .variants
            .iter()
            .find(|own| own.id.as_str() == shop.id.as_str());
        let mut is_on_sale = own.is_none_or(|own| own.is_on_sale);
        let mut says_so = change.is_on_sale.is_some();
        let mut item = None;
        for variant in &change.variants {
            let (own, fields) = match variant {
                VariantChange::Set { item, fields, .. } => (*item, fields.clone()),
                VariantChange::Add(added) => {
                    self.kept = Some(added.item);
                    let fields = VariantFields {
                        is_on_sale: Some(added.is_on_sale),
                        ..request::all_of(added, &Ownership::default())
                    };
                    (added.item, fields)
                }
                // It is what another item becomes now.
                VariantChange::Remove(_) => continue,
            };
            item = Some(own);
            request::put_fields(&mut self.product, &fields);
            says_so |= fields.is_on_sale.is_some_and(|wanted| wanted != is_on_sale);
            is_on_sale = fields.is_on_sale.unwrap_or(is_on_sale);
        }
        if says_so {
            self.put_status(request::status(self.is_on_sale(), is_on_sale));
        }
        if let Some(item) = item.filter(|_| self.kept.is_some() || !self.product.is_empty()) {
            request::put_note(&mut self.product, note::ITEM, item.to_string());
        }
    }

    fn put_variable(&mut self, found: Option<&RawProduct<'_>>) {
        let ChangeRow {
            shop,
            wanted,
            change,
        } = self.row;
        if let Some(is_on_sale) = change.is_on_sale {
            self.put_status(variable_status(is_on_sale));
        }
        let has_values = change.variants.iter().any(|variant| match variant {
            VariantChange::Add(_) => true,
            VariantChange::Set { fields, .. } => fields.values.is_some(),
            VariantChange::Remove(_) => false,
        });
        if change.options.is_some() || has_values {
            self.put_attributes(wanted, shop, found);
        }
    }

    fn put_to_simple(&mut self, found: Option<&RawProduct<'_>>) {
        let ChangeRow { wanted, .. } = self.row;
        let Some(only) = wanted.variants.first() else {
            return;
        };
        request::put_shape(&mut self.product, "simple", found);
        request::put_fields(
            &mut self.product,
            &request::all_of(only, &Ownership::default()),
        );
        request::put_no_stock(&mut self.product);
        let known = found.map_or(&[][..], |found| &found.attributes.0);
        let attributes = request::attributes(&[], &[], known);
        self.product.insert("attributes".to_owned(), attributes);
        self.put_status(request::status(self.is_on_sale(), only.is_on_sale));
        request::put_note(&mut self.product, note::ITEM, only.item.to_string());
        self.kept = Some(only.item);
    }

    fn put_attributes(
        &mut self,
        wanted: &Listing,
        shop: &ShopListing,
        found: Option<&RawProduct<'_>>,
    ) {
        let values = request::all_values(wanted, shop);
        let values: Vec<&[Box<str>]> = values.iter().map(Vec::as_slice).collect();
        let known = found.map_or(&[][..], |found| &found.attributes.0);
        let attributes = request::attributes(&wanted.options, &values, known);
        self.product.insert("attributes".to_owned(), attributes);
    }

    /// Before buyers see it, a product gets the address that the shop makes of its name.
    fn put_address(&mut self, found: Option<&RawProduct<'_>>) {
        let ours = note::slug(self.row.wanted.product);
        let has_ours = found.is_some_and(|found| found.slug.as_str() == ours);
        if has_ours && self.row.change.is_on_sale == Some(true) {
            self.product.insert("slug".to_owned(), "".into());
        }
    }
}

const fn variable_status(is_on_sale: bool) -> &'static str {
    if is_on_sale { "publish" } else { "draft" }
}

/// As they are now, with what only we know of them.
fn images(shop: &ShopListing, found: Option<&RawProduct<'_>>) -> Vec<ShopImage> {
    let Some(found) = found else {
        return shop.images.clone();
    };
    let mut images = shown::images(&found.images.0, &found.meta_data.0);
    for image in &mut images {
        let known = shop.images.iter().find(|known| known.id == image.id);
        image.hash = image.hash.or_else(|| known?.hash);
    }
    images
}
