//! A shirt: all that the POS can say of a product, and whether a shop shows it.

use proto::catalog as wire;
use proto::convert::money_into;
use retail::listing::{ShopListing, ShopVariant, Terms};
use retail::{Currency, Money};
use shop_sim::Platform;
use uuid::Uuid;

pub const NAME: &str = "Chemise d’été";
pub const DESCRIPTION: &str = "<p>Linen, woven in <b>Kortrijk</b>.</p>";
pub const BRAND: &str = "Lin & Fils";
/// What is never told: where the POS has it, and for whom.
pub const UNTOLD: [&str; 4] = ["shelf four", "the weaver", "chem-ete", "summer sale"];
pub const SKUS: [&str; 3] = ["SHIRT-S", "SHIRT-M", "SHIRT-L"];
pub const SIZES: [&str; 3] = ["Small", "Medium", "Large"];
pub const BARCODES: [&str; 3] = ["4006381333931", "4006381333948", "4006381333955"];
pub const COLOUR: &str = "Ink blue";
/// Each: 250 g, 30 x 20.5 x 2 cm.
const WEIGHT_MG: i64 = 250_000;
const PARCEL: wire::ParcelSize = wire::ParcelSize {
    length_um: 300_000,
    width_um: 205_000,
    height_um: 20_000,
};
const PRICE: i64 = 4_900;
pub const STOCK: i64 = 12;

pub fn shirt() -> wire::Product {
    let [category, supplier, handle, tag] = UNTOLD.map(str::to_owned);
    wire::Product {
        product_id: Uuid::from_u128(0x000F_1E1D_0001).to_string(),
        name: NAME.to_owned(),
        description: DESCRIPTION.to_owned(),
        brand: BRAND.to_owned(),
        category,
        supplier,
        handle,
        tags: vec![tag],
        options: vec!["Size".to_owned(), "Colour".to_owned()],
        variants: vec![shirt_variant(0), shirt_variant(1)],
        ..wire::Product::default()
    }
}

pub fn shirt_variant(place: usize) -> wire::Variant {
    wire::Variant {
        item_id: Uuid::from_u128(0x000F_1E1D_1000 + place as u128).to_string(),
        values: vec![SIZES[place].to_owned(), COLOUR.to_owned()],
        sku: SKUS[place].to_owned(),
        barcode: BARCODES[place].to_owned(),
        retail_price: Some(money_into(euros(PRICE))),
        price_includes_tax: true,
        weight_mg: Some(WEIGHT_MG),
        parcel: Some(PARCEL),
        ..wire::Variant::default()
    }
}

pub fn euros(cents: i64) -> Money {
    Money::new(cents, Currency::from_code("EUR").unwrap())
}

/// A picture that says so, and no more.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    file.extend(width.to_be_bytes());
    file.extend(height.to_be_bytes());
    file.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
    file
}

pub fn variant<'a>(listing: &'a ShopListing, sku: &str) -> &'a ShopVariant {
    let mut variants = listing.variants.iter();
    let found = variants.find(|it| it.sku.as_ref().is_some_and(|it| it.as_str() == sku));
    found.unwrap()
}

/// Whether a shop of this platform shows all that is said, in what it counts.
pub fn is_whole(
    said: &wire::Product,
    platform: Platform,
    terms: &Terms,
    shown: &ShopListing,
) -> bool {
    let texts = [&shown.title, &shown.description, &shown.brand].map(|text| &**text);
    let options: Vec<&str> = shown.options.iter().map(|option| &**option).collect();
    let hashes: Vec<String> = (shown.images.iter())
        .filter_map(|image| image.hash.map(|hash| hex::encode(hash.0)))
        .collect();
    let images = said.images.iter().map(|image| &image.image_hash);
    texts == [&said.name, &said.description, &said.brand]
        && options == said.options
        && hashes.iter().eq(images)
        && shown.is_on_sale
        && shown.variants.len() == said.variants.len()
        && said.variants.iter().all(|wanted| {
            let mut variants = shown.variants.iter();
            let found = variants.find(|it| has_sku(it, &wanted.sku));
            found.is_some_and(|it| is_as_said(wanted, platform, terms, shown, it))
        })
}

fn has_sku(variant: &ShopVariant, sku: &str) -> bool {
    variant.sku.as_ref().is_some_and(|it| it.as_str() == sku)
}

fn is_as_said(
    said: &wire::Variant,
    platform: Platform,
    terms: &Terms,
    listing: &ShopListing,
    shown: &ShopVariant,
) -> bool {
    let values: Vec<&str> = shown.values.iter().map(|value| &**value).collect();
    let barcode = shown.barcode.as_ref().map(|code| code.as_str().to_owned());
    let price = said.retail_price.clone();
    let price = proto::convert::money_from("retail_price", price).unwrap();
    let milligrams = u64::try_from(said.weight_mg.unwrap()).unwrap();
    let dimensions = shown.dimensions.map(|it| [it.length, it.width, it.height]);
    let parcel = said.parcel.unwrap();
    let parcel = [parcel.length_um, parcel.width_um, parcel.height_um]
        .map(|um| terms.dimensions.of_micrometres(u64::try_from(um).unwrap()));
    let is_parcel = match platform {
        // It has none.
        Platform::Shopify => dimensions.is_none(),
        Platform::BigCommerce | Platform::WooCommerce | Platform::Ecom => {
            dimensions == Some(parcel)
        }
    };
    // A variant without a picture of its own says of none.
    let is_pictured = said.image_hash.is_empty()
        || match platform {
            // It is told none.
            Platform::Ecom => true,
            // It has a copy of the product's, which tells nothing of where it comes from.
            Platform::BigCommerce => shown.image.is_some(),
            Platform::Shopify | Platform::WooCommerce => {
                let mut images = listing.images.iter();
                let own = images.find(|image| Some(&image.id) == shown.image.as_ref());
                let hash = own.and_then(|image| image.hash);
                hash.is_some_and(|hash| hex::encode(hash.0) == said.image_hash)
            }
        };
    values == said.values
        && barcode.as_deref() == Some(&said.barcode)
        && shown.price == Some(price)
        && shown.weight == Some(terms.weight.of_milligrams(milligrams))
        && is_parcel
        && is_pictured
        && shown.quantity == Some(STOCK)
        && shown.is_on_sale
}
