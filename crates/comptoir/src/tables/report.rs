use crate::output::{Align, Screen, Table};
use crate::view::ProductReport;

/// What was sold, by item and by kind.
pub(crate) fn report(screen: Screen, report: &ProductReport) {
    let ProductReport {
        from: _,
        until: _,
        products,
        kinds,
    } = report;
    if products.is_empty() {
        screen.line("nothing was sold");
        return;
    }
    let mut table = Table::new([
        ("SKU", Align::Left),
        ("Name", Align::Left),
        ("Kind", Align::Left),
        ("Quantity", Align::Right),
        ("Restocked", Align::Right),
        ("Net", Align::Right),
        ("Tax", Align::Right),
        ("", Align::Left),
        ("Sales", Align::Right),
    ]);
    for product in products {
        table.row([
            product.sku.clone().unwrap_or_else(|| "-".to_owned()),
            product.name.clone(),
            words(product.kind),
            product.quantity.to_string(),
            product.restocked.to_string(),
            product.net.number(),
            product.tax.number(),
            product.net.0.currency().to_string(),
            product.sales.to_string(),
        ]);
    }
    screen.line(table);
    screen.title("By kind");
    let mut table = Table::new([
        ("Kind", Align::Left),
        ("Net", Align::Right),
        ("Tax", Align::Right),
        ("", Align::Left),
        ("Sales", Align::Right),
    ]);
    for kind in kinds {
        table.row([
            words(kind.kind),
            kind.net.number(),
            kind.tax.number(),
            kind.net.0.currency().to_string(),
            kind.sales.to_string(),
        ]);
    }
    screen.line(table);
}

fn words(kind: &str) -> String {
    kind.replace('_', " ")
}
