use crate::output::{Align, Screen, Table};
use crate::view::{ItemLink, LinkFileError, ProductLink};

/// What products are in a shop, a row for each.
pub(crate) fn links(screen: Screen, links: &[ProductLink]) {
    if links.is_empty() {
        screen.line("no products in the shop");
        return;
    }
    let mut table = Table::new([
        ("Product", Align::Left),
        ("Name", Align::Left),
        ("Stands", Align::Left),
        ("In the shop", Align::Left),
        ("May be", Align::Left),
        ("Why", Align::Left),
        ("Left to the shop", Align::Left),
    ]);
    for link in links {
        let in_shop = match (&link.shop_product_id, &link.gone_shop_product_id) {
            (Some(id), _) => id.clone(),
            (None, Some(gone)) => format!("{gone}, which is gone"),
            (None, None) => String::new(),
        };
        let items: Vec<String> = link.items.iter().filter_map(doubtful).collect();
        let why = match link.doubt {
            Some(doubt) => doubt.to_owned(),
            None => items.join("; "),
        };
        table.row([
            link.product_id.clone(),
            link.name.clone(),
            link.standing.to_owned(),
            in_shop,
            link.candidates.join(" or "),
            why,
            link.left_to_shop.join(", "),
        ]);
    }
    screen.line(table);
}

/// "TEA-1 `sku_twice_in_shop`: 7-1 or 7-2".
fn doubtful(item: &ItemLink) -> Option<String> {
    let name = item.sku.as_ref().unwrap_or(&item.item_id);
    let candidates = item.candidates.join(" or ");
    Some(format!("{name} {}: {candidates}", item.doubt?))
}

/// What is wrong with a file of links.
pub(crate) fn link_errors(screen: Screen, errors: &[LinkFileError]) {
    if errors.is_empty() {
        return;
    }
    let mut table = Table::new([
        ("Row", Align::Right),
        ("Column", Align::Left),
        ("Problem", Align::Left),
    ]);
    for error in errors {
        table.row([
            error.row.to_string(),
            error.column.clone(),
            error.problem.clone(),
        ]);
    }
    screen.line(table);
}
