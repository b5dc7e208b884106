//! The catalogue as a spreadsheet (EC-12).

mod export;
mod import;
mod upload;

use super::Place;
use crate::arguments::Spreadsheet;
use crate::exit::Exit;
use crate::output::Screen;

pub(crate) async fn spreadsheet(
    screen: Screen,
    place: &Place,
    command: Spreadsheet,
) -> anyhow::Result<Exit> {
    let catalog = place.catalog()?;
    match command {
        Spreadsheet::Export(asked) => export::export(screen, &catalog, *asked).await,
        Spreadsheet::Preview(asked) => import::preview(screen, &catalog, asked).await,
        Spreadsheet::Import(asked) => import::import(screen, &catalog, asked).await,
    }
}
