use anyhow::bail;
use proto::catalog as wire;
use serde::Serialize;

use super::Place;
use super::parked::act;
use crate::api::{Catalog, ListingsAsked, ToldAsked};
use crate::arguments::{
    AgainArguments, ListingsArguments, PageArguments, Push, Standing, ToldArguments,
};
use crate::exit::Exit;
use crate::output::{Screen, count};
use crate::tables;
use crate::view::{PushedListing, ToldShop};

#[derive(Serialize)]
struct Listings {
    listings: Vec<PushedListing>,
    next_page_token: Option<String>,
}

#[derive(Serialize)]
struct Told {
    entries: Vec<ToldShop>,
    next_page_token: Option<String>,
}

#[derive(Serialize)]
struct Again {
    listings: i64,
}

/// What shops are told, and what stands in the way.
pub(crate) async fn push(screen: Screen, place: &Place, command: Push) -> anyhow::Result<Exit> {
    let catalog = place.catalog()?;
    match command {
        Push::Status => {
            let shops = catalog.push_status().await?;
            if screen.is_json() {
                screen.json(&shops)?;
            } else {
                tables::push_status(screen, &shops);
            }
        }
        Push::List(asked) => list(screen, &catalog, asked).await?,
        Push::Again(asked) => again(screen, &catalog, asked).await?,
        Push::Told(asked) => told(screen, &catalog, asked).await?,
    }
    Ok(Exit::Done)
}

async fn list(screen: Screen, catalog: &Catalog, asked: ListingsArguments) -> anyhow::Result<()> {
    let ListingsArguments {
        connection,
        standing,
        refused,
        page: PageArguments { limit, page_token },
    } = asked;
    let asked = ListingsAsked {
        connection,
        standing: standing_into(standing),
        only_refused: refused,
    };
    let page = catalog.listings(&asked, limit, page_token).await?;
    if screen.is_json() {
        return screen.json(&Listings {
            listings: page.rows,
            next_page_token: page.next,
        });
    }
    tables::listings(screen, &page.rows);
    tables::next_page(screen, page.next.as_deref());
    Ok(())
}

async fn again(screen: Screen, catalog: &Catalog, asked: AgainArguments) -> anyhow::Result<()> {
    let AgainArguments {
        products,
        connection,
        standing,
        everything,
        act: asked,
    } = asked;
    let is_narrow = !products.is_empty() || connection.is_some() || standing.is_some();
    if !is_narrow && !everything {
        bail!(
            "what is to be told again? name products, --connection or --standing, or say --everything"
        );
    }
    let which = ListingsAsked {
        connection,
        standing: standing_into(standing),
        only_refused: false,
    };
    let listings = catalog.repush(&which, &products, act(asked)).await?;
    if screen.is_json() {
        return screen.json(&Again { listings });
    }
    let listings = count(usize::try_from(listings)?, "product");
    screen.line(format_args!("{listings} in shops will be told again"));
    Ok(())
}

async fn told(screen: Screen, catalog: &Catalog, asked: ToldArguments) -> anyhow::Result<()> {
    let ToldArguments {
        connection,
        product,
        item,
        from,
        until,
        page: PageArguments { limit, page_token },
    } = asked;
    let asked = ToldAsked {
        connection,
        product,
        item,
        from,
        until,
    };
    let page = catalog.told(asked, limit, page_token).await?;
    if screen.is_json() {
        return screen.json(&Told {
            entries: page.rows,
            next_page_token: page.next,
        });
    }
    tables::told(screen, &page.rows);
    tables::next_page(screen, page.next.as_deref());
    Ok(())
}

pub(super) fn standing_into(standing: Option<Standing>) -> wire::ListingStanding {
    standing.map_or(
        wire::ListingStanding::Unspecified,
        |standing| match standing {
            Standing::Wanted => wire::ListingStanding::Wanted,
            Standing::Linked => wire::ListingStanding::Linked,
            Standing::Review => wire::ListingStanding::Review,
            Standing::Missing => wire::ListingStanding::Missing,
            Standing::Refused => wire::ListingStanding::Refused,
            Standing::Deleted => wire::ListingStanding::Deleted,
            Standing::Apart => wire::ListingStanding::Apart,
        },
    )
}
