//! Spreadsheets: out, in, shown, and applied whole or not at all (EC-12).

mod rows;
mod runs;

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
