use anyhow::Context as _;
use serde::Serialize;
use serde_json::json;

use super::Place;
use super::parked::act;
use crate::api::{OrderOfShop, Page};
use crate::arguments::Held;
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;
use crate::view::HeldOrder;

#[derive(Serialize)]
struct List {
    held_orders: Vec<HeldOrder>,
    next_page_token: Option<String>,
}

/// Updates that wait because their connection asks (SH-12).
pub(crate) async fn held(screen: Screen, place: &Place, command: Held) -> anyhow::Result<Exit> {
    match command {
        Held::List { connection, page } => {
            let ledger = place.ledger().await?;
            let list = ledger.held(connection, page.limit, page.page_token);
            let Page { rows, next } = list.await?;
            if screen.is_json() {
                screen.json(&List {
                    held_orders: rows,
                    next_page_token: next,
                })?;
            } else {
                tables::held(screen, &rows);
                tables::next_page(screen, next.as_deref());
            }
        }
        Held::Apply {
            order,
            connection,
            seen,
            act: asked,
        } => {
            let order = OrderOfShop {
                connection_id: connection,
                order_id: order,
            };
            let seen =
                content(&seen).context("--seen is a content hash as `held list` tells it")?;
            let ledger = place.ledger().await?;
            let outcome = ledger.apply(order, seen, act(asked)).await?;
            if screen.is_json() {
                screen.json(&json!({"outcome": outcome}))?;
            } else {
                screen.line(outcome);
            }
        }
    }
    Ok(Exit::Done)
}

/// The bytes of a content hash in hexadecimal digits; nothing of an empty text.
fn content(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    digits
        .chunks(2)
        .map(|pair| {
            let text = str::from_utf8(pair).ok().filter(|text| text.len() == 2)?;
            u8::from_str_radix(text, 16).ok()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_hash_is_read_as_it_is_shown() {
        assert_eq!(content("00ff7a"), Some(vec![0, 255, 122]));
        assert_eq!(content(""), Some(Vec::new()));
        assert_eq!(content("0"), None);
        assert_eq!(content("zz"), None);
    }
}
