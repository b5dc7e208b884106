//! Telling stock: a difference, so that what buyers took meanwhile stays taken.
//!
//! A difference must not be told twice, and only a batch can have a key. So each difference is a batch of its own under
//! its own key: whichever rows it is repeated with, the store does it once. What became of one of which nobody heard is
//! asked under its key ([`recall`]): a batch that only reads uses the key up, or is answered with what became of the
//! difference. Reading the figure tells nothing: a batch that waits in the store's queue may be done after. The store
//! remembers a key for an hour; what is older than that has to be read. A first figure is set as it is and needs no key: those go together.

use http::Method;
use serde::Deserialize;
use shop::FetchError;
use shop::push::{PushReason, Recalled, Refusal, StockOutcome, StockRow};
use uuid::Uuid;

use super::api::{Api, Request, Said};
use super::batch::{self, Submitted, Ticket, result, submit};
use super::body::{Body, Delta, write};
use super::read::is_id;
use super::said::{Word, word};
use crate::loose::Scalar;

/// Tells it, one outcome for each row in their order.
pub(super) async fn set_stock(
    api: &Api<'_>,
    rows: &[StockRow],
) -> Result<Vec<StockOutcome>, FetchError> {
    let mut outcomes = Vec::with_capacity(rows.len());
    let mut differences = Vec::new();
    let mut first_figures = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        outcomes.push(match telling(row) {
            Telling::Known(outcome) => outcome,
            Telling::Difference(request) => {
                differences.push((at, request, row.key));
                StockOutcome::Unsure
            }
            Telling::First(request) => {
                first_figures.push((at, request));
                StockOutcome::Unsure
            }
        });
    }
    let (tickets, broken) = submit_all(api, differences, &mut outcomes).await;
    let is_told = !tickets.is_empty();
    hear(api, tickets, &mut outcomes).await;
    let said = match broken {
        Some(error) => Err(error),
        None => set_all(api, first_figures, &mut outcomes).await,
    };
    match said {
        // Where nothing was told, that is worth more than a row of doubts.
        Err(error) if !is_told => Err(error),
        Ok(()) | Err(_) => Ok(outcomes),
    }
}

/// Finds out what became of differences.
pub(super) async fn recall(api: &Api<'_>, rows: &[StockRow]) -> Result<Vec<Recalled>, FetchError> {
    let mut recalled = Vec::with_capacity(rows.len());
    for row in rows {
        let question = Request::get(format!("/products/{}", row.product.as_str()));
        recalled.push(match batch::recall(api, row.key, &question).await {
            Ok(became) => became.as_ref().map_or(Recalled::NotDone, became_of),
            // What is known of others is kept.
            Err(_) if !recalled.is_empty() => Recalled::Unknown,
            Err(error) => return Err(error),
        });
    }
    Ok(recalled)
}

fn became_of(said: &Said) -> Recalled {
    match counted(said) {
        StockOutcome::Set => Recalled::Done,
        StockOutcome::Refused(_) | StockOutcome::Missing | StockOutcome::Stale { .. } => {
            Recalled::NotDone
        }
        // The store tries such a request again by itself.
        StockOutcome::Unsure => Recalled::Unknown,
    }
}

/// What a row asks for.
enum Telling {
    Known(StockOutcome),
    Difference(Request),
    First(Request),
}

fn telling(row: &StockRow) -> Telling {
    match (path(row), delta(row)) {
        (None, _) => Telling::Known(StockOutcome::Missing),
        (Some(_), Some(0)) => Telling::Known(StockOutcome::Set),
        (Some(path), Some(quantity_delta)) => Telling::Difference(write(
            Method::PUT,
            format!("{path}/inventory"),
            &Delta { quantity_delta },
        )),
        (Some(path), None) => Telling::First(absolute(row, path)),
    }
}

/// Hands the differences over, each under its key, until something breaks.
async fn submit_all(
    api: &Api<'_>,
    differences: Vec<(usize, Request, Uuid)>,
    outcomes: &mut [StockOutcome],
) -> (Vec<(usize, Ticket)>, Option<FetchError>) {
    let mut tickets = Vec::new();
    for (at, request, key) in differences {
        match submit(api, std::slice::from_ref(&request), Some(key)).await {
            Ok(Submitted::Ticket(ticket)) => tickets.push((at, ticket)),
            Ok(Submitted::Refused) => {
                outcomes[at] = StockOutcome::Refused(Refusal {
                    why: PushReason::Invalid,
                    says: "the store does not take the difference".into(),
                });
            }
            Err(error) => return (tickets, Some(error)),
        }
    }
    (tickets, None)
}

/// Sets first figures as they are.
async fn set_all(
    api: &Api<'_>,
    first_figures: Vec<(usize, Request)>,
    outcomes: &mut [StockOutcome],
) -> Result<(), FetchError> {
    let (places, requests): (Vec<usize>, Vec<Request>) = first_figures.into_iter().unzip();
    for (at, said) in places.into_iter().zip(batch::run(api, &requests).await?) {
        outcomes[at] = outcome(&said);
    }
    Ok(())
}

