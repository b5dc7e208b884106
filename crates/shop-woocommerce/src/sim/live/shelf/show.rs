//! Things as the API shows them, in the shop's own order of fields.

mod fields;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use self::fields::{
    Attribute, Brand, Category, Dimensions, Image, Links, Meta, Own, Product, Variation,
};
use super::{Kind, Shelf, Thing};
use crate::sim::body::{gmt, local};
use crate::sim::fields::{Hints, Itself, Link};
use crate::sim::php_json;

/// As the shop shows it to whoever may write (`context=edit`), else as buyers would see it.
pub(in crate::sim::live) fn shown(
    shelf: &Shelf,
    thing: &Thing,
    home: &str,
    is_edited: bool,
) -> Vec<u8> {
    let body = match thing.kind {
        Kind::Variation => php_json::encode(&variation(shelf, thing, home)),
        Kind::Simple | Kind::Variable => php_json::encode(&product(shelf, thing, home, is_edited)),
    };
    body.expect("plain structs of texts and numbers encode")
}

pub(in crate::sim::live) fn shown_brand(id: u64, name: &str) -> Value {
    json!({"id": id, "name": name, "slug": super::seed::slug(name), "parent": 0, "description": "", "count": 0})
}

fn product<'a>(shelf: &'a Shelf, thing: &'a Thing, home: &str, is_edited: bool) -> Product<'a> {
    let is_variable = thing.kind == Kind::Variable;
    let collection = format!("{home}/wp-json/wc/v3/products");
    let price = price(thing);
    Product {
        id: thing.id,
        name: &thing.name,
        slug: &thing.slug,
        permalink: format!("{home}/product/{}/", thing.slug),
        date_created: local(thing.created_at),
        date_created_gmt: gmt(thing.created_at),
        date_modified: local(thing.modified_at),
        date_modified_gmt: gmt(thing.modified_at),
        r#type: thing.kind.as_str(),
        status: &thing.status,
        featured: false,
        catalog_visibility: "visible",
        description: if is_edited {
            thing.description.clone()
        } else {
            in_paragraphs(&thing.description)
        },
        short_description: &thing.short_description,
        sku: &thing.sku,
        price,
        regular_price: &thing.regular_price,
        sale_price: &thing.sale_price,
        date_on_sale_from: (),
        date_on_sale_from_gmt: (),
        date_on_sale_to: (),
        date_on_sale_to_gmt: (),
        on_sale: !thing.sale_price.is_empty(),
        purchasable: !is_variable && !price.is_empty(),
        total_sales: thing.sold,
        r#virtual: false,
        downloadable: false,
        downloads: [],
        download_limit: -1,
        download_expiry: -1,
        external_url: "",
        button_text: "",
        tax_status: "taxable",
        tax_class: thing.tax_class,
        manage_stock: thing.is_counted,
        stock_quantity: thing.quantity,
        backorders: "no",
        backorders_allowed: false,
        backordered: false,
        low_stock_amount: (),
        sold_individually: false,
        weight: &thing.weight,
        dimensions: dimensions(thing),
        shipping_required: true,
        shipping_taxable: true,
        shipping_class: "",
        shipping_class_id: 0,
        reviews_allowed: true,
        average_rating: "0",
        rating_count: 0,
        upsell_ids: [],
        cross_sell_ids: [],
        parent_id: 0,
        purchase_note: "",
        categories: [Category {
            id: 15,
            name: "Uncategorized",
            slug: "uncategorized",
        }],
        brands: (shelf.brands())
            .filter(|(id, _)| thing.brands.contains(id))
            .map(|(id, name)| Brand {
                id,
                name,
                slug: super::seed::slug(name),
            })
            .collect(),
        tags: [],
        images: images(shelf, thing, home),
        attributes: (thing.attributes.iter().enumerate())
            .map(|(position, attribute)| Attribute {
                id: 0,
                name: &attribute.name,
                slug: &attribute.name,
                position,
                visible: attribute.is_visible,
                variation: attribute.is_of_variations,
                options: &attribute.options,
            })
            .collect(),
        default_attributes: [],
        variations: (shelf.variations(thing.id))
            .filter(|variation| variation.is_trashed() == thing.is_trashed())
            .map(|variation| variation.id)
            .collect(),
        grouped_products: [],
        menu_order: 0,
        price_html: price_html(price),
        related_ids: [],
        meta_data: meta(thing),
        stock_status: match (is_variable, thing.quantity) {
            (true, None) if shelf.variations(thing.id).next().is_none() => "outofstock",
            (_, Some(..=0)) => "outofstock",
            (_, _) => "instock",
        },
        has_options: is_variable,
        post_password: "",
        global_unique_id: &thing.barcode,
        permalink_template: format!("{home}/product/%pagename%/"),
        generated_slug: &thing.slug,
        _links: links(collection, thing.id, None),
    }
}

