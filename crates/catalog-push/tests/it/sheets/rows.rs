//! What rows mean.

use super::*;

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
async fn ec_08_rows_are_found_by_their_skus_and_new_ones_are_put_together_and_wanted_in_every_shop()
{
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
    for new in ["Bag", "Lamp"] {
        let wanted = format!(
            "select count(*) from catalog.listing l join catalog.product p using (product_id) where p.name = '{new}'"
        );
        let linked = format!(
            "select count(*) from catalog.connection where retailer_id = '{RETAILER}' and is_linked"
        );
        assert_eq!(running.sql(&wanted), running.sql(&linked), "{new}");
        assert_ne!(running.sql(&wanted), "0", "{new}");
    }
}
