//! Which product of a shop is which of ours.

use proto::catalog as wire;
use proto::catalog::product_link_change::Link;
use retail::ProductId;
use retail::listing::link::Doubt;
use retail::listing::link::file::{Column, RowError};
use retail::listing::{Field, ShopProductId};
use retail::{ItemId, ShopVariantId};
use tonic::{Request, Response, Status};

use super::channels::field_into;
use super::error::bad_field;
use super::link_rows::rows;
use super::once::once;
use super::page::Page;
use super::push::{standing, standing_into};
use super::{Answering, ask};
use crate::store::{Asked, ItemLinkView, LinkFilter, LinkRows, LinkView, LinkWord, LinksImported};

/// Products of one request at most.
const PRODUCTS_LIMIT: usize = 500;
/// Rows of a file at most, besides what stands above the columns.
const ROWS_LIMIT: usize = 100_000;
/// Cells of a row at most.
const CELLS_LIMIT: usize = 50;
/// Longest cell, in bytes.
const CELL_LIMIT_BYTES: usize = 1_000;

#[tonic::async_trait]
impl wire::links_server::Links for Answering {
    async fn list_links(
        &self,
        request: Request<wire::ListLinksRequest>,
    ) -> Result<Response<wire::ListLinksResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<ProductId> = Page::asked(&request, size, &token)?;
        let retailer = ask::retailer(&request.retailer_id)?;
        ask::each_once("product_ids", &request.product_ids, PRODUCTS_LIMIT)?;
        let products = request.product_ids.iter().map(|id| ask::product(id));
        let filter = LinkFilter {
            connection: ask::connection(&request.connection_id)?,
            standing: standing(request.standing)?,
            products: products.collect::<Result<_, _>>()?,
        };
        let questions = &self.questions;
        let found = questions.list_links(retailer, &filter, page.after, page.rows());
        let mut found = found.await?;
        let next_page_token = page.cut(&mut found, |view| view.product);
        Ok(Response::new(wire::ListLinksResponse {
            links: found.into_iter().map(link_into).collect(),
            next_page_token,
        }))
    }

    async fn set_links(
        &self,
        request: Request<wire::SetLinksRequest>,
    ) -> Result<Response<wire::SetLinksResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "Links.SetLinks", &request);
        let connection = ask::connection(&request.connection_id)?;
        if request.changes.is_empty() {
            return Err(bad_field("changes", "is missing"));
        }
        let words = request.changes.into_iter().map(word_from);
        let words: Vec<(ProductId, LinkWord)> = words.collect::<Result<_, _>>()?;
        let products: Vec<ProductId> = words.iter().map(|(product, _)| *product).collect();
        ask::each_once("changes", &products, PRODUCTS_LIMIT)?;
        let answer = once(&self.acts, asked, async |once| {
            once.set_links(connection, &words).await?;
            let products = i64::try_from(words.len()).unwrap_or(i64::MAX);
            Ok(wire::SetLinksResponse { products })
        });
        Ok(Response::new(answer.await?))
    }

    async fn link_all(
        &self,
        request: Request<wire::LinkAllRequest>,
    ) -> Result<Response<wire::LinkAllResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "Links.LinkAll", &request);
        let connection = ask::connection(&request.connection_id)?;
        let answer = once(&self.acts, asked, async |once| {
            let all = once.link_all(connection, request.overwrite).await?;
            Ok(wire::LinkAllResponse {
                sought: all.sought,
                overwritten: all.overwritten,
            })
        });
        Ok(Response::new(answer.await?))
    }

    async fn list_link_rows(
        &self,
        request: Request<wire::ListLinkRowsRequest>,
    ) -> Result<Response<wire::ListLinkRowsResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<ProductId> = Page::asked(&request, size, &token)?;
        let retailer = ask::retailer(&request.retailer_id)?;
        let filter = LinkFilter {
            connection: ask::connection(&request.connection_id)?,
            standing: None,
            products: Vec::new(),
        };
        let questions = &self.questions;
        let found = questions.list_links(retailer, &filter, page.after, page.rows());
        let mut found = found.await?;
        let next_page_token = page.cut(&mut found, |view| view.product);
        let cells = |row: retail::listing::link::file::Row| wire::LinkCells { cells: row.into() };
        Ok(Response::new(wire::ListLinkRowsResponse {
            columns: Column::ALL.map(|it| it.as_str().to_owned()).into(),
            rows: rows(&found).into_iter().map(cells).collect(),
            next_page_token,
        }))
    }

    async fn import_links(
        &self,
        request: Request<wire::ImportLinksRequest>,
    ) -> Result<Response<wire::ImportLinksResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let connection = ask::connection(&request.connection_id)?;
        if request.preview {
            let rows = cells_from(request.rows)?;
            let asked = LinkRows { connection, rows };
            let imported = self.questions.preview_links(retailer, &asked).await?;
            return Ok(Response::new(imported_into(imported)));
        }
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "Links.ImportLinks", &request);
        let rows = cells_from(request.rows)?;
        let file = LinkRows { connection, rows };
        let answer = once(&self.acts, asked, async |once| {
            let imported = once.import_links(&file).await?;
            Ok(imported_into(imported))
        });
        Ok(Response::new(answer.await?))
    }
}

