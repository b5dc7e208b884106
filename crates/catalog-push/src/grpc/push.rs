//! What shops show, what they are told, and what stands in the way.

use proto::catalog as wire;
use proto::convert::{instant_from, instant_into};
use retail::{ConnectionId, ItemId, ProductId};
use tonic::{Request, Response, Status};

use super::error::bad_field;
use super::once::once;
use super::page::Page;
use super::{Answering, ask};
use crate::store::{
    Asked, ListingFilter, ListingKey, ListingView, NewTold, RepushAsked, Standing, StatusView,
    ToldFilter, ToldOutcome, ToldView, ToldWhat,
};

/// Products that are named at most.
const PRODUCTS_LIMIT: usize = 5_000;

#[tonic::async_trait]
impl wire::push_server::Push for Answering {
    async fn list_connection_status(
        &self,
        request: Request<wire::ListConnectionStatusRequest>,
    ) -> Result<Response<wire::ListConnectionStatusResponse>, Status> {
        let retailer = ask::retailer(&request.into_inner().retailer_id)?;
        let found = self.questions.list_status(retailer).await?;
        Ok(Response::new(wire::ListConnectionStatusResponse {
            connections: found.into_iter().map(status_into).collect(),
        }))
    }

    async fn list_listings(
        &self,
        request: Request<wire::ListListingsRequest>,
    ) -> Result<Response<wire::ListListingsResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<ListingKey> = Page::asked(&request, size, &token)?;
        let retailer = ask::retailer(&request.retailer_id)?;
        let filter = ListingFilter {
            connection: connection(&request.connection_id)?,
            standing: standing(request.standing)?,
            only_refused: request.only_refused,
        };
        let questions = &self.questions;
        let found = questions.list_listings(retailer, &filter, page.after, page.rows());
        let mut found = found.await?;
        let next_page_token = page.cut(&mut found, |view| view.key);
        Ok(Response::new(wire::ListListingsResponse {
            listings: found.into_iter().map(listing_into).collect(),
            next_page_token,
        }))
    }

    async fn repush(
        &self,
        request: Request<wire::RepushRequest>,
    ) -> Result<Response<wire::RepushResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "Push.Repush", &request);
        let wire::RepushRequest {
            retailer_id: _,
            connection_id,
            product_ids,
            standing: stands,
            act: _,
        } = request;
        ask::each_once("product_ids", &product_ids, PRODUCTS_LIMIT)?;
        let products = product_ids.iter().map(|id| ask::product(id));
        let repush = RepushAsked {
            connection: connection(&connection_id)?,
            products: products.collect::<Result<_, _>>()?,
            standing: standing(stands)?,
        };
        let answer = once(&self.acts, asked, async |once| {
            let listings = once.repush(&repush).await?;
            Ok(wire::RepushResponse { listings })
        });
        Ok(Response::new(answer.await?))
    }

    async fn list_told(
        &self,
        request: Request<wire::ListToldRequest>,
    ) -> Result<Response<wire::ListToldResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page = Page::asked(&request, size, &token)?;
        let retailer = ask::retailer(&request.retailer_id)?;
        let instant = |field, at: Option<prost_types::Timestamp>| {
            at.map(|at| instant_from(field, Some(at)).map_err(ask::wrong))
                .transpose()
        };
        let filter = ToldFilter {
            connection: connection(&request.connection_id)?,
            product: optional("product_id", &request.product_id)?.map(ProductId::new),
            item: optional("item_id", &request.item_id)?.map(ItemId::new),
            from: instant("from", request.from)?,
            until: instant("until", request.until)?,
        };
        let questions = &self.questions;
        let found = questions.list_told(retailer, &filter, page.after, page.rows());
        let mut found = found.await?;
        let next_page_token = page.cut(&mut found, |view| view.entry.id);
        Ok(Response::new(wire::ListToldResponse {
            entries: found.into_iter().map(told_into).collect(),
            next_page_token,
        }))
    }
}

fn optional(field: &str, id: &str) -> Result<Option<uuid::Uuid>, Status> {
    if id.is_empty() {
        return Ok(None);
    }
    ask::required(field, id).map(Some)
}

fn connection(id: &str) -> Result<Option<ConnectionId>, Status> {
    Ok(optional("connection_id", id)?.map(ConnectionId::new))
}