fn variation<'a>(shelf: &'a Shelf, thing: &'a Thing, home: &str) -> Variation<'a> {
    let parent = shelf.product(thing.parent);
    let by_parent = parent.filter(|parent| parent.is_counted && !thing.is_counted);
    let quantity = by_parent.map_or(thing.quantity, |parent| parent.quantity);
    let above = format!("{home}/wp-json/wc/v3/products/{}", thing.parent);
    let collection = format!("{above}/variations");
    let values: Vec<&str> = thing
        .values
        .iter()
        .map(|(_, value)| value.as_str())
        .collect();
    Variation {
        id: thing.id,
        r#type: "variation",
        date_created: local(thing.created_at),
        date_created_gmt: gmt(thing.created_at),
        date_modified: local(thing.modified_at),
        date_modified_gmt: gmt(thing.modified_at),
        description: &thing.description,
        permalink: permalink(parent, thing, home),
        sku: &thing.sku,
        global_unique_id: &thing.barcode,
        price: price(thing),
        regular_price: &thing.regular_price,
        sale_price: &thing.sale_price,
        date_on_sale_from: (),
        date_on_sale_from_gmt: (),
        date_on_sale_to: (),
        date_on_sale_to_gmt: (),
        on_sale: !thing.sale_price.is_empty(),
        status: &thing.status,
        purchasable: !price(thing).is_empty(),
        r#virtual: false,
        downloadable: false,
        downloads: [],
        download_limit: -1,
        download_expiry: -1,
        tax_status: "taxable",
        tax_class: thing.tax_class,
        manage_stock: match by_parent {
            Some(_) => "parent".into(),
            None => thing.is_counted.into(),
        },
        stock_quantity: quantity,
        stock_status: match quantity {
            Some(..=0) => "outofstock",
            Some(_) | None => "instock",
        },
        backorders: "no",
        backorders_allowed: false,
        backordered: false,
        low_stock_amount: (),
        weight: &thing.weight,
        dimensions: dimensions(thing),
        shipping_class: "",
        shipping_class_id: 0,
        image: images(shelf, thing, home).into_iter().next(),
        attributes: (thing.values.iter())
            .map(|(name, option)| Own {
                id: 0,
                name,
                slug: super::seed::slug(name),
                option,
            })
            .collect(),
        menu_order: 0,
        meta_data: meta(thing),
        name: values.join(", "),
        parent_id: thing.parent,
        _links: links(collection, thing.id, Some(above)),
    }
}

fn links(collection: String, id: u64, above: Option<String>) -> Links {
    Links {
        itself: [Itself {
            href: format!("{collection}/{id}"),
            target_hints: Hints {
                allow: ["GET", "POST", "PUT", "PATCH", "DELETE"],
            },
        }],
        collection: [Link { href: collection }],
        up: above.map(|href| [Link { href }]),
    }
}

fn permalink(parent: Option<&Thing>, thing: &Thing, home: &str) -> String {
    let slug = parent.map_or("", |parent| parent.slug.as_str());
    let values = thing.values.iter().map(|(name, value)| {
        let name = super::seed::slug(name);
        format!("attribute_{name}={}", value.replace(' ', "+"))
    });
    let values: Vec<String> = values.collect();
    format!("{home}/product/{slug}/?{}", values.join("&"))
}

fn price(thing: &Thing) -> &str {
    match thing.sale_price.as_str() {
        "" => &thing.regular_price,
        price => price,
    }
}

fn price_html(price: &str) -> String {
    if price.is_empty() {
        return String::new();
    }
    format!(
        "<span class=\"woocommerce-Price-amount amount\"><bdi><span class=\"woocommerce-Price-currencySymbol\">&#36;\
         </span>{price}</bdi></span>"
    )
}

fn dimensions(thing: &Thing) -> Dimensions<'_> {
    let [length, width, height] = &thing.dimensions;
    Dimensions {
        length,
        width,
        height,
    }
}

fn images<'a>(shelf: &'a Shelf, thing: &Thing, home: &str) -> Vec<Image<'a>> {
    let image = |id: &u64| {
        let picture = shelf.picture(*id)?;
        // The library's own times are five hours off: a quirk of the real one.
        let odd = picture.added_at - SignedDuration::from_hours(5);
        Some(Image {
            id: *id,
            date_created: local(odd),
            date_created_gmt: gmt(picture.added_at),
            date_modified: local(odd),
            date_modified_gmt: gmt(picture.added_at),
            src: format!(
                "{home}/wp-content/uploads/{}/{}",
                month(picture.added_at),
                picture.file
            ),
            name: &picture.name,
            alt: &picture.alt,
        })
    };
    thing.pictures.iter().filter_map(image).collect()
}

fn month(at: Timestamp) -> String {
    at.strftime("%Y/%m").to_string()
}

fn meta(thing: &Thing) -> Vec<Meta<'_>> {
    let all = thing.meta.iter().map(|meta| Meta {
        id: meta.id,
        key: &meta.key,
        value: &meta.value,
    });
    all.collect()
}

/// As buyers get it: in paragraphs, with the end of a line after each.
fn in_paragraphs(text: &str) -> String {
    match text {
        "" => String::new(),
        text if text.starts_with('<') => format!("{text}\n"),
        text => format!("<p>{text}</p>\n"),
    }
}