fn word_from(change: wire::ProductLinkChange) -> Result<(ProductId, LinkWord), Status> {
    let wire::ProductLinkChange {
        product_id,
        link,
        items,
    } = change;
    let product = ask::product(&product_id)?;
    let said = |is_said, word| {
        if is_said {
            Ok(word)
        } else {
            Err(bad_field("changes.link", "says nothing"))
        }
    };
    let word = match link.ok_or_else(|| bad_field("changes.link", "is missing"))? {
        Link::ShopProductId(id) => {
            let id = ShopProductId::new(&id);
            let id = id.map_err(|error| bad_field("changes.shop_product_id", error))?;
            return Ok((product, LinkWord::To(id, items_from(&items)?)));
        }
        Link::Apart(is_said) => said(is_said, LinkWord::Apart),
        Link::Anew(is_said) => said(is_said, LinkWord::Anew),
        Link::Again(is_said) => said(is_said, LinkWord::Again),
    };
    if !items.is_empty() {
        return Err(bad_field("changes.items", "is of a product that is linked"));
    }
    Ok((product, word?))
}

fn items_from(items: &[wire::ItemLinkChange]) -> Result<Vec<(ItemId, ShopVariantId)>, Status> {
    let item = |change: &wire::ItemLinkChange| {
        let item = ask::required("changes.items.item_id", &change.item_id)?;
        let variant = ShopVariantId::new(&change.shop_variant_id);
        let variant = variant.map_err(|error| bad_field("changes.items.shop_variant_id", error))?;
        Ok((ItemId::new(item), variant))
    };
    let links: Vec<(ItemId, ShopVariantId)> =
        items.iter().map(item).collect::<Result<_, Status>>()?;
    let (items, variants): (Vec<ItemId>, Vec<ShopVariantId>) = links.iter().cloned().unzip();
    ask::each_once("changes.items.item_id", &items, usize::MAX)?;
    ask::each_once("changes.items.shop_variant_id", &variants, usize::MAX)?;
    Ok(links)
}

fn cells_from(rows: Vec<wire::LinkCells>) -> Result<Vec<Vec<String>>, Status> {
    if rows.is_empty() {
        return Err(bad_field("rows", "is missing"));
    }
    let count = rows.len() - 1;
    if count > ROWS_LIMIT {
        let problem = format!("must be at most {ROWS_LIMIT}, not {count}");
        return Err(bad_field("rows", problem));
    }
    let cell = |cell| ask::text("rows.cells", cell, CELL_LIMIT_BYTES);
    let row = |wire::LinkCells { cells }| {
        if cells.len() > CELLS_LIMIT {
            let problem = format!("of a row are more than {CELLS_LIMIT}");
            return Err(bad_field("rows.cells", problem));
        }
        cells.into_iter().map(cell).collect()
    };
    rows.into_iter().map(row).collect()
}

fn link_into(view: LinkView) -> wire::ProductLink {
    let LinkView {
        product,
        name,
        standing,
        shop_product,
        gone,
        doubt,
        candidates,
        not_these,
        left_to_shop,
        items,
        shop_only: _,
    } = view;
    let ids = |ids: Vec<ShopProductId>| ids.iter().map(|id| id.as_str().to_owned()).collect();
    let id = |id: Option<ShopProductId>| id.map(|id| id.as_str().to_owned()).unwrap_or_default();
    let field = |field: Field| i32::from(field_into(field));
    wire::ProductLink {
        product_id: product.to_string(),
        name,
        standing: standing_into(standing).into(),
        shop_product_id: id(shop_product),
        gone_shop_product_id: id(gone),
        doubt: doubt
            .map_or(wire::LinkDoubt::Unspecified, doubt_into)
            .into(),
        candidates: ids(candidates),
        not_shop_product_ids: ids(not_these),
        left_to_shop: left_to_shop.into_iter().map(field).collect(),
        items: items.into_iter().map(item_into).collect(),
    }
}

fn item_into(view: ItemLinkView) -> wire::ItemLink {
    let ItemLinkView {
        item,
        sku,
        variant,
        doubt,
    } = view;
    let (doubt, candidates) = doubt.unzip();
    let candidates: Vec<ShopVariantId> = candidates.unwrap_or_default();
    wire::ItemLink {
        item_id: item.to_string(),
        sku: sku.map(|sku| sku.to_string()).unwrap_or_default(),
        shop_variant_id: variant.map(|id| id.to_string()).unwrap_or_default(),
        doubt: doubt
            .map_or(wire::LinkDoubt::Unspecified, doubt_into)
            .into(),
        candidates: candidates.iter().map(ToString::to_string).collect(),
    }
}

const fn doubt_into(doubt: Doubt) -> wire::LinkDoubt {
    match doubt {
        Doubt::SkuTwiceHere => wire::LinkDoubt::SkuTwiceHere,
        Doubt::SkuTwiceInShop => wire::LinkDoubt::SkuTwiceInShop,
        Doubt::SpreadOut => wire::LinkDoubt::SpreadOut,
        Doubt::SharedListing => wire::LinkDoubt::SharedListing,
        Doubt::Taken => wire::LinkDoubt::Taken,
        Doubt::LinkedTwice => wire::LinkDoubt::LinkedTwice,
        Doubt::NotedTwice => wire::LinkDoubt::NotedTwice,
        Doubt::NoSecond => wire::LinkDoubt::NoSecond,
    }
}

fn imported_into(imported: LinksImported) -> wire::ImportLinksResponse {
    let LinksImported { changed, errors } = imported;
    let error = |error: RowError| wire::LinkFileError {
        row: i32::try_from(error.row).unwrap_or(i32::MAX),
        column: error.column.as_str().to_owned(),
        problem: error.problem.to_string(),
    };
    wire::ImportLinksResponse {
        changed,
        errors: errors.into_iter().map(error).collect(),
    }
}
