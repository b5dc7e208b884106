use crate::outlets::Outlets;
use crate::output::{Align, Screen, Table};
use crate::view::Transfer;

/// Transfers, a row for each.
pub(crate) fn transfers(screen: Screen, outlets: &Outlets, transfers: &[Transfer]) {
    if transfers.is_empty() {
        screen.line("no transfers");
        return;
    }
    let mut table = Table::new([
        ("Sent", Align::Left),
        ("From", Align::Left),
        ("To", Align::Left),
        ("State", Align::Left),
        ("Reference", Align::Left),
        ("Id", Align::Left),
    ]);
    for transfer in transfers {
        table.row([
            outlets.minute(transfer.sent_at, &transfer.from_outlet_id),
            outlets.name(&transfer.from_outlet_id),
            outlets.name(&transfer.to_outlet_id),
            standing(transfer),
            transfer.reference.clone().unwrap_or_default(),
            transfer.transfer_id.clone(),
        ]);
    }
    screen.line(table);
}

/// One transfer: what was sent, and where it is.
pub(crate) fn transfer(screen: Screen, outlets: &Outlets, transfer: &Transfer) {
    let (from, to) = (&transfer.from_outlet_id, &transfer.to_outlet_id);
    screen.title(format_args!(
        "Transfer from {} to {}: {}",
        outlets.name(from),
        outlets.name(to),
        standing(transfer)
    ));
    screen.line(format_args!(
        "  sent         {} by {}",
        outlets.minute(transfer.sent_at, from),
        transfer.sent_by
    ));
    if let Some(reference) = &transfer.reference {
        screen.line(format_args!("  reference    {reference}"));
    }
    if !transfer.note.is_empty() {
        screen.line(format_args!("  note         {}", transfer.note));
    }
    for receipt in &transfer.receipts {
        screen.line(format_args!(
            "  received     {} by {}",
            outlets.minute(receipt.recorded_at, to),
            receipt.actor
        ));
    }
    screen.line(format_args!("  id           {}", transfer.transfer_id));
    let mut table = Table::new([
        ("SKU", Align::Left),
        ("Name", Align::Left),
        ("Sent", Align::Right),
        ("Received", Align::Right),
        ("In transit", Align::Right),
        ("Short", Align::Right),
        ("Over", Align::Right),
    ]);
    for line in &transfer.lines {
        table.row([
            line.sku.clone().unwrap_or_else(|| "-".to_owned()),
            line.name.clone(),
            line.sent.to_string(),
            line.received.to_string(),
            line.in_transit.to_string(),
            line.short.to_string(),
            line.over.to_string(),
        ]);
    }
    screen.line(table);
}

fn standing(transfer: &Transfer) -> String {
    let state = transfer.state.replace('_', " ");
    if transfer.has_differences {
        format!("{state}, with differences")
    } else {
        state
    }
}
