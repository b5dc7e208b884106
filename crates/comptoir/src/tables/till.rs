use crate::output::{Align, Screen, Table};
use crate::view::{Sale, TillLine};

/// What of a sale can still be returned. `lines` are the sale's, in its order.
pub(crate) fn till_lines(screen: Screen, sale: &Sale, lines: &[TillLine]) {
    let mut table = Table::new([
        ("Line", Align::Left),
        ("SKU", Align::Left),
        ("Name", Align::Left),
        ("Quantity", Align::Right),
        ("Came back", Align::Right),
        ("Returnable", Align::Right),
        ("Net", Align::Right),
        ("Tax", Align::Right),
    ]);
    for line in lines {
        let sold = sale
            .lines
            .iter()
            .find(|sold| sold.line_key == line.line_key);
        table.row([
            line.line_key.clone(),
            sold.and_then(|sold| sold.sku.clone()).unwrap_or_default(),
            sold.map(|sold| sold.name.clone()).unwrap_or_default(),
            line.quantity.to_string(),
            line.returned.to_string(),
            line.returnable.to_string(),
            line.returnable_net.number(),
            line.returnable_tax.number(),
        ]);
    }
    screen.title(format_args!("Sale {}", sale.receipt_number));
    screen.line(table);
}
