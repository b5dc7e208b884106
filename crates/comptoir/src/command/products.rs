use anyhow::{Context as _, bail};
use proto::catalog as wire;
use proto::catalog::bulk_selection::Products as Selected;
use proto::convert::money_into;
use serde::Serialize;
use uuid::Uuid;

use super::Place as Where;
use super::parked::act;
use crate::api::{BulkAsked, Catalog};
use crate::arguments::{
    Activity, Bulk, BulkArguments, FilterArguments, PageArguments, Place, ProductName, Products,
    SaveArguments, Switch,
};
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;
use crate::view::{ListedProduct, Product};

#[derive(Serialize)]
struct List {
    products: Vec<ListedProduct>,
    total: i64,
    next_page_token: Option<String>,
}

/// What products are like and what they cost.
pub(crate) async fn products(
    screen: Screen,
    place: &Where,
    command: Products,
) -> anyhow::Result<Exit> {
    let catalog = place.catalog()?;
    let product = match command {
        Products::List {
            filter,
            deleted,
            page,
        } => return list(screen, &catalog, filter_into(filter, deleted), page).await,
        Products::Bulk(asked) => return bulk(screen, &catalog, *asked).await,
        Products::Show { product } => Product::try_from(catalog.product(&product).await?)?,
        Products::Save(asked) => save(&catalog, *asked).await?,
        Products::Delete {
            product,
            act: asked,
        } => {
            let found = catalog.product(&product).await?;
            let deleted = catalog.delete_product(found.product_id, act(asked));
            deleted.await?
        }
        Products::Restore {
            product,
            act: asked,
        } => catalog.restore_product(product, act(asked)).await?,
    };
    if screen.is_json() {
        screen.json(&product)?;
    } else {
        tables::product(screen, &product);
    }
    Ok(Exit::Done)
}

async fn list(
    screen: Screen,
    catalog: &Catalog,
    filter: wire::ProductFilter,
    page: PageArguments,
) -> anyhow::Result<Exit> {
    let PageArguments { limit, page_token } = page;
    let (page, total) = catalog.products(filter, limit, page_token).await?;
    if screen.is_json() {
        screen.json(&List {
            products: page.rows,
            total,
            next_page_token: page.next,
        })?;
    } else {
        tables::products(screen, &page.rows, total);
        tables::next_page(screen, page.next.as_deref());
    }
    Ok(Exit::Done)
}

pub(super) fn filter_into(filter: FilterArguments, deleted: bool) -> wire::ProductFilter {
    let FilterArguments {
        state,
        channel,
        connection,
        text,
        sku,
        brand,
        category,
        supplier,
        tag,
    } = filter;
    let state = state.map_or(wire::ChannelState::Unspecified, |state| match state {
        Activity::Active => wire::ChannelState::Active,
        Activity::Inactive => wire::ChannelState::Inactive,
    });
    let channel = channel.map_or(wire::Channel::Unspecified, |channel| match channel {
        Place::InStore => wire::Channel::InStore,
        Place::Online => wire::Channel::Online,
    });
    wire::ProductFilter {
        state: state.into(),
        channel: channel.into(),
        connection_id: connection.map(|id| id.to_string()).unwrap_or_default(),
        text,
        sku,
        brand,
        category,
        supplier,
        tag,
        deleted,
    }
}

/// What is not named stays as it is.
async fn save(catalog: &Catalog, asked: SaveArguments) -> anyhow::Result<Product> {
    let SaveArguments {
        sku,
        name,
        price,
        tax_included,
        tax_millipercent,
        description,
        brand,
        category,
        supplier,
        barcode,
        weight_mg,
        item,
        act: asked,
    } = asked;
    let act = act(asked);
    let found = catalog.find_product(&ProductName::Sku(sku.clone())).await?;
    let mut product = if let Some(found) = found {
        if item.is_some() {
            bail!("{sku} is of a product already, and its item stays what it is");
        }
        found
    } else {
        if name.is_none() || price.is_none() {
            bail!("{sku} is new: say its --name and --price");
        }
        // Said again under the same request id, it is the same product.
        let request = Uuid::try_parse(&act.request_id).context("--request-id is no UUID")?;
        let of = |what: &str| Uuid::new_v5(&request, what.as_bytes());
        let item = item.map_or_else(|| of("item"), retail::ItemId::uuid);
        wire::Product {
            product_id: of("product").to_string(),
            variants: vec![wire::Variant {
                item_id: item.to_string(),
                sku: sku.to_string(),
                price_includes_tax: true,
                ..wire::Variant::default()
            }],
            ..wire::Product::default()
        }
    };
    let mut variants = product.variants.iter_mut();
    let variant = variants
        .find(|variant| variant.sku == sku.as_str())
        .with_context(|| format!("no variant has the SKU {sku}"))?;
    set(&mut variant.barcode, barcode);
    if let Some(price) = price {
        variant.retail_price = Some(money_into(price));
    }
    set(
        &mut variant.price_includes_tax,
        tax_included.map(|it| it == Switch::On),
    );
    variant.weight_mg = weight_mg.or(variant.weight_mg);
    set(&mut product.name, name);
    set(&mut product.tax_rate_millipercent, tax_millipercent);
    set(&mut product.description, description);
    set(&mut product.brand, brand);
    set(&mut product.category, category);
    set(&mut product.supplier, supplier);
    Ok(catalog.save_product(product, act).await?)
}

fn set<T>(field: &mut T, said: Option<T>) {
    if let Some(said) = said {
        *field = said;
    }
}

async fn bulk(screen: Screen, catalog: &Catalog, asked: BulkArguments) -> anyhow::Result<Exit> {
    let BulkArguments {
        action,
        product,
        in_store,
        online,
        preview: is_preview,
        expected,
        filter,
        act: asked,
    } = asked;
    let selected = if product.is_empty() {
        if filter == FilterArguments::default() {
            bail!("which products? name them with --product, or say a condition");
        }
        Selected::Filter(filter_into(filter, false))
    } else {
        if filter != FilterArguments::default() {
            bail!("name products or say conditions, not both");
        }
        let product_ids = product.iter().map(ToString::to_string).collect();
        Selected::Ids(wire::ProductIds { product_ids })
    };
    let bulk = BulkAsked {
        selection: wire::BulkSelection {
            products: Some(selected),
        },
        action: match action {
            Bulk::Activate => wire::BulkAction::Activate,
            Bulk::Deactivate => wire::BulkAction::Deactivate,
        },
        channels: wire::BulkChannels {
            in_store,
            connection_ids: online.iter().map(ToString::to_string).collect(),
        },
    };
    let done = if is_preview {
        catalog.preview_bulk(&bulk).await?
    } else {
        catalog.apply_bulk(bulk, expected, act(asked)).await?
    };
    if screen.is_json() {
        screen.json(&done)?;
    } else {
        tables::bulk(screen, &done, is_preview);
    }
    Ok(Exit::Done)
}
