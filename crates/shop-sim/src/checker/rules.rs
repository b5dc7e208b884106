//! Sales that do not take their goods with the order (EF-8, EF-11).

use proto::ledger::{Invoice, InvoiceKind, InvoiceLine, StockRule};

use super::tests::{shops, told, units};
use super::*;

/// The shop's books are the same; the ledger takes one of the two that are left only once it is invoiced.
fn told_at_invoice(invoiced: i64) -> (Vec<ShopBooks>, Told) {
    let (shops, mut told) = (shops(), told());
    let sale = &mut told.sales[0];
    sale.stock_rule = StockRule::AtInvoice.into();
    sale.lines[0].deducted = units(invoiced);
    sale.lines[0].awaiting_invoice = units(1 - invoiced);
    sale.invoices = vec![Invoice {
        kind: InvoiceKind::Invoice.into(),
        lines: vec![InvoiceLine {
            line_key: "line:1".to_owned(),
            quantity: units(1),
        }],
        ..Invoice::default()
    }];
    if invoiced == 0 {
        sale.invoices.clear();
        told.movements.clear();
        told.levels.clear();
    }
    (shops, told)
}

#[test]
fn ef_11_what_awaits_its_invoice_is_no_difference_and_what_was_taken_without_one_is() {
    for invoiced in [0, 1] {
        let (shops, told) = told_at_invoice(invoiced);
        assert_eq!(differences(&shops, &told), [], "{invoiced}");
    }
    let (shops, mut told) = told_at_invoice(1);
    told.sales[0].invoices.clear();
    let found = differences(&shops, &told);
    let kinds: Vec<Kind> = found.iter().map(|found| found.kind).collect();
    assert_eq!(kinds, [Kind::Quantity]);
}

#[test]
fn ef_08_what_the_shop_counts_itself_is_no_difference_and_what_was_taken_of_it_is() {
    let (shops, mut told) = told_at_invoice(0);
    told.sales[0].stock_rule = StockRule::Never.into();
    told.sales[0].lines[0].awaiting_invoice = units(0);
    assert_eq!(differences(&shops, &told), []);
    told.sales[0].lines[0].deducted = units(1);
    let found = differences(&shops, &told);
    assert!(found.iter().any(|found| found.kind == Kind::Quantity));
}
