//! An order's answer, and the pages that it lacks put into it.

use bytes::Bytes;
use retail::{Order, ShopOrderId};
use serde_json::{Value, json};
use shop::FetchError;

use crate::answer::unreadable;
use crate::id::Id;

/// Lines and refunded lines asked for at once.
const PAGE_LINES: usize = 250;
/// Pages followed for one order: its lines up to what can be booked, and as many of its refunds. What is
/// longer is left incomplete, and refused when it is read.
pub(crate) const PAGES_LIMIT: usize = 2 * Order::LINES_LIMIT.div_ceil(PAGE_LINES) + 8;

/// The data of `OrderById`.
#[derive(Debug)]
pub(crate) struct Document(Value);

/// A page that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    Lines {
        after: String,
    },
    /// Of the refund at this place in the order's list.
    RefundedLines {
        place: usize,
        after: String,
    },
}

/// What following a page came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Followed {
    Added,
    /// The order is no longer what its first page was of.
    Changed,
}

impl Document {
    /// Checks that `data` is the order asked for.
    pub(crate) fn new(data: Value, order: &ShopOrderId) -> Result<Self, FetchError> {
        match data.pointer("/order/id") {
            None if data.get("order").is_some_and(Value::is_null) => Err(FetchError::Gone),
            Some(Value::String(gid)) if is(gid, order) => Ok(Self(data)),
            None | Some(_) => Err(unreadable("it is not the order asked for".to_owned())),
        }
    }

    /// An order of a page of orders; `None` where it is none.
    pub(crate) fn of_page(order: Value) -> Option<Self> {
        order.is_object().then(|| {
            let data = serde_json::Map::from_iter([("order".to_owned(), order)]);
            Self(Value::Object(data))
        })
    }

    /// The next page that is missing, if any.
    pub(crate) fn missing(&self) -> Option<Page> {
        if let Some(after) = cursor(self.0.pointer("/order/lineItems")) {
            return Some(Page::Lines { after });
        }
        let refunds = self.0.pointer("/order/refunds")?.as_array()?;
        refunds.iter().enumerate().find_map(|(place, refund)| {
            let after = cursor(refund.get("refundLineItems"))?;
            Some(Page::RefundedLines { place, after })
        })
    }

    /// The variables that ask for a page.
    pub(crate) fn variables(&self, page: &Page) -> Value {
        match page {
            Page::Lines { after } => json!({
                "id": self.0.pointer("/order/id"),
                "first": PAGE_LINES,
                "after": after,
            }),
            Page::RefundedLines { place, after } => json!({
                "refunds": [self.0.pointer(&format!("/order/refunds/{place}/id"))],
                "first": PAGE_LINES,
                "after": after,
            }),
        }
    }

    /// Puts a page where it belongs, unless it is of another state of the order.
    pub(crate) fn follow(&mut self, page: &Page, mut data: Value) -> Result<Followed, FetchError> {
        let (whole, owner, list) = match page {
            Page::Lines { .. } => ("/order".to_owned(), "/order", "/lineItems"),
            Page::RefundedLines { place, .. } => (
                format!("/order/refunds/{place}"),
                "/nodes/0",
                "/refundLineItems",
            ),
        };
        let broken = || unreadable("a later page of it is not as documented".to_owned());
        let is_same = |member: &str| {
            let of = |value: &Value, at: &str| value.pointer(&format!("{at}{member}")).cloned();
            of(&self.0, &whole).is_some_and(|first| Some(first) == of(&data, owner))
        };
        if !is_same("/id") {
            return Err(broken());
        }
        if !is_same("/updatedAt") {
            return Ok(Followed::Changed);
        }
        let mut take = |member: &str| {
            data.pointer_mut(&format!("{owner}{list}{member}"))
                .map(Value::take)
        };
        let (Some(Value::Array(nodes)), Some(page_info @ Value::Object(_))) =
            (take("/nodes"), take("/pageInfo"))
        else {
            return Err(broken());
        };
        let list = self
            .0
            .pointer_mut(&format!("{whole}{list}"))
            .and_then(Value::as_object_mut)
            .ok_or_else(broken)?;
        match list.get_mut("nodes") {
            Some(Value::Array(all)) => all.extend(nodes),
            None | Some(_) => return Err(broken()),
        }
        list.insert("pageInfo".to_owned(), page_info);
        Ok(Followed::Added)
    }

    pub(crate) fn into_body(self) -> Bytes {
        json!({ "data": self.0 }).to_string().into()
    }
}

fn is(gid: &str, order: &ShopOrderId) -> bool {
    Id::new(gid).is_some_and(|id| id.as_str() == order.as_str())
}

fn cursor(list: Option<&Value>) -> Option<String> {
    let page_info = list?.get("pageInfo")?;
    let has_next = page_info.get("hasNextPage")?.as_bool()?;
    let cursor = page_info.get("endCursor")?.as_str()?;
    has_next.then(|| cursor.to_owned())
}
