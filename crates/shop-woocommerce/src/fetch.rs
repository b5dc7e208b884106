//! Asking a shop for one order.

use bytes::Bytes;
use retail::ShopOrderId;
use shop::{Connection, FetchError};

use crate::client::{Client, Question};
use crate::payload::Envelope;

/// Fetches one order as it is now.
pub(crate) async fn fetch(
    client: &Client,
    connection: &Connection,
    order: &ShopOrderId,
) -> Result<Bytes, FetchError> {
    let api = connection.api.as_ref().ok_or(FetchError::NoAccess)?;
    if !order.as_str().bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FetchError::Gone);
    }
    let question = Question::get(&format!("orders/{order}"));
    let answer = client.ask(api, question).await?;
    let told: Envelope<'_> = answer.read()?;
    if told.id.id() != Some(order.as_str()) {
        return Err(FetchError::Unreadable {
            why: "it is not the order asked for".to_owned(),
        });
    }
    Ok(answer.body().clone())
}
