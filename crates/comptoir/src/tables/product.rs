use crate::output::{Align, Screen, Table};
use crate::view::{BulkDone, ListedProduct, Product, ShopSettings};

/// Products, a row for each.
pub(crate) fn products(screen: Screen, products: &[ListedProduct], total: i64) {
    if products.is_empty() {
        screen.line("no products");
        return;
    }
    let mut table = Table::new([
        ("Product", Align::Left),
        ("Name", Align::Left),
        ("SKU", Align::Left),
        ("Price", Align::Right),
        ("Variants", Align::Right),
        ("Channels", Align::Left),
    ]);
    for product in products {
        table.row([
            product.product_id.clone(),
            product.name.clone(),
            product.sku.clone().unwrap_or_else(|| "-".to_owned()),
            product.retail_price.to_string(),
            product.variant_count.to_string(),
            sold(product.in_store, product.online_connection_ids.len()),
        ]);
    }
    screen.line(table);
    screen.line(format_args!("{total} in all"));
}

/// One product.
pub(crate) fn product(screen: Screen, product: &Product) {
    screen.title(format_args!("{} ({})", product.name, product.product_id));
    if product.is_deleted {
        screen.line("it is deleted");
    }
    if product.created_from_order {
        screen.line("made because an order sold it");
    }
    let mut table = Table::new([
        ("Variant", Align::Left),
        ("SKU", Align::Left),
        ("Price", Align::Right),
        ("Tax", Align::Left),
        ("Item", Align::Left),
    ]);
    for variant in &product.variants {
        let inactive = if variant.is_inactive {
            " (inactive)"
        } else {
            ""
        };
        let tax = if variant.price_includes_tax {
            "included"
        } else {
            "added"
        };
        table.row([
            format!("{}{inactive}", variant.values.join(", ")),
            variant.sku.clone().unwrap_or_else(|| "-".to_owned()),
            variant.retail_price.to_string(),
            tax.to_owned(),
            variant.item_id.clone(),
        ]);
    }
    screen.line(table);
    channels(screen, product);
}

/// Where one product is sold.
pub(crate) fn channels(screen: Screen, product: &Product) {
    let mut table = Table::new([("Channel", Align::Left), ("Sold", Align::Left)]);
    table.row(["in store".to_owned(), on_off(product.in_store)]);
    for shop in &product.online {
        let sold = match shop.is_online {
            Some(is_online) => on_off(is_online),
            None => "not decided".to_owned(),
        };
        table.row([shop.connection_id.clone(), sold]);
    }
    screen.line(table);
}

/// What a bulk action did, or would do.
pub(crate) fn bulk(screen: Screen, done: &BulkDone, is_preview: bool) {
    let verb = if is_preview { "would be" } else { "were" };
    let BulkDone {
        products,
        changed,
        refused,
    } = done;
    screen.line(format_args!(
        "{changed} of {products} products {verb} changed"
    ));
    for product in refused {
        screen.line(format_args!("{}: {}", product.product_id, product.reason));
    }
}

/// Who decides what in each shop; what the POS decides as a rule is left out.
pub(crate) fn ownership(screen: Screen, shops: &[ShopSettings]) {
    if shops.is_empty() {
        screen.line("no shops");
        return;
    }
    let mut table = Table::new([
        ("Connection", Align::Left),
        ("Platform", Align::Left),
        ("Profile", Align::Left),
        ("Not the POS's alone", Align::Left),
        ("Products", Align::Right),
    ]);
    for shop in shops {
        let others = shop.rules.iter().filter(|rule| rule.owner != "pos");
        let others: Vec<String> = others
            .map(|rule| format!("{}={}", rule.field, rule.owner))
            .collect();
        table.row([
            shop.connection_id.clone(),
            shop.platform.clone(),
            shop.profile.to_owned(),
            others.join(", "),
            shop.products_online.to_string(),
        ]);
    }
    screen.line(table);
}

/// "in store, 2 shops".
fn sold(in_store: bool, shops: usize) -> String {
    let shops = match shops {
        0 => None,
        1 => Some("1 shop".to_owned()),
        more => Some(format!("{more} shops")),
    };
    let places: Vec<String> = in_store
        .then(|| "in store".to_owned())
        .into_iter()
        .chain(shops)
        .collect();
    if places.is_empty() {
        return "-".to_owned();
    }
    places.join(", ")
}

fn on_off(is_on: bool) -> String {
    if is_on { "on" } else { "off" }.to_owned()
}
