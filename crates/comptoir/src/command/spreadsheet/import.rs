use anyhow::bail;
use proto::catalog as wire;
use uuid::Uuid;

use super::upload::{follow, fresh, upload};
use crate::api::Catalog;
use crate::arguments::ImportArguments;
use crate::command::parked::act;
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;
use crate::view::Spreadsheet;

/// What a file would change, or what is wrong with it.
pub(super) async fn preview(
    screen: Screen,
    catalog: &Catalog,
    asked: ImportArguments,
) -> anyhow::Result<Exit> {
    let act = act(asked.act.clone());
    let sheet = upload(screen, catalog, &asked, &act).await?;
    let exit = exit_of(&sheet);
    show(screen, catalog, sheet, asked.limit).await?;
    Ok(exit)
}

/// All of it happens, or nothing.
pub(super) async fn import(
    screen: Screen,
    catalog: &Catalog,
    asked: ImportArguments,
) -> anyhow::Result<Exit> {
    let act = act(asked.act.clone());
    let mut sheet = upload(screen, catalog, &asked, &act).await?;
    if sheet.state() == wire::SheetState::Checked && sheet.findings == 0 {
        let id: Uuid = sheet.sheet_id.parse()?;
        catalog.apply_sheet(&sheet, fresh(&act)).await?;
        sheet = follow(screen, catalog, id, "items told to the ledger").await?;
    }
    let exit = exit_of(&sheet);
    let refusal = sheet.refusal.clone();
    show(screen, catalog, sheet, asked.limit).await?;
    if !refusal.is_empty() {
        bail!("nothing is changed: {refusal}");
    }
    Ok(exit)
}

fn exit_of(sheet: &wire::Sheet) -> Exit {
    if sheet.findings > 0 {
        return Exit::Failed;
    }
    Exit::Done
}

async fn show(
    screen: Screen,
    catalog: &Catalog,
    sheet: wire::Sheet,
    limit: u32,
) -> anyhow::Result<()> {
    let id: Uuid = sheet.sheet_id.parse()?;
    let limit = usize::try_from(limit)?;
    let mut findings = catalog.sheet_findings(id, limit).await?;
    findings.sort_by_key(|finding| finding.row);
    let changes = catalog.sheet_changes(id, limit).await?;
    let sheet = Spreadsheet::new(sheet, findings, changes)?;
    if screen.is_json() {
        return screen.json(&sheet);
    }
    tables::sheet(screen, &sheet);
    Ok(())
}
