//! Keeping a shop's webhooks what they should be.
//!
//! WooCommerce switches a webhook off after seven failures in a row, tells nobody, and counts on from
//! six when it is switched on again: one more failure, and it is off. So what is off is made anew and
//! not switched on. Nor does the API tell a secret: whether a webhook signs with ours is seen by a mark
//! in its name.

mod mark;

use reqwest::Method;
use serde::Deserialize;
use shop::{ApiAccess, Connection, FetchError, HookAddress, HookReport};

use self::mark::Mark;
use crate::client::{Client, Question};
use crate::loose::{List, Scalar};
use crate::note;

/// What the shop is to tell. Nothing is learned from `order.deleted`: no sale depends on the trash.
const TOPICS: [&str; 4] = [
    "order.created",
    "order.updated",
    "order.restored",
    note::TOPIC,
];
/// Most webhooks that WooCommerce lists at once.
const HOOKS_PER_PAGE: u32 = 100;
/// Pages of webhooks looked through; a shop has a dozen webhooks, seldom a hundred.
const PAGES_LIMIT: u32 = 20;

/// Makes each topic be told once, at `address`, signed with the connection's first secret. A webhook is
/// ours if it leads to `address` or bears the connection's mark; others are not touched.
///
/// Made before its predecessor is taken away, so that nothing goes untold in between; what a failure
/// in the middle leaves behind is put right by the next call.
pub(crate) async fn ensure(
    client: &Client,
    connection: &Connection,
    address: &HookAddress,
) -> Result<HookReport, FetchError> {
    let api = connection.api.as_ref().ok_or(FetchError::NoAccess)?;
    let mark = Mark::of(connection);
    let mut ours = all(client, api).await?;
    ours.retain(|hook| hook.leads_to(address) || mark.is_on(&hook.name));

    let mut report = HookReport::default();
    for topic in TOPICS {
        let (own, others) = ours
            .into_iter()
            .partition(|hook: &Hook| hook.topic == topic);
        ours = others;
        let name = mark.name(topic);
        let (sound, mut rest): (Vec<Hook>, Vec<Hook>) = own
            .into_iter()
            .partition(|hook| hook.is_active && hook.leads_to(address) && hook.name == name);
        let mut sound = sound.into_iter();
        if sound.next().is_some() {
            report.sound += 1;
        } else {
            create(client, connection, api, topic, &name, address).await?;
            if let Some(replaced) = rest.pop() {
                delete(client, api, &replaced).await?;
                report.mended += 1;
            } else {
                report.created += 1;
            }
        }
        for hook in sound.chain(rest) {
            delete(client, api, &hook).await?;
            report.removed += 1;
        }
    }
    // Of topics that were once listened to.
    for hook in ours {
        delete(client, api, &hook).await?;
        report.removed += 1;
    }
    Ok(report)
}

/// Takes away every webhook that leads to `address`. How many there were.
pub(crate) async fn remove(
    client: &Client,
    connection: &Connection,
    address: &HookAddress,
) -> Result<usize, FetchError> {
    let api = connection.api.as_ref().ok_or(FetchError::NoAccess)?;
    let mut removed = 0;
    for hook in all(client, api).await? {
        if hook.leads_to(address) {
            delete(client, api, &hook).await?;
            removed += 1;
        }
    }
    Ok(removed)
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Hook {
    id: String,
    name: String,
    topic: String,
    is_active: bool,
    delivery_url: String,
}

impl Hook {
    fn leads_to(&self, address: &HookAddress) -> bool {
        let HookAddress(address) = address;
        self.delivery_url.trim_end_matches('/') == address.as_str()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Row<'a> {
    id: Scalar<'a>,
    name: Scalar<'a>,
    status: Scalar<'a>,
    topic: Scalar<'a>,
    delivery_url: Scalar<'a>,
}

impl Row<'_> {
    /// `None` for one without an id, which could not be taken away.
    fn hook(&self) -> Option<Hook> {
        let Self {
            id,
            name,
            status,
            topic,
            delivery_url,
        } = self;
        Some(Hook {
            id: id.id()?.to_owned(),
            name: name.as_str().to_owned(),
            topic: topic.as_str().to_owned(),
            is_active: status.as_str() == "active",
            delivery_url: delivery_url.as_str().to_owned(),
        })
    }
}

/// Every webhook of the shop, whoever made it.
async fn all(client: &Client, api: &ApiAccess) -> Result<Vec<Hook>, FetchError> {
    let mut hooks = Vec::new();
    for page in 1..=PAGES_LIMIT {
        let mut question = Question::get("webhooks");
        question.query = vec![
            ("orderby", "id".to_owned()),
            ("order", "asc".to_owned()),
            ("per_page", HOOKS_PER_PAGE.to_string()),
            ("page", page.to_string()),
        ];
        let answer = client.ask(api, question).await?;
        let List(rows): List<Row<'_>> = answer.read()?;
        hooks.extend(rows.iter().filter_map(Row::hook));
        if answer.pages().is_none_or(|pages| page >= pages) {
            return Ok(hooks);
        }
    }
    Err(FetchError::Unreadable {
        why: format!(
            "the shop has more than {} webhooks",
            PAGES_LIMIT * HOOKS_PER_PAGE
        ),
    })
}

/// The shop tries the address before it answers, and takes no notice of what comes of it.
async fn create(
    client: &Client,
    connection: &Connection,
    api: &ApiAccess,
    topic: &str,
    name: &str,
    address: &HookAddress,
) -> Result<(), FetchError> {
    let HookAddress(address) = address;
    let body = serde_json::json!({
        "name": name,
        "topic": topic,
        "status": "active",
        "delivery_url": address.as_str(),
        "secret": mark::first_secret(connection),
    });
    let mut question = Question::new(Method::POST, "webhooks");
    question.body = Some(body.to_string());
    let answer = client.ask(api, question).await?;
    let row: Row<'_> = answer.read()?;
    match row.hook() {
        Some(hook) if hook.is_active => Ok(()),
        Some(_) | None => Err(FetchError::Unreadable {
            why: "the webhook asked for is not there".to_owned(),
        }),
    }
}

/// One that is gone already is as good.
async fn delete(client: &Client, api: &ApiAccess, hook: &Hook) -> Result<(), FetchError> {
    let mut question = Question::new(Method::DELETE, &format!("webhooks/{}", hook.id));
    // Webhooks know no trash.
    question.query = vec![("force", "true".to_owned())];
    let answer = client.ask(api, question).await?;
    match answer.read::<Row<'_>>() {
        Ok(_) | Err(FetchError::Gone) => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captured_webhooks_are_read() {
        let List(rows): List<Row<'_>> =
            serde_json::from_str(include_str!("../../fixtures/rest/webhooks-list.body.json"))
                .unwrap();
        let hooks: Vec<Hook> = rows.iter().filter_map(Row::hook).collect();
        assert_eq!(hooks.len(), 3);
        assert_eq!(
            hooks[2],
            Hook {
                id: "15".to_owned(),
                name: "PDV action.woocommerce_order_note_added".to_owned(),
                topic: "action.woocommerce_order_note_added".to_owned(),
                is_active: true,
                delivery_url: "http://127.0.0.1:8097/hook".to_owned(),
            }
        );
        let off: Row<'_> = serde_json::from_str(include_str!(
            "../../fixtures/rest/webhook-disabled.body.json"
        ))
        .unwrap();
        assert!(!off.hook().unwrap().is_active);
    }

    #[test]
    fn wc_11_the_shop_is_to_tell_which_order_a_note_is_on() {
        assert!(TOPICS.contains(&"action.woocommerce_new_order_note_data"));
    }
}
