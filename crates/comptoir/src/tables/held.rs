use crate::output::{Align, Screen, Table};
use crate::view::{HeldOrder, LineDifference, LineFigures, SaleFigures};

/// Updates that wait for a person, each with what would change.
pub(crate) fn held(screen: Screen, held: &[HeldOrder]) {
    if held.is_empty() {
        screen.line("no update waits");
        return;
    }
    for update in held {
        let HeldOrder {
            connection_id,
            order_id,
            receipt_number,
            before,
            after,
            lines,
            reason,
            detail,
            ..
        } = update;
        screen.title(format_args!(
            "Sale {receipt_number} (order {order_id} through connection {connection_id})"
        ));
        let figures = match (before, after) {
            (Some(before), Some(after)) => changes(before, after),
            (None, _) | (_, None) => Vec::new(),
        };
        if figures.is_empty() && lines.is_empty() {
            screen.line("nothing that a sale shows differs");
        }
        for (what, before, after) in figures {
            screen.line(format_args!("  {what:<12} {before} -> {after}"));
        }
        if !lines.is_empty() {
            screen.line(differences(lines));
        }
        if let (Some(reason), Some(detail)) = (reason, detail) {
            screen.line(format_args!("  cannot be applied ({reason}): {detail}"));
        }
    }
}

/// The figures that differ: their name, the sale's and the shop's.
fn changes(before: &SaleFigures, after: &SaleFigures) -> Vec<(&'static str, String, String)> {
    let all = |figures: &SaleFigures| {
        let SaleFigures {
            state,
            shop_status,
            total,
            tax,
            received,
            refunded,
        } = figures;
        [
            ("state", (*state).to_owned()),
            ("shop says", shop_status.clone()),
            ("total", total.to_string()),
            ("tax", tax.to_string()),
            ("received", received.to_string()),
            ("refunded", refunded.to_string()),
        ]
    };
    all(before)
        .into_iter()
        .zip(all(after))
        .filter(|(before, after)| before != after)
        .map(|((what, before), (_, after))| (what, before, after))
        .collect()
}

fn differences(lines: &[LineDifference]) -> Table {
    let mut table = Table::new([
        ("SKU", Align::Left),
        ("Line", Align::Left),
        ("Now", Align::Left),
        ("The shop says", Align::Left),
    ]);
    for line in lines {
        table.row([
            line.sku.clone().unwrap_or_default(),
            line.name.clone(),
            figures(line.before.as_ref(), "(no such line)"),
            figures(line.after.as_ref(), "(gone)"),
        ]);
    }
    table
}

fn figures(figures: Option<&LineFigures>, none: &str) -> String {
    let Some(LineFigures {
        quantity,
        restocked,
        fulfilled,
        net,
        tax,
    }) = figures
    else {
        return none.to_owned();
    };
    format!("{quantity}, {restocked} back in stock, {fulfilled} handed over, {net} + {tax} tax")
}

#[cfg(test)]
mod tests {
    use retail::{Currency, Money};

    use super::*;
    use crate::view::Amount;

    #[test]
    fn sh_12_only_what_differs_is_shown() {
        let amount = |minor| Amount(Money::new(minor, Currency::EUR));
        let before = SaleFigures {
            state: "closed",
            shop_status: "PAID".to_owned(),
            total: amount(1_000),
            tax: amount(100),
            received: amount(1_000),
            refunded: amount(0),
        };
        let after = SaleFigures {
            refunded: amount(300),
            ..before.clone()
        };
        assert_eq!(
            changes(&before, &after),
            [("refunded", "0.00 EUR".to_owned(), "3.00 EUR".to_owned())]
        );
        assert!(changes(&before, &before).is_empty());
    }
}