/// What became of each difference. Of those that the store does not tell of nothing is known.
async fn hear(api: &Api<'_>, tickets: Vec<(usize, Ticket)>, outcomes: &mut [StockOutcome]) {
    for (at, ticket) in tickets {
        outcomes[at] = match result(api, &ticket, 1).await {
            Ok(said) => said.first().map_or(StockOutcome::Unsure, counted),
            Err(_) => StockOutcome::Unsure,
        };
    }
}

/// Where the stock of this row is. `None`: eCom has no such ids.
fn path(row: &StockRow) -> Option<String> {
    let product = row.product.as_str();
    let variant = row.variant.as_str();
    let path = match variant.split_once(':') {
        Some((_, combination)) if is_id(combination) => {
            format!("/products/{product}/combinations/{combination}")
        }
        None if variant == product => format!("/products/{product}"),
        Some(_) | None => return None,
    };
    is_id(product).then_some(path)
}

/// What is to be added. `None`: it is told for the first time.
fn delta(row: &StockRow) -> Option<i64> {
    Some(row.wanted.max(0).saturating_sub(row.expected?))
}

fn absolute(row: &StockRow, path: String) -> Request {
    let body = Body {
        quantity: Some(row.wanted.max(0)),
        unlimited: Some(false),
        ..Body::default()
    };
    write(Method::PUT, path, &body)
}

fn outcome(said: &Said) -> StockOutcome {
    match word(said) {
        Word::Done => StockOutcome::Set,
        Word::Missing => StockOutcome::Missing,
        Word::Later => StockOutcome::Unsure,
        Word::Refused(refusal) => StockOutcome::Refused(refusal),
    }
}

/// A difference to what is not counted changes nothing, and the store says so by a number.
fn counted(said: &Said) -> StockOutcome {
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
    struct Updated<'a> {
        update_count: Scalar<'a>,
    }
    let updated: Updated<'_> = serde_json::from_slice(&said.body).unwrap_or_default();
    match outcome(said) {
        StockOutcome::Set if updated.update_count.as_str() == "0" => {
            StockOutcome::Refused(Refusal {
                why: PushReason::NotCounted,
                says: "the store does not count the stock of this".into(),
            })
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use retail::ShopVariantId;
    use retail::listing::ShopProductId;
    use uuid::Uuid;

    use super::*;

    fn row(product: &str, variant: &str, expected: Option<i64>, wanted: i64) -> StockRow {
        StockRow {
            product: ShopProductId::new(product).unwrap(),
            variant: ShopVariantId::new(variant).unwrap(),
            stock_id: None,
            expected,
            wanted,
            key: Uuid::from_u128(1),
        }
    }

    #[test]
    fn r_04_what_is_told_is_the_difference_and_never_below_zero_at_first() {
        for (expected, wanted, told) in [
            (Some(5), 3, Some(-2)),
            (Some(-1), 0, Some(1)),
            (Some(3), 3, Some(0)),
            (None, 3, None),
            (Some(4), -2, Some(-4)),
        ] {
            assert_eq!(delta(&row("1", "1", expected, wanted)), told);
        }
        let request = absolute(&row("1", "1", None, -3), "/products/1".to_owned());
        assert_eq!(
            request.body.unwrap().get(),
            r#"{"quantity":0,"unlimited":false}"#
        );
    }

    #[test]
    fn stock_is_the_products_or_the_variations() {
        let at = |product, variant| path(&row(product, variant, None, 0));
        assert_eq!(at("1", "1").unwrap(), "/products/1");
        assert_eq!(at("1", "1:7").unwrap(), "/products/1/combinations/7");
        for (product, variant) in [("1", "2"), ("1", "1:x"), ("x", "x"), ("1", "1:../2")] {
            assert_eq!(at(product, variant), None, "{variant}");
        }
    }

    #[test]
    fn the_stores_word_is_heard() {
        let heard = |status, body: &'static str| {
            counted(&Said {
                status,
                body: Bytes::from_static(body.as_bytes()),
            })
        };
        let negative = include_str!("../../fixtures/push/stock_delta_negative.response.json");
        assert_eq!(heard(200, negative), StockOutcome::Set);
        let plain = include_str!("../../fixtures/push/stock_delta.response.json");
        assert_eq!(heard(200, plain), StockOutcome::Set);
        assert_eq!(heard(404, "{}"), StockOutcome::Missing);
        assert_eq!(heard(500, "{}"), StockOutcome::Unsure);
        assert_eq!(heard(0, ""), StockOutcome::Unsure);
        let StockOutcome::Refused(refusal) = heard(200, r#"{"updateCount":0}"#) else {
            panic!("it is not counted");
        };
        assert_eq!(refusal.why, PushReason::NotCounted);
    }
}
