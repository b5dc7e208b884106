use super::standing;
use crate::outlets::Outlets;
use crate::output::{Align, Screen, Table};
use crate::view::Sale;

/// The sales history as a table.
pub(crate) fn sales(screen: Screen, outlets: &Outlets, sales: &[Sale]) {
    if sales.is_empty() {
        screen.line("no sales");
        return;
    }
    let mut table = Table::new([
        ("Receipt", Align::Left),
        ("Placed", Align::Left),
        ("Outlet", Align::Left),
        ("State", Align::Left),
        ("Balance", Align::Left),
        ("Total", Align::Right),
        ("Received", Align::Right),
        ("Refunded", Align::Right),
        ("", Align::Left),
        ("In the shop", Align::Left),
        ("Customer", Align::Left),
    ]);
    for sale in sales {
        let (state, balance) = standing(sale);
        table.row([
            sale.receipt_number.clone(),
            outlets.minute(sale.placed_at, &sale.outlet_id),
            outlets.name(&sale.outlet_id),
            state.to_owned(),
            balance.to_owned(),
            sale.total.number(),
            sale.received.number(),
            sale.refunded.number(),
            sale.total.0.currency().to_string(),
            sale.shop_status.clone(),
            sale.customer_name.clone().unwrap_or_default(),
        ]);
    }
    screen.line(table);
}

/// How to read on, where there is more.
pub(crate) fn next_page(screen: Screen, token: Option<&str>) {
    if let Some(token) = token {
        screen.line(screen.dim(format_args!(
            "\nmore: the same command with --page-token {token}"
        )));
    }
}
