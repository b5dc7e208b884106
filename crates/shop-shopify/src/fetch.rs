//! Asking a shop for one order.

use bytes::Bytes;
use retail::ShopOrderId;
use serde_json::json;
use shop::FetchError;

use crate::client::{Answered, Asker};
use crate::document::{Document, Followed, PAGES_LIMIT, Page};
use crate::operation;

/// How often an order is begun again that changes while its pages are read.
const READS_LIMIT: usize = 3;

/// Fetches one order with all its pages: none of them from before or after a change of it.
pub(crate) async fn fetch(shop: Asker<'_>, order: &ShopOrderId) -> Result<Bytes, FetchError> {
    if !order.as_str().bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FetchError::Gone);
    }
    for _ in 0..READS_LIMIT {
        if let Some(document) = read(shop, order).await? {
            return Ok(document.into_body());
        }
    }
    Err(FetchError::TryLater {
        why: "the order changes while it is read".to_owned(),
        after: None,
    })
}

/// `None` when the order changed between two pages.
async fn read(shop: Asker<'_>, order: &ShopOrderId) -> Result<Option<Document>, FetchError> {
    let id = json!({ "id": format!("gid://shopify/Order/{order}") });
    let Answered { data, at: _, spent } = shop.ask(&operation::ORDER_BY_ID, id).await?;
    if let Some(spent) = spent {
        shop.told(|allowance| allowance.order = spent);
    }
    let mut document = Document::new(data, order)?;
    for _ in 0..PAGES_LIMIT {
        let Some(page) = document.missing() else {
            break;
        };
        let operation = match &page {
            Page::Lines { .. } => &operation::LINE_ITEMS_PAGE,
            Page::RefundedLines { .. } => &operation::REFUND_LINE_ITEMS_PAGE,
        };
        let Answered { data, .. } = shop.ask(operation, document.variables(&page)).await?;
        match document.follow(&page, data)? {
            Followed::Added => {}
            Followed::Changed => return Ok(None),
        }
    }
    Ok(Some(document))
}