pub fn standing(standing: i32) -> Result<Option<Standing>, Status> {
    match wire::ListingStanding::try_from(standing) {
        Ok(wire::ListingStanding::Unspecified) => Ok(None),
        Ok(wire::ListingStanding::Wanted) => Ok(Some(Standing::Wanted)),
        Ok(wire::ListingStanding::Linked) => Ok(Some(Standing::Linked)),
        Ok(wire::ListingStanding::Review) => Ok(Some(Standing::Review)),
        Ok(wire::ListingStanding::Missing) => Ok(Some(Standing::Missing)),
        Ok(wire::ListingStanding::Refused) => Ok(Some(Standing::Refused)),
        Ok(wire::ListingStanding::Deleted) => Ok(Some(Standing::Deleted)),
        Ok(wire::ListingStanding::Apart) => Ok(Some(Standing::Apart)),
        Err(error) => Err(bad_field("standing", error)),
    }
}

pub const fn standing_into(standing: Standing) -> wire::ListingStanding {
    match standing {
        Standing::Wanted => wire::ListingStanding::Wanted,
        Standing::Linked => wire::ListingStanding::Linked,
        Standing::Review => wire::ListingStanding::Review,
        Standing::Missing => wire::ListingStanding::Missing,
        Standing::Refused => wire::ListingStanding::Refused,
        Standing::Deleted => wire::ListingStanding::Deleted,
        Standing::Apart => wire::ListingStanding::Apart,
    }
}

fn status_into(view: StatusView) -> wire::ConnectionPushStatus {
    let StatusView {
        connection,
        platform,
        is_linked,
        is_told,
        waiting_since,
        waiting,
        trouble,
        standings,
    } = view;
    let since = trouble.as_ref().map(|trouble| trouble.since);
    let (trouble, says) = trouble.map(|it| (it.what, it.says)).unwrap_or_default();
    let standings = standings.into_iter();
    wire::ConnectionPushStatus {
        connection_id: connection.to_string(),
        platform,
        is_linked,
        is_told,
        waiting_since: waiting_since.map(instant_into),
        waiting,
        trouble,
        trouble_says: says,
        trouble_since: since.map(instant_into),
        standings: standings
            .map(|(standing, products)| wire::StandingCount {
                standing: standing_into(standing).into(),
                products,
            })
            .collect(),
    }
}

fn listing_into(view: ListingView) -> wire::ShopListing {
    let ListingView {
        key: ListingKey {
            product,
            connection,
        },
        product_name,
        standing,
        shop_product,
        is_up_to_date,
        candidates,
        refusal,
    } = view;
    let refused_at = refusal.as_ref().map(|refusal| instant_into(refusal.at));
    let (refused_why, refused_says) = refusal.map(|it| (it.why, it.says)).unwrap_or_default();
    wire::ShopListing {
        connection_id: connection.to_string(),
        product_id: product.to_string(),
        product_name,
        standing: standing_into(standing).into(),
        shop_product_id: shop_product.unwrap_or_default(),
        is_up_to_date,
        candidates,
        refused_why,
        refused_says,
        refused_at,
    }
}

fn told_into(view: ToldView) -> wire::ToldEntry {
    let ToldView {
        connection,
        told_at,
        entry,
    } = view;
    let NewTold {
        id: _,
        product,
        item,
        what,
        outcome,
        quantity,
        expected,
        found,
        rule,
    } = entry;
    let what = match what {
        ToldWhat::Stock => wire::ToldWhat::Stock,
        ToldWhat::Created => wire::ToldWhat::Created,
        ToldWhat::Changed => wire::ToldWhat::Changed,
        ToldWhat::Deleted => wire::ToldWhat::Deleted,
        ToldWhat::Linked => wire::ToldWhat::Linked,
    };
    let outcome = match outcome {
        ToldOutcome::Done => wire::ToldOutcome::Done,
        ToldOutcome::Stale => wire::ToldOutcome::Stale,
        ToldOutcome::Missing => wire::ToldOutcome::Missing,
        ToldOutcome::Unsure => wire::ToldOutcome::Unsure,
        ToldOutcome::Refused => wire::ToldOutcome::Refused,
    };
    wire::ToldEntry {
        told_at: Some(instant_into(told_at)),
        connection_id: connection.to_string(),
        product_id: product.to_string(),
        item_id: item.map(|item| item.to_string()).unwrap_or_default(),
        what: what.into(),
        outcome: outcome.into(),
        quantity,
        expected,
        found,
        rule,
    }
}
