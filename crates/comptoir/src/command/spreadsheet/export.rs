use anyhow::bail;
use serde::Serialize;

use crate::api::Catalog;
use crate::arguments::ExportArguments;
use crate::command::products::filter_into;
use crate::exit::Exit;
use crate::output::{Screen, count};
use crate::sheet_file::Writing;

/// What `--json` says of it.
#[derive(Serialize)]
struct Exported {
    file: String,
    products: i64,
    rows: u64,
    /// Texts that are longer than a cell can be.
    left_empty: usize,
}

/// Writes page by page; what was changed meanwhile is in it as it was or as it is, and in it once.
pub(super) async fn export(
    screen: Screen,
    catalog: &Catalog,
    asked: ExportArguments,
) -> anyhow::Result<Exit> {
    let ExportArguments {
        file,
        separator,
        force,
        filter,
    } = asked;
    let filter = filter_into(filter, false);
    let mut page = catalog.sheet_rows(&filter, String::new()).await?;
    let products = page.products;
    let columns = std::mem::take(&mut page.columns);
    let mut writing = Writing::begin(&file, separator, force, &columns)?;
    let bar = screen.bar(
        u64::try_from(products).unwrap_or_default(),
        "products written",
    );
    let (mut rows, mut left_empty) = (0, 0);
    loop {
        for row in &page.rows {
            left_empty += writing.row(&row.cells)?;
            rows += 1;
        }
        bar.inc(u64::try_from(page.page_products).unwrap_or_default());
        if page.next_page_token.is_empty() {
            break;
        }
        page = catalog.sheet_rows(&filter, page.next_page_token).await?;
        if page.columns != columns {
            bail!("a shop was linked or parted with meanwhile: export once more");
        }
    }
    writing.finish()?;
    bar.finish_and_clear();
    let file = file.display().to_string();
    if screen.is_json() {
        screen.json(&Exported {
            file,
            products,
            rows,
            left_empty,
        })?;
        return Ok(Exit::Done);
    }
    let rows = count(usize::try_from(rows).unwrap_or(usize::MAX), "row");
    screen.line(format_args!("{file}: {rows}"));
    if left_empty > 0 {
        let cells = count(left_empty, "text");
        screen.line(format_args!(
            "{cells} left out, longer than a cell can be: an empty cell changes nothing when the file is imported"
        ));
    }
    Ok(Exit::Done)
}
