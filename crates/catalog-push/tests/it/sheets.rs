//! Spreadsheets: out, in, shown, and applied whole or not at all (EC-12).

use std::time::Duration;

use proto::catalog as wire;
use retail::RetailerId;
use tonic::{Code, Status};
use uuid::Uuid;

use crate::make::{
    RETAILER, SHOP, STRANGER, STRANGERS_SHOP, act, assert_code, assert_refused, id, item_id,
    new_act, online, product, product_id, save, variant,
};
use crate::running::Running;

const SHEET: Uuid = id(5_001);
const OTHER_SHEET: Uuid = id(5_002);

const PATIENCE: Duration = Duration::from_mins(4);
const LOOK_EVERY: Duration = Duration::from_millis(50);

type Rows = Vec<Vec<String>>;

fn texts(cells: &[&str]) -> Vec<String> {
    cells.iter().map(ToString::to_string).collect()
}

/// All there is, over several pages.
async fn export(running: &Running) -> (Vec<String>, Rows) {
    let (mut rows, mut page_token) = (Rows::new(), String::new());
    loop {
        let request = wire::ListSheetRowsRequest {
            retailer_id: RETAILER.to_string(),
            page_size: 2,
            page_token,
            filter: None,
        };
        let page = running.sheets.clone().list_sheet_rows(request).await;
        let page = page.unwrap().into_inner();
        rows.extend(page.rows.into_iter().map(|row| row.cells));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return (page.columns, rows);
        }
    }
}

fn begin(sheet: Uuid, columns: &[String]) -> wire::BeginSheetRequest {
    wire::BeginSheetRequest {
        retailer_id: RETAILER.to_string(),
        sheet_id: sheet.to_string(),
        columns: columns.to_vec(),
        act: Some(new_act()),
        ..wire::BeginSheetRequest::default()
    }
}

fn put(sheet: Uuid, first: i32, rows: &[Vec<String>]) -> wire::PutSheetRowsRequest {
    let row = |(number, cells): (i32, &Vec<String>)| wire::SheetRow {
        number,
        cells: cells.clone(),
        faults: Vec::new(),
    };
    wire::PutSheetRowsRequest {
        retailer_id: RETAILER.to_string(),
        sheet_id: sheet.to_string(),
        rows: (first..).zip(rows).map(row).collect(),
        act: Some(new_act()),
    }
}

async fn get(running: &Running, sheet: Uuid) -> wire::Sheet {
    let request = wire::GetSheetRequest {
        retailer_id: RETAILER.to_string(),
        sheet_id: sheet.to_string(),
    };
    let answer = running.sheets.clone().get_sheet(request).await;
    answer.unwrap().into_inner().sheet.unwrap()
}

