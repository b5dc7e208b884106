//! Which orders are asked for, with WooCommerce's own ways of reading a date.

use std::cmp::Reverse;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::sim::body::SHOP_OFFSET;
use crate::sim::{Order, Status};

/// Most rows of a page.
const ROWS_LIMIT: usize = 100;
/// Rows of a page where nobody says how many.
const ROWS: usize = 10;

pub(super) struct Search {
    rows: usize,
    page: usize,
    by: By,
    is_ascending: bool,
    statuses: Vec<String>,
    ids: Vec<String>,
    dates_are_gmt: bool,
    created: Bounds,
    modified: Bounds,
    pub(super) is_whole: bool,
}

#[derive(Clone, Copy)]
enum By {
    Id,
    Created,
    Modified,
}

/// Both are left out themselves.
#[derive(Default)]
struct Bounds {
    after: Option<DateTime>,
    before: Option<DateTime>,
}

impl Bounds {
    fn hold(&self, at: DateTime) -> bool {
        self.after.is_none_or(|after| at > after) && self.before.is_none_or(|before| at < before)
    }
}

impl Search {
    /// `None`: a parameter that the shop refuses.
    pub(super) fn read(query: &[(String, String)]) -> Option<Self> {
        let mut search = Self {
            rows: ROWS,
            page: 1,
            by: By::Created,
            is_ascending: false,
            statuses: Vec::new(),
            ids: Vec::new(),
            dates_are_gmt: false,
            created: Bounds::default(),
            modified: Bounds::default(),
            is_whole: true,
        };
        let list = |value: &str| value.split(',').map(str::to_owned).collect();
        for (name, value) in query {
            match name.as_str() {
                "per_page" => search.rows = within(value, ROWS_LIMIT)?,
                "page" => search.page = within(value, usize::MAX)?,
                "orderby" => {
                    search.by = match value.as_str() {
                        "id" => By::Id,
                        "date" => By::Created,
                        "modified" => By::Modified,
                        _ => return None,
                    }
                }
                "order" => {
                    search.is_ascending = match value.as_str() {
                        "asc" => true,
                        "desc" => false,
                        _ => return None,
                    }
                }
                "status" => search.statuses = list(value),
                "include" => search.ids = list(value),
                "dates_are_gmt" => search.dates_are_gmt = matches!(value.as_str(), "true" | "1"),
                "after" => search.created.after = Some(wall_clock(value)?),
                "before" => search.created.before = Some(wall_clock(value)?),
                "modified_after" => search.modified.after = Some(wall_clock(value)?),
                "modified_before" => search.modified.before = Some(wall_clock(value)?),
                "_fields" => search.is_whole = false,
                // What the shop does not know it does not mind.
                _ => {}
            }
        }
        Some(search)
    }

    pub(super) fn takes(&self, order: &Order) -> bool {
        let zone = TimeZone::fixed(SHOP_OFFSET);
        let column = |at: Timestamp| {
            let zone = if self.dates_are_gmt {
                TimeZone::UTC
            } else {
                zone.clone()
            };
            at.to_zoned(zone).datetime()
        };
        let named =
            |list: &[String], name: &str| list.is_empty() || list.iter().any(|one| one == name);
        let any = self.statuses.iter().any(|status| status == "any");
        (any || named(&self.statuses, Status::as_str(order.status)))
            && named(&self.ids, &order.id.to_string())
            && self.created.hold(column(order.created_at))
            && self.modified.hold(column(order.modified_at))
    }

    pub(super) fn sort(&self, orders: &mut [&Order]) {
        let key = |order: &Order| match self.by {
            By::Id => (Timestamp::UNIX_EPOCH, order.id),
            By::Created => (order.created_at, order.id),
            By::Modified => (order.modified_at, order.id),
        };
        if self.is_ascending {
            orders.sort_by_key(|order| key(order));
        } else {
            orders.sort_by_key(|order| Reverse(key(order)));
        }
    }

    pub(super) fn page<'a>(&self, orders: &'a [&'a Order]) -> &'a [&'a Order] {
        let begin = (self.page - 1).saturating_mul(self.rows).min(orders.len());
        let end = begin.saturating_add(self.rows).min(orders.len());
        &orders[begin..end]
    }

    pub(super) const fn pages(&self, total: usize) -> usize {
        total.div_ceil(self.rows)
    }
}

fn within(value: &str, most: usize) -> Option<usize> {
    value
        .parse()
        .ok()
        .filter(|number| (1..=most).contains(number))
}

/// A date with a zone becomes the shop's local time; one without stands as it is. What column it is
/// held against is another matter: so a `Z` together with `dates_are_gmt` is hours off.
fn wall_clock(value: &str) -> Option<DateTime> {
    if let Ok(at) = value.parse::<Timestamp>() {
        return Some(at.to_zoned(TimeZone::fixed(SHOP_OFFSET)).datetime());
    }
    value.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Options, Shop};

    /// `rest/orders-modified-after-*`: what a shop in Toronto made of each way of asking.
    #[test]
    fn a_date_is_read_as_a_real_shop_reads_it() {
        let shop = Shop::open(&Options::new(1, 1));
        let mut order = shop.orders()[0][0].clone();
        let takes = |order: &Order, after: &str, gmt: &str| {
            let query = [("modified_after", after), ("dates_are_gmt", gmt)];
            let query = query.map(|(name, value)| (name.to_owned(), value.to_owned()));
            Search::read(&query).unwrap().takes(order)
        };
        let mut check = |at: &str, right: bool| {
            order.modified_at = at.parse().unwrap();
            let asked = "2026-11-21T19:52:34";
            assert_eq!(takes(&order, asked, "true"), right);
            assert_eq!(takes(&order, &format!("{asked}Z"), "false"), right);
            assert_eq!(takes(&order, "2026-11-21T14:52:34", "false"), right);
            let has_hours_too_many = takes(&order, &format!("{asked}Z"), "true");
            let has_nothing = takes(&order, asked, "false");
            assert!(has_hours_too_many && !has_nothing, "{at}");
        };
        check("2026-11-21T19:52:33Z", false);
        check("2026-11-21T19:52:34Z", false);
        check("2026-11-21T19:52:35Z", true);
    }

    #[test]
    fn what_the_shop_refuses_is_refused() {
        for (name, value) in [
            ("per_page", "101"),
            ("per_page", "0"),
            ("page", "x"),
            ("modified_after", "hier"),
            ("orderby", "total"),
        ] {
            let query = [(name.to_owned(), value.to_owned())];
            assert!(Search::read(&query).is_none(), "{name}={value}");
        }
        assert!(Search::read(&[("what".to_owned(), "ever".to_owned())]).is_some());
    }
}
