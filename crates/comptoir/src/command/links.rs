//! Which product of a shop is which of the catalogue (WC-7).

use std::path::Path;

use anyhow::bail;
use proto::catalog as wire;
use proto::catalog::product_link_change::Link;
use retail::ConnectionId;
use retail::catalogue::sheet::Mark;
use serde::Serialize;

use super::Place;
use super::parked::act;
use super::push::standing_into;
use crate::api::Catalog;
use crate::arguments::{
    ActArguments, Links, PageArguments, ProductName, ResolveArguments, Separator,
};
use crate::exit::Exit;
use crate::output::{Screen, count};
use crate::sheet_file::{Part, Writing, read};
use crate::tables;
use crate::view::ProductLink;

#[derive(Serialize)]
struct List {
    links: Vec<ProductLink>,
    next_page_token: Option<String>,
}

#[derive(Serialize)]
struct Said {
    products: i64,
}

#[derive(Serialize)]
struct All {
    sought: i64,
    overwritten: i64,
}

#[derive(Serialize)]
struct Exported {
    file: String,
    rows: usize,
}

pub(crate) async fn links(screen: Screen, place: &Place, command: Links) -> anyhow::Result<Exit> {
    let catalog = place.catalog()?;
    match command {
        Links::List {
            connection,
            standing,
            page: PageArguments { limit, page_token },
        } => {
            let standing = standing_into(standing);
            let page = catalog.product_links(connection, standing, limit, page_token);
            let page = page.await?;
            if screen.is_json() {
                screen.json(&List {
                    links: page.rows,
                    next_page_token: page.next,
                })?;
            } else {
                tables::links(screen, &page.rows);
                tables::next_page(screen, page.next.as_deref());
            }
        }
        Links::Resolve(asked) => resolve(screen, &catalog, *asked).await?,
        Links::Unlink {
            products,
            connection,
            act: asked,
        } => {
            let said = (Link::Apart(true), Vec::new());
            say(screen, &catalog, (connection, &products), said, asked).await?;
        }
        Links::All {
            connection,
            overwrite,
            act: asked,
        } => all(screen, &catalog, connection, overwrite, asked).await?,
        Links::Export {
            file,
            connection,
            separator,
            force,
        } => export(screen, &catalog, connection, (&file, separator, force)).await?,
        Links::Import {
            file,
            connection,
            preview,
            act: asked,
        } => {
            let asked = (!preview).then_some(asked);
            return import(screen, &catalog, connection, &file, asked).await;
        }
    }
    Ok(Exit::Done)
}

async fn resolve(screen: Screen, catalog: &Catalog, asked: ResolveArguments) -> anyhow::Result<()> {
    let ResolveArguments {
        products,
        connection,
        to,
        items,
        anew,
        again: _,
        act: asked,
    } = asked;
    let link = match to {
        Some(_) if products.len() > 1 => {
            bail!("one product of the shop is one of the catalogue: name one")
        }
        Some(id) => Link::ShopProductId(id.as_str().to_owned()),
        None if anew => Link::Anew(true),
        None => Link::Again(true),
    };
    let item = |(item, variant): (retail::ItemId, retail::ShopVariantId)| wire::ItemLinkChange {
        item_id: item.to_string(),
        shop_variant_id: variant.to_string(),
    };
    let said = (link, items.into_iter().map(item).collect());
    say(screen, catalog, (connection, &products), said, asked).await
}

/// Says the same of each product.
async fn say(
    screen: Screen,
    catalog: &Catalog,
    (connection, products): (ConnectionId, &[ProductName]),
    (link, items): (Link, Vec<wire::ItemLinkChange>),
    asked: ActArguments,
) -> anyhow::Result<()> {
    let mut changes = Vec::with_capacity(products.len());
    for product in products {
        changes.push(wire::ProductLinkChange {
            product_id: catalog.product(product).await?.product_id,
            link: Some(link.clone()),
            items: items.clone(),
        });
    }
    let products = catalog.set_links(connection, changes, act(asked)).await?;
    if screen.is_json() {
        return screen.json(&Said { products });
    }
    let products = count(usize::try_from(products)?, "product");
    screen.line(format_args!(
        "kept for {products}: the shop is looked at for it in a while"
    ));
    Ok(())
}

