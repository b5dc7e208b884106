//! Sales whose goods go at their invoices (EF-9, EF-11), and those that the shop counts itself (EF-8).

use jiff::Timestamp;
use ledger::decide::{Incoming, Kept, Outcome};
use ledger::store::Undo;
use proto::convert::instant_into;
use proto::ledger as wire;
use retail::{ImportId, SaleState, ShopOrderId, StockRule};
use tonic::Code;
use uuid::Uuid;

use crate::held::violation;
use crate::imports::IMPORT;
use crate::office::{Office, units};
use crate::order::{Builder, an_order};
use crate::support::{ASKING_CONNECTION, CONNECTION, OUTLET, RETAILER, id, of_sale};

fn five() -> Builder {
    an_order(1).line("A", 5)
}

#[tokio::test]
async fn ef_11_with_stock_at_invoice_a_sale_takes_nothing_until_it_is_invoiced() {
    let mut office = Office::with(StockRule::AtInvoice).await;
    assert_eq!(
        office.ledger.apply_one(&five().build()).await,
        Outcome::Recorded
    );
    assert_eq!(office.ledger.on_hand("A", OUTLET).await, None);
    assert_eq!(office.first_line().await, (0, 5));

    office.invoice(1, &[("line:1", 2)]).await;
    assert_eq!(office.ledger.on_hand("A", OUTLET).await, Some(-2));
    office.invoice(2, &[("line:1", 3)]).await;
    assert_eq!(office.ledger.on_hand("A", OUTLET).await, Some(-5));
    assert_eq!(office.first_line().await, (5, 0));
    office.credit(3, &[("line:1", 1)]).await;
    assert_eq!(office.ledger.on_hand("A", OUTLET).await, Some(-4));

    // Each movement goes back to its document.
    let order = ShopOrderId::new("1").unwrap();
    let receipt = office
        .ledger
        .reader
        .receipt(RETAILER, CONNECTION.uuid(), &order);
    let receipt = receipt.await.unwrap().unwrap();
    let causes: Vec<(i64, &str)> = receipt
        .movements
        .iter()
        .map(|movement| {
            let cause = of_sale(movement).delivery.as_ref().unwrap();
            (movement.quantity.milli() / 1000, cause.id.as_str())
        })
        .collect();
    let document = |number| format!("invoice.recorded:{}", Uuid::from_u128(number));
    let documents = [document(1), document(2), document(3)];
    assert_eq!(
        causes,
        [
            (-2, documents[0].as_str()),
            (-3, documents[1].as_str()),
            (1, documents[2].as_str())
        ]
    );
    let told = receipt.sale.unwrap().invoices;
    let numbers: Vec<&str> = told.iter().map(|invoice| &*invoice.number).collect();
    assert_eq!(numbers, ["F-1", "F-2", "F-3"]);
    office.ledger.assert_sound().await;
}

#[tokio::test]
async fn ef_11_a_sale_keeps_the_rule_it_was_first_recorded_under() {
    let mut office = Office::with(StockRule::AtInvoice).await;
    office.ledger.apply_one(&five().build()).await;
    office.set(StockRule::AtOrder).await;
    office
        .ledger
        .apply_one(&an_order(1).at(1).line("A", 7).build())
        .await;
    assert_eq!(office.first_line().await, (0, 7));
    office
        .ledger
        .apply_one(&an_order(2).line("A", 1).build())
        .await;
    assert_eq!(office.ledger.on_hand("A", OUTLET).await, Some(-1));

    office.set(StockRule::AtInvoice).await;
    office
        .ledger
        .apply_one(&an_order(2).at(1).line("A", 3).build())
        .await;
    assert_eq!(office.ledger.on_hand("A", OUTLET).await, Some(-3));
    office.ledger.assert_sound().await;
}

