//! What becomes of a sheet on its way.

use super::*;

#[tokio::test]
async fn columns_that_are_not_known_are_named_or_ignored_by_choice() {
    let running = Running::start().await;
    let mut sheets = running.sheets.clone();
    let columns = texts(&["sku", "colour", "prize"]);
    let refused = sheets
        .begin_sheet(begin(SHEET, &columns))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(refused.message().contains("colour, prize"), "{refused}");
    let mut request = begin(SHEET, &columns);
    request.ignore_unknown_columns = true;
    let begun = sheets.begin_sheet(request).await.unwrap().into_inner();
    assert_eq!(begun.sheet.unwrap().ignored_columns, ["colour", "prize"]);
    let foreign = texts(&["sku", &format!("online:{STRANGERS_SHOP}")]);
    let answer = sheets.begin_sheet(begin(OTHER_SHEET, &foreign)).await;
    assert_code(answer, Code::NotFound);
    let others = sheets.begin_sheet(begin(SHEET, &texts(&["sku"]))).await;
    assert_refused(others, "sheet_begun");
}

#[tokio::test]
async fn a_sheet_that_was_interrupted_goes_on_and_doubles_nothing() {
    let mut running = Running::start().await;
    let columns = texts(&["name", "sku", "price", "currency"]);
    let row = |number: usize| texts(&[&format!("Mug {number}"), "", "5", "EUR"]);
    let rows: Rows = (0..20).map(row).collect();
    let mut sheets = running.sheets.clone();
    sheets.begin_sheet(begin(SHEET, &columns)).await.unwrap();
    let kept = sheets.put_sheet_rows(put(SHEET, 2, &rows[..10])).await;
    assert_eq!(kept.unwrap().into_inner().kept, 10);
    let missing = wire::CheckSheetRequest {
        retailer_id: RETAILER.to_string(),
        sheet_id: SHEET.to_string(),
        rows: 20,
        act: Some(new_act()),
    };
    assert_refused(sheets.check_sheet(missing).await, "rows_missing");
    // All of it is said again.
    sheets.begin_sheet(begin(SHEET, &columns)).await.unwrap();
    let kept = sheets.put_sheet_rows(put(SHEET, 2, &rows)).await;
    assert_eq!(kept.unwrap().into_inner().kept, 10);
    let sheet = check(&running, SHEET, 20).await;
    assert_eq!((sheet.rows, sheet.new_products), (20, 20));

    // Killed while the ledger is told, and then again.
    running.ledger.go_away(true);
    apply(&running, &sheet).await.unwrap();
    assert_eq!(
        get(&running, SHEET).await.state(),
        wire::SheetState::Registering
    );
    running.restart().await;
    assert_eq!(running.sql("select count(*) from catalog.product"), "0");
    running.ledger.go_away(false);
    until(&running, SHEET, wire::SheetState::Applied).await;
    assert_eq!(
        running.sql("select count(*), count(distinct name) from catalog.product"),
        "20|20"
    );
    assert_eq!(running.ledger.items().len(), 20);
    let closed = running
        .sheets
        .clone()
        .put_sheet_rows(put(SHEET, 30, &rows))
        .await;
    assert_refused(closed, "sheet_closed");
}

#[tokio::test]
async fn what_the_ledger_refuses_leaves_all_as_it_was() {
    let running = Running::start().await;
    stock(&running).await;
    let columns = texts(&["item_id", "name", "sku", "price", "currency"]);
    let mug = item_id(3).to_string();
    let rows = [
        texts(&[&mug, "Cup", "CUP", "", ""]),
        texts(&["", "Vase", "VASE", "30", "EUR"]),
    ];
    let sheet = import(&running, SHEET, &columns, &rows).await;
    assert_eq!(findings(&running, SHEET).await, []);
    // Somebody takes the SKU after the check.
    running
        .ledger
        .make_item(id(778), RETAILER.uuid(), "VASE", "Sold by an order");
    apply(&running, &sheet).await.unwrap();
    let refused = until(&running, SHEET, wire::SheetState::Refused).await;
    assert!(
        refused.refusal.contains("another item has the SKU"),
        "{refused:?}"
    );
    let item = running.ledger.item(item_id(3));
    assert_eq!((&*item.name, &*item.sku), ("Mug", "SKU-3"));
    assert_eq!(running.get(product_id(3)).await.revision, 1);
    assert_eq!(running.sql("select count(*) from catalog.product"), "3");
    // Checked again it takes the ledger's item, and can be applied.
    let sheet = check(&running, SHEET, 2).await;
    apply(&running, &sheet).await.unwrap();
    until(&running, SHEET, wire::SheetState::Applied).await;
    assert_eq!(running.ledger.item(id(778)).name, "Vase");
    assert_eq!(running.ledger.item(item_id(3)).sku, "CUP");
}