async fn all(
    screen: Screen,
    catalog: &Catalog,
    connection: ConnectionId,
    overwrite: bool,
    asked: ActArguments,
) -> anyhow::Result<()> {
    let all = catalog.link_all(connection, overwrite, act(asked)).await?;
    let (sought, overwritten) = all;
    if screen.is_json() {
        return screen.json(&All {
            sought,
            overwritten,
        });
    }
    let sought = count(usize::try_from(sought)?, "product");
    screen.line(format_args!("{sought} looked for in the shop"));
    if overwrite {
        let overwritten = count(usize::try_from(overwritten)?, "linked product");
        screen.line(format_args!("{overwritten} told to the shop again"));
    }
    Ok(())
}

async fn export(
    screen: Screen,
    catalog: &Catalog,
    connection: ConnectionId,
    (file, separator, force): (&Path, Separator, bool),
) -> anyhow::Result<()> {
    let mut page = catalog.link_rows(connection, String::new()).await?;
    let mut writing = Writing::begin(file, separator, force, &page.columns)?;
    let mut rows = 0_usize;
    loop {
        for row in &page.rows {
            writing.row(&row.cells)?;
        }
        rows += page.rows.len();
        if page.next_page_token.is_empty() {
            break;
        }
        page = catalog.link_rows(connection, page.next_page_token).await?;
    }
    writing.finish()?;
    let file = file.display().to_string();
    if screen.is_json() {
        return screen.json(&Exported { file, rows });
    }
    screen.line(format_args!("{file}: {}", count(rows, "row")));
    Ok(())
}

/// `asked` is absent where nothing is to happen.
async fn import(
    screen: Screen,
    catalog: &Catalog,
    connection: ConnectionId,
    file: &Path,
    asked: Option<ActArguments>,
) -> anyhow::Result<Exit> {
    let is_preview = asked.is_none();
    let imported = catalog
        .import_links(connection, rows(file)?, asked.map(act))
        .await?;
    let exit = if imported.errors.is_empty() {
        Exit::Done
    } else {
        Exit::Failed
    };
    if screen.is_json() {
        screen.json(&imported)?;
        return Ok(exit);
    }
    tables::link_errors(screen, &imported.errors);
    let changed = count(usize::try_from(imported.changed)?, "product");
    match (exit, is_preview) {
        (Exit::Done, true) => screen.line(format_args!("{changed} would be otherwise")),
        (Exit::Done, false) => screen.line(format_args!("{changed} are otherwise")),
        (Exit::Failed | Exit::CheckFailed, _) => screen.line("nothing is changed"),
    }
    Ok(exit)
}

/// Of the whole file, so that each has its number: where a row says nothing, an empty one.
fn rows(file: &Path) -> anyhow::Result<Vec<Vec<String>>> {
    let (mut rows, mut fault) = (Vec::new(), None);
    read(file, Mark::Either, &mut |part| {
        match part {
            Part::Columns(columns) => rows.push(columns),
            Part::Row(row) => {
                if row.faults.is_empty() {
                    let number = usize::try_from(row.number).unwrap_or(usize::MAX);
                    rows.resize(number.saturating_sub(1).max(rows.len()), Vec::new());
                    rows.push(row.cells);
                } else {
                    fault = Some(row.number);
                }
            }
        }
        fault.is_none()
    })?;
    if let Some(row) = fault {
        bail!("row {row} has a cell that is no text");
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wc_07_rows_of_a_file_keep_their_numbers() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("links.csv");
        std::fs::write(&file, "product_id,sku\n\n1,A\n,\n2,B\n").unwrap();
        let found = rows(&file).unwrap();
        let of = |number: usize| found[number - 1].concat();
        assert_eq!(of(1), "product_idsku");
        assert_eq!(found.iter().filter(|row| !row.is_empty()).count(), 3);
        assert_eq!(found.last().unwrap().concat(), "2B");
    }
}