#[tokio::test]
async fn ef_09_a_document_is_recorded_once_under_whatever_request() {
    let mut office = Office::with(StockRule::AtInvoice).await;
    office.ledger.apply_one(&five().build()).await;
    let invoice = wire::InvoiceKind::Invoice;
    let mut request = office.document(1, invoice, &[("line:1", 2)]).await;
    // Finer than the ledger keeps it.
    let issued_at = Timestamp::constant(1_795_270_000, 123_456_789);
    request.issued_at = Some(instant_into(issued_at));
    let first = office.record(request.clone()).await.unwrap();
    let line = first.lines[0].clone();
    assert_eq!(
        [line.invoiced, line.deducted, line.awaiting_invoice].map(units),
        [2, 2, 3]
    );
    assert_eq!(office.record(request).await.unwrap(), first);
    for issued_at in [
        None,
        first.invoice.clone().unwrap().issued_at,
        Some(instant_into(issued_at)),
    ] {
        let mut again = office.document(1, invoice, &[("line:1", 2)]).await;
        again.issued_at = issued_at;
        assert_eq!(office.record(again).await.unwrap(), first);
    }
    assert_eq!(office.ledger.on_hand("A", OUTLET).await, Some(-2));

    let other = office.document(1, invoice, &[("line:1", 3)]).await;
    let refused = office.record(other).await.unwrap_err();
    assert_eq!(violation(&refused), "invoice_differs");

    // Of another sale.
    let request = office.document(1, invoice, &[("line:1", 2)]).await;
    office
        .ledger
        .apply_one(&an_order(2).line("A", 1).build())
        .await;
    let sales = office.ledger.sales().await;
    let another = sales.iter().find(|sale| sale.order == "2").unwrap();
    let request = wire::RecordInvoiceRequest {
        sale_id: another.sale.to_string(),
        ..request
    };
    let refused = office.record(request).await.unwrap_err();
    assert_eq!(violation(&refused), "invoice_differs");
    assert_eq!(office.ledger.on_hand("A", OUTLET).await, Some(-2));
    office.ledger.assert_sound().await;
}

#[tokio::test]
async fn ef_09_what_cannot_be_meant_is_refused() {
    let mut office = Office::with(StockRule::AtInvoice).await;
    office.ledger.apply_one(&five().build()).await;
    let kind = wire::InvoiceKind::Invoice;
    let good = office.document(1, kind, &[("line:1", 2)]).await;
    let wrong = |change: &dyn Fn(&mut wire::RecordInvoiceRequest)| {
        let mut request = good.clone();
        change(&mut request);
        request
    };
    for (request, code) in [
        (wrong(&|it| it.lines.clear()), Code::InvalidArgument),
        (wrong(&|it| it.number.clear()), Code::InvalidArgument),
        (wrong(&|it| it.kind = 0), Code::InvalidArgument),
        (wrong(&|it| it.invoice_id.clear()), Code::InvalidArgument),
        (
            wrong(&|it| it.lines.push(it.lines[0].clone())),
            Code::InvalidArgument,
        ),
        (
            wrong(&|it| "line:9".clone_into(&mut it.lines[0].line_key)),
            Code::InvalidArgument,
        ),
        (
            wrong(&|it| it.lines[0].quantity = None),
            Code::InvalidArgument,
        ),
        (
            wrong(&|it| it.sale_id = id(999).to_string()),
            Code::NotFound,
        ),
        (
            wrong(&|it| it.retailer_id = id(2).to_string()),
            Code::NotFound,
        ),
        (
            wrong(&|it| it.kind = wire::InvoiceKind::CreditNote.into()),
            Code::FailedPrecondition,
        ),
    ] {
        let refused = office.record(request.clone()).await.unwrap_err();
        assert_eq!(refused.code(), code, "{request:?}");
    }
    assert_eq!(office.first_line().await, (0, 5));
    office.record(good).await.unwrap();
    office.ledger.assert_sound().await;
}