#[tokio::test]
async fn what_was_changed_since_the_check_is_not_overwritten() {
    let running = Running::start().await;
    stock(&running).await;
    let columns = texts(&["sku", "name"]);
    let rows = [texts(&["SKU-3", "Cup"]), texts(&["S-S", "Blouse"])];
    let sheet = import(&running, SHEET, &columns, &rows).await;
    let mut mug = running.get(product_id(3)).await;
    mug.brand = "Clay".into();
    running.save(mug).await;
    apply(&running, &sheet).await.unwrap();
    let refused = until(&running, SHEET, wire::SheetState::Refused).await;
    assert!(
        refused.refusal.starts_with("1 products were changed"),
        "{refused:?}"
    );
    assert_eq!(running.get(product_id(1)).await.name, "Shirt");
    assert_eq!(running.ledger.item(item_id(1)).name, "Shirt (S)");
    let sheet = check(&running, SHEET, 2).await;
    assert_eq!(sheet.changed_rows, 2);
    apply(&running, &sheet).await.unwrap();
    until(&running, SHEET, wire::SheetState::Applied).await;
    let mug = running.get(product_id(3)).await;
    assert_eq!((&*mug.name, &*mug.brand), ("Cup", "Clay"));
}

#[tokio::test]
async fn a_sheet_is_its_retailers_alone_and_its_rows_are_forgotten_in_time() {
    let mut running = Running::start().await;
    stock(&running).await;
    let rows = [texts(&["SKU-3", "Cup"])];
    import(&running, SHEET, &texts(&["sku", "name"]), &rows).await;
    let asked = |retailer: RetailerId| wire::GetSheetRequest {
        retailer_id: retailer.to_string(),
        sheet_id: SHEET.to_string(),
    };
    let answer = running.sheets.clone().get_sheet(asked(STRANGER)).await;
    assert_code(answer, Code::NotFound);
    let mut taken = begin(SHEET, &texts(&["sku"]));
    taken.retailer_id = STRANGER.to_string();
    let answer = running.sheets.clone().begin_sheet(taken).await;
    assert_code(answer, Code::NotFound);

    running.sql("update catalog.sheet set changed_at = changed_at - interval '7 days 1 minute'");
    running.restart().await;
    until(&running, SHEET, wire::SheetState::Expired).await;
    for table in ["row", "product", "variant", "change", "finding", "channel"] {
        let left = running.sql(&format!("select count(*) from catalog.sheet_{table}"));
        assert_eq!(left, "0", "{table}");
    }
}

#[tokio::test]
async fn an_act_asked_for_again_is_answered_and_not_done_again() {
    let running = Running::start().await;
    stock(&running).await;
    let mut sheets = running.sheets.clone();
    let mut request = begin(SHEET, &texts(&["sku", "name"]));
    request.act = Some(act(1));
    let first = sheets
        .begin_sheet(request.clone())
        .await
        .unwrap()
        .into_inner();
    let again = sheets
        .begin_sheet(request.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(first, again);
    request.columns = texts(&["sku"]);
    assert_refused(sheets.begin_sheet(request).await, "request_reused");
}

#[tokio::test]
async fn ec_12_five_thousand_rows_go_out_and_come_in() {
    let running = Running::start().await;
    let columns = texts(&[
        "handle", "name", "option_1", "value_1", "sku", "price", "currency", "in_store",
    ]);
    let row = |number: usize| {
        let (product, variant) = (number / 5, number % 5);
        let (handle, value) = (format!("p{product}"), format!("v{variant}"));
        let sku = format!("SKU-{product}-{variant}");
        if variant == 0 {
            texts(&[
                &handle,
                &format!("Product {product}"),
                "Size",
                &value,
                &sku,
                "9.99",
                "EUR",
                "no",
            ])
        } else {
            texts(&[&handle, "", "", &value, &sku, "9.99", "", ""])
        }
    };
    let rows: Rows = (0..5_000).map(row).collect();
    let sheet = import(&running, SHEET, &columns, &rows).await;
    assert_eq!(findings(&running, SHEET).await, []);
    assert_eq!((sheet.new_products, sheet.changed_rows), (1_000, 5_000));
    apply(&running, &sheet).await.unwrap();
    until(&running, SHEET, wire::SheetState::Applied).await;
    assert_eq!(running.ledger.items().len(), 5_000);

    let mut all = (Vec::new(), Rows::new(), String::new());
    loop {
        let request = wire::ListSheetRowsRequest {
            retailer_id: RETAILER.to_string(),
            page_size: 500,
            page_token: all.2,
            filter: None,
        };
        let page = running.sheets.clone().list_sheet_rows(request).await;
        let page = page.unwrap().into_inner();
        all.0 = page.columns;
        all.1.extend(page.rows.into_iter().map(|row| row.cells));
        all.2 = page.next_page_token;
        if all.2.is_empty() {
            break;
        }
    }
    let (columns, mut rows, _) = all;
    assert_eq!(rows.len(), 5_000);
    let price = columns.iter().position(|column| column == "price").unwrap();
    for row in &mut rows[..500] {
        row[price] = "10.49".into();
    }
    let sheet = import(&running, OTHER_SHEET, &columns, &rows).await;
    assert_eq!((sheet.findings, sheet.changed_rows), (0, 500));
    apply(&running, &sheet).await.unwrap();
    until(&running, OTHER_SHEET, wire::SheetState::Applied).await;
    let raised = running.sql("select count(*) from catalog.variant where price_minor = 1049");
    assert_eq!(raised, "500");
}