/// Waits until it is there; a large one takes longer than most things do.
async fn until(running: &Running, sheet: Uuid, state: wire::SheetState) -> wire::Sheet {
    let there = async {
        loop {
            let sheet = get(running, sheet).await;
            if sheet.state() == state {
                return sheet;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::time::timeout(PATIENCE, there).await.unwrap()
}

async fn check(running: &Running, sheet: Uuid, rows: usize) -> wire::Sheet {
    let request = wire::CheckSheetRequest {
        retailer_id: RETAILER.to_string(),
        sheet_id: sheet.to_string(),
        rows: i64::try_from(rows).unwrap(),
        act: Some(new_act()),
    };
    let answer = running.sheets.clone().check_sheet(request).await;
    assert_eq!(
        answer.unwrap().into_inner().sheet.unwrap().state(),
        wire::SheetState::Checking
    );
    until(running, sheet, wire::SheetState::Checked).await
}

/// A sheet that came in whole and is checked.
async fn import(
    running: &Running,
    sheet: Uuid,
    columns: &[String],
    rows: &[Vec<String>],
) -> wire::Sheet {
    let mut sheets = running.sheets.clone();
    sheets.begin_sheet(begin(sheet, columns)).await.unwrap();
    for (part, rows) in (0..).zip(rows.chunks(500)) {
        let request = put(sheet, 2 + part * 500, rows);
        sheets.put_sheet_rows(request).await.unwrap();
    }
    check(running, sheet, rows.len()).await
}

async fn apply(running: &Running, sheet: &wire::Sheet) -> Result<wire::Sheet, Status> {
    let request = wire::ApplySheetRequest {
        retailer_id: RETAILER.to_string(),
        sheet_id: sheet.sheet_id.clone(),
        expected_rows: sheet.changed_rows,
        act: Some(new_act()),
    };
    let answer = running.sheets.clone().apply_sheet(request).await?;
    Ok(answer.into_inner().sheet.unwrap())
}

/// Row, column and kind of everything that is wrong.
async fn findings(running: &Running, sheet: Uuid) -> Vec<(i32, String, String)> {
    let (mut all, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = wire::ListSheetFindingsRequest {
            retailer_id: RETAILER.to_string(),
            page_size: 2,
            page_token,
            sheet_id: sheet.to_string(),
        };
        let page = running.sheets.clone().list_sheet_findings(request).await;
        let page = page.unwrap().into_inner();
        let found = page.findings.into_iter();
        all.extend(found.map(|found| (found.row, found.column, found.kind)));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            all.sort();
            return all;
        }
    }
}

/// Row, column, before and after.
async fn changes(running: &Running, sheet: Uuid) -> Vec<(i32, String, String, String)> {
    let (mut all, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = wire::ListSheetChangesRequest {
            retailer_id: RETAILER.to_string(),
            page_size: 2,
            page_token,
            sheet_id: sheet.to_string(),
        };
        let page = running.sheets.clone().list_sheet_changes(request).await;
        let page = page.unwrap().into_inner();
        let found = page.changes.into_iter();
        all.extend(found.map(|one| (one.row, one.column, one.before, one.after)));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return all;
        }
    }
}

/// A shirt of two sizes, a mug, and something odd.
async fn stock(running: &Running) {
    let mut shirt = product(1, "Shirt");
    shirt.options = vec!["Size".into()];
    shirt.variants = vec![variant(1, "S-S"), variant(2, "S-M")];
    shirt.variants[0].values = vec!["S".into()];
    shirt.variants[1].values = vec!["M".into()];
    shirt.description = " <p>=1+1</p>\r\n".into();
    shirt.tags = vec!["a;b".into(), "summer".into()];
    let mut request = save(shirt);
    request.sell_online = vec![online(SHOP, true)];
    running.catalog.clone().save_product(request).await.unwrap();
    running.save(product(3, "Mug")).await;
    let mut odd = product(4, "=cmd|' /C calc'!A0");
    odd.handle = "-x".into();
    odd.variants[0].sku = "1.23457E+12".into();
    odd.variants[0].barcode = "0007".into();
    odd.variants[0].weight_mg = Some(1_234_000);
    odd.variants[0].supplier_code = " spaced ".into();
    running.save(odd).await;
}

#[tokio::test]
async fn ec_12_a_sheet_that_is_written_and_read_again_changes_nothing() {
    let running = Running::start().await;
    stock(&running).await;
    let (columns, rows) = export(&running).await;
    assert_eq!(rows.len(), 4);
    let before = running.sql(
        "select string_agg(product_id || ' ' || revision, ',' order by 1) from catalog.product",
    );
    let acts = running.ledger.acts();
    let sheet = import(&running, SHEET, &columns, &rows).await;
    assert_eq!((sheet.rows, sheet.done, sheet.total), (4, 4, 4));
    assert_eq!(
        (sheet.findings, sheet.changed_rows),
        (0, 0),
        "{:?}",
        findings(&running, SHEET).await
    );
    assert_eq!(changes(&running, SHEET).await, []);
    apply(&running, &sheet).await.unwrap();
    until(&running, SHEET, wire::SheetState::Applied).await;
    let after = running.sql(
        "select string_agg(product_id || ' ' || revision, ',' order by 1) from catalog.product",
    );
    assert_eq!(before, after);
    assert_eq!(running.ledger.acts(), acts, "the ledger is told of nothing");
}

#[tokio::test]
async fn ec_12_what_a_sheet_changes_is_shown_and_then_happens_at_once() {
    let running = Running::start().await;
    stock(&running).await;
    let (columns, mut rows) = export(&running).await;
    let place = |name: &str| {
        columns
            .iter()
            .position(|column| column.starts_with(name))
            .unwrap()
    };
    let shop = format!("online:shop1:{SHOP}");
    assert_eq!(rows[0][place(&shop)], "yes");
    rows[0][place(&shop)] = "no".into();
    rows[0][place("in_store")] = "no".into();
    rows[1][place("price")] = "12,5".into();
    rows[2][place("name")] = "Cup".into();
    let mut large = rows[1].clone();
    large[place("item_id")].clear();
    large[place("value_1")] = "L".into();
    large[place("sku")] = "S-L".into();
    rows.push(large);
    let mut vase = vec![String::new(); columns.len()];
    for (column, text) in [
        ("name", "Vase"),
        ("sku", "VASE"),
        ("price", "30"),
        ("currency", "EUR"),
    ] {
        vase[place(column)] = text.into();
    }
    rows.push(vase);

    let sheet = import(&running, SHEET, &columns, &rows).await;
    assert_eq!(findings(&running, SHEET).await, []);
    assert_eq!(
        (
            sheet.new_products,
            sheet.changed_products,
            sheet.changed_rows
        ),
        (1, 2, 5)
    );
    let changed = changes(&running, SHEET).await;
    let told = |row, column: &str, before: &str, after: &str| {
        (row, column.to_owned(), before.to_owned(), after.to_owned())
    };
    for expected in [
        told(2, "in_store", "yes", "no"),
        told(2, &shop, "yes", "no"),
        told(3, "price", "10.00", "12.50"),
        told(6, "sku", "", "S-L"),
        told(4, "name", "Mug", "Cup"),
        told(7, "", "", "Vase"),
    ] {
        assert!(changed.contains(&expected), "{expected:?} in {changed:?}");
    }
    assert_eq!(
        running.get(product_id(3)).await.name,
        "Mug",
        "nothing has happened yet"
    );

    apply(&running, &sheet).await.unwrap();
    until(&running, SHEET, wire::SheetState::Applied).await;
    let shirt = running.get(product_id(1)).await;
    assert_eq!((shirt.revision, shirt.variants.len()), (2, 3));
    assert_eq!(
        shirt.description, " <p>=1+1</p>\r\n",
        "what was not changed is as it was"
    );
    let channels = shirt.channels.unwrap();
    assert!(!channels.in_store && channels.online[0].is_online == Some(false));
    let price = shirt.variants[1].retail_price.clone().unwrap();
    assert_eq!((price.units, price.nanos), (12, 500_000_000));
    let added: Uuid = shirt.variants[2].item_id.parse().unwrap();
    assert_eq!(running.ledger.item(added).name, "Shirt (L)");
    assert_eq!(running.ledger.item(item_id(3)).name, "Cup");
    assert_eq!(
        running.get(product_id(4)).await.revision,
        1,
        "and nothing else"
    );
    running
        .until(
            "select count(*) from catalog.product where name = 'Vase' and is_in_store",
            "1",
        )
        .await;
    running
        .until("select count(*) from catalog.outbox", "0")
        .await;

    // The same file again finds what it made by its SKUs.
    let again = import(&running, OTHER_SHEET, &columns, &rows).await;
    let stale = findings(&running, OTHER_SHEET).await;
    assert_eq!(
        (again.changed_rows, again.new_products),
        (0, 0),
        "{stale:?}"
    );
}

#[tokio::test]
async fn ec_12_what_is_wrong_is_told_by_row_and_column_and_nothing_is_applied() {
    let running = Running::start().await;
    stock(&running).await;
    let columns = texts(&[
        "product_id",
        "item_id",
        "sku",
        "name",
        "price",
        "currency",
        "revision",
        "handle",
    ]);
    let (shirt, mug, unknown) = (
        product_id(1).to_string(),
        item_id(3).to_string(),
        id(9).to_string(),
    );
    let rows: Rows = [
        ["", &mug, "", "Cup", "1,234", "", "", ""],
        [&shirt, "", "S-S", "", "cheap", "", "", ""],
        [&shirt, &mug, "", "", "", "", "", ""],
        [&unknown, "", "NEW-1", "", "1", "EUR", "", ""],
        ["", &unknown, "", "", "", "", "", ""],
        ["x", "", "", "", "", "", "", ""],
        ["", "", "NEW-2", "", "1", "EUR", "", ""],
        ["", "", "NEW-2", "Vase", "1", "EUR", "", ""],
        ["", &item_id(4).to_string(), "S-M", "", "", "", "", ""],
        ["", &item_id(2).to_string(), "", "Blouse", "", "", "7", ""],
    ]
    .iter()
    .map(|cells| texts(cells))
    .collect();
    let sheet = import(&running, SHEET, &columns, &rows).await;
    let told = |row, column: &str, kind: &str| (row, column.to_owned(), kind.to_owned());
    assert_eq!(
        findings(&running, SHEET).await,
        [
            told(2, "price", "ambiguous_number"),
            told(3, "price", "not_a_number"),
            told(4, "product_id", "other_product"),
            told(5, "product_id", "unknown_product"),
            told(6, "item_id", "unknown_item"),
            told(7, "product_id", "bad_id"),
            told(8, "name", "missing"),
            told(9, "sku", "sku_twice"),
            told(10, "sku", "sku_taken"),
        ]
    );
    assert_eq!(sheet.findings, 9);
    assert_refused(apply(&running, &sheet).await, "sheet_not_ready");
    assert_eq!(running.get(product_id(1)).await.revision, 1);
    // The revision is judged where all else is right.
    let rows = [texts(&[
        "",
        &item_id(2).to_string(),
        "",
        "Blouse",
        "",
        "",
        "7",
        "",
    ])];
    import(&running, OTHER_SHEET, &columns, &rows).await;
    let stale = findings(&running, OTHER_SHEET).await;
    assert_eq!(stale, [told(2, "revision", "changed_since")]);
}

#[tokio::test]
async fn rows_are_found_by_their_skus_and_new_ones_are_put_together_by_their_handles() {
    let running = Running::start().await;
    stock(&running).await;
    let known = id(777);
    running
        .ledger
        .make_item(known, RETAILER.uuid(), "LEDGER-1", "As an order called it");
    let columns = texts(&[
        "handle", "name", "option_1", "value_1", "sku", "price", "currency",
    ]);
    let rows: Rows = [
        ["", "", "", "", "S-S", "11", ""],
        ["tee", "", "", "L", "S-L", "12", ""],
        ["tee", "", "", "", "S-M", "", ""],
        ["bag", "Bag", "Colour", "red", "B-R", "20", "EUR"],
        ["bag", "", "", "blue", "B-B", "21", ""],
        ["", "Lamp", "", "", "LEDGER-1", "40", "EUR"],
    ]
    .iter()
    .map(|cells| texts(cells))
    .collect();
    let sheet = import(&running, SHEET, &columns, &rows).await;
    assert_eq!(findings(&running, SHEET).await, []);
    assert_eq!((sheet.new_products, sheet.changed_products), (2, 1));
    apply(&running, &sheet).await.unwrap();
    until(&running, SHEET, wire::SheetState::Applied).await;
    let shirt = running.get(product_id(1)).await;
    let skus: Vec<&str> = shirt.variants.iter().map(|variant| &*variant.sku).collect();
    assert_eq!(skus, ["S-S", "S-M", "S-L"]);
    let bag = "select count(*) from catalog.variant v join catalog.product p using (product_id) where p.name = 'Bag'";
    assert_eq!(running.sql(bag), "2");
    let lamp = format!(
        "select p.name from catalog.variant v join catalog.product p using (product_id) where v.item_id = '{known}'"
    );
    assert_eq!(running.sql(&lamp), "Lamp");
    assert_eq!(running.ledger.item(known).name, "Lamp");
}

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