#[tokio::test]
async fn ef_09_edits_refunds_and_cancellations_leave_what_is_invoiced_and_not_given_back() {
    for (later, now) in [
        (five().at(1).restocked(0, 1), (2, 2)),
        (an_order(1).at(1).line("A", 1), (1, 0)),
        (five().at(1).state(SaleState::Voided), (0, 0)),
    ] {
        let mut office = Office::with(StockRule::AtInvoice).await;
        office.ledger.apply_one(&five().build()).await;
        office.invoice(1, &[("line:1", 2)]).await;
        office.ledger.apply_one(&later.build()).await;
        assert_eq!(office.first_line().await, now);
        assert_eq!(office.ledger.on_hand("A", OUTLET).await, Some(-now.0));
        office.ledger.assert_sound().await;
    }
}

#[tokio::test]
async fn ef_09_an_invoice_of_any_other_sale_is_recorded_and_moves_nothing() {
    for (rule, on_hand) in [(StockRule::AtOrder, Some(-5)), (StockRule::Never, None)] {
        let mut office = Office::with(rule).await;
        office.ledger.apply_one(&five().build()).await;
        let before = office.ledger.sale().await;
        office.invoice(1, &[("line:1", 5)]).await;
        let sale = office.ledger.sale().await;
        assert_eq!((sale.revision, &sale.lines), (1, &before.lines));
        assert_eq!(sale.invoices[0].revision, None);
        assert_eq!(office.ledger.on_hand("A", OUTLET).await, on_hand);
        // Readers who follow see it.
        assert!(sale.changed_at > before.changed_at);
        office.ledger.assert_sound().await;
    }
}

#[tokio::test]
async fn ef_08_a_sale_of_a_shop_that_manages_stock_itself_moves_nothing_and_holds_nothing() {
    let mut office = Office::with(StockRule::Never).await;
    office.ledger.apply_one(&five().build()).await;
    let asking = five().of(RETAILER, ASKING_CONNECTION);
    office.ledger.apply_one(&asking.build()).await;
    let held = an_order(1)
        .of(RETAILER, ASKING_CONNECTION)
        .at(1)
        .line("A", 9);
    let outcome = office.ledger.apply_one(&held.build()).await;
    assert_eq!(outcome, Outcome::Held);
    office
        .ledger
        .apply_one(
            &an_order(3)
                .line("A", 1)
                .state(SaleState::NotImported)
                .build(),
        )
        .await;
    assert!(office.open().await.is_empty());
    assert!(office.ledger.levels().await.is_empty());

    // A sale keeps the rule that it was first recorded under.
    office.set(StockRule::AtOrder).await;
    office
        .ledger
        .apply_one(&an_order(1).at(1).line("A", 2).build())
        .await;
    assert!(office.ledger.levels().await.is_empty());
    office
        .ledger
        .apply_one(&an_order(4).line("A", 1).build())
        .await;
    assert_eq!(office.ledger.on_hand("A", OUTLET).await, Some(-1));
    office.ledger.assert_sound().await;
}

#[tokio::test]
async fn r_04_what_awaits_its_invoice_is_held_once_beside_what_an_update_wants() {
    let mut office = Office::with(StockRule::AtInvoice).await;
    let order = an_order(1).of(RETAILER, ASKING_CONNECTION);
    office
        .ledger
        .apply_one(&order.clone().line("A", 5).line("B", 1).build())
        .await;
    let open = office.open().await;
    assert_eq!((open["A"], open["B"]), ((5, 0, 1), (1, 0, 1)));
    office.invoice(1, &[("line:1", 2), ("line:2", 1)]).await;
    let open = office.open().await;
    assert_eq!((open["A"], open.get("B")), ((3, 0, 1), None));
    let update = order.at(1).line("A", 6).line("B", 1).build();
    assert_eq!(office.ledger.apply_one(&update).await, Outcome::Held);
    let open = office.open().await;
    assert_eq!(open["A"], (3, 1, 1), "five are known, and a sixth is asked");
}

#[tokio::test]
async fn r_13_unpaid_sales_that_await_their_invoice_are_reserved() {
    let mut office = Office::with(StockRule::AtInvoice).await;
    office.ledger.apply_one(&five().build()).await;
    let asked = wire::ListReservationsRequest {
        retailer_id: RETAILER.to_string(),
        ..wire::ListReservationsRequest::default()
    };
    let listed = office.client.sales.list_reservations(asked).await.unwrap();
    let sale = listed.into_inner().sales.remove(0);
    assert_eq!(sale.stock_rule(), wire::StockRule::AtInvoice);
    let line = sale.lines[0].clone();
    assert_eq!([line.deducted, line.awaiting_invoice].map(units), [0, 5]);
}

#[tokio::test]
async fn r_2_an_import_of_such_sales_is_taken_back_but_for_what_is_invoiced() {
    let mut office = Office::with(StockRule::AtInvoice).await;
    let ledger = &office.ledger;
    ledger.begin(IMPORT).await;
    let past = |order: Builder, import: ImportId| -> Incoming { order.import(import).build() };
    let preview = ledger.store.preview(&[past(five(), IMPORT)]).await.unwrap();
    assert!(preview.levels.is_empty(), "nothing would move");
    ledger.apply_one(&past(five(), IMPORT)).await;
    office.invoice(1, &[("line:1", 2)]).await;
    office
        .ledger
        .apply_one(&past(an_order(2).line("A", 1), IMPORT))
        .await;
    office.ledger.complete(IMPORT).await;
    let counts = office.ledger.undo(IMPORT).await.counts;
    assert_eq!((counts.made, counts.undone, counts.kept), (2, 1, 1));
    let kept = office.ledger.undo_of(IMPORT, "1").await;
    assert_eq!(kept, Some(Undo::Kept(Kept::MovedSince)));
    assert_eq!(office.open().await["A"], (3, 0, 1));
    office.ledger.assert_sound().await;
}

#[tokio::test]
async fn r_2_an_order_that_was_invoiced_is_not_taken_back_though_nothing_moved() {
    let mut office = Office::with(StockRule::AtOrder).await;
    office.ledger.begin(IMPORT).await;
    office
        .ledger
        .apply_one(&five().import(IMPORT).build())
        .await;
    office.invoice(1, &[("line:1", 5)]).await;
    office.ledger.complete(IMPORT).await;
    office.ledger.undo(IMPORT).await;
    let kept = office.ledger.undo_of(IMPORT, "1").await;
    assert_eq!(kept, Some(Undo::Kept(Kept::InvoicedHere)));
    assert_eq!(office.ledger.on_hand("A", OUTLET).await, Some(-5));
    office.ledger.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ef_11_invoices_and_snapshots_at_once_deduct_once() {
    let mut office = Office::with(StockRule::AtInvoice).await;
    office.ledger.apply_one(&five().build()).await;
    let invoice = wire::InvoiceKind::Invoice;
    let mut running = tokio::task::JoinSet::new();
    for number in 1..=6 {
        let request = office.document(number, invoice, &[("line:1", 1)]).await;
        // Told twice at once, as one that was not answered in time.
        for _ in 0..2 {
            let (mut client, request) = (office.client.invoices.clone(), request.clone());
            running.spawn(async move {
                client.record_invoice(request).await.unwrap();
            });
        }
        let second = i64::try_from(number).unwrap();
        let update = an_order(1).at(second).line("A", 3 + second % 3).build();
        let store = office.ledger.store.clone();
        running.spawn(async move {
            store.apply(&[update]).await.unwrap();
        });
    }
    while let Some(done) = running.join_next().await {
        done.unwrap();
    }
    // The last snapshot is of three, and six are invoiced.
    assert_eq!(office.first_line().await, (3, 0));
    assert_eq!(office.ledger.on_hand("A", OUTLET).await, Some(-3));
    office.ledger.assert_sound().await;
}
