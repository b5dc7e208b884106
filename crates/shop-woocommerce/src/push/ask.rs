//! Asking one shop, each request at the price of one.

use std::fmt::Display;

use reqwest::Method;
use retail::listing::{ShopProductId, Terms};
use serde_json::Value;
use shop::push::{Purse, To};
use shop::{ApiAccess, FetchError};

use crate::client::{Answer, Client, Question};

/// Largest answer read, in bytes: a hundred products with their descriptions.
const LIMIT_BYTES: usize = 16 << 20;

pub(super) struct Asker<'a> {
    client: &'a Client,
    api: &'a ApiAccess,
    purse: &'a dyn Purse,
    terms: Option<&'a Terms>,
}

impl<'a> Asker<'a> {
    pub(super) fn new(client: &'a Client, to: To<'a>) -> Result<Self, FetchError> {
        let To {
            connection,
            terms,
            purse,
        } = to;
        Ok(Self {
            client,
            api: connection.api.as_ref().ok_or(FetchError::NoAccess)?,
            purse,
            terms,
        })
    }

    /// In what the shop counts: nothing of it can be read without.
    pub(super) fn terms(&self) -> Result<&'a Terms, FetchError> {
        self.terms.ok_or_else(|| FetchError::Unreadable {
            why: "nobody has asked yet in what the shop counts".to_owned(),
        })
    }

    pub(super) async fn get(
        &self,
        path: &str,
        query: Vec<(&'static str, String)>,
    ) -> Result<Answer, FetchError> {
        let mut question = Question::get(path);
        question.query = query;
        self.ask(question).await
    }

    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<Answer, FetchError> {
        let mut question = Question::new(method, path);
        question.body = Some(body.to_string());
        self.ask(question).await
    }

    pub(super) async fn delete(&self, path: &str, force: bool) -> Result<Answer, FetchError> {
        let mut question = Question::new(Method::DELETE, path);
        if force {
            question.query = vec![("force", "true".to_owned())];
        }
        self.ask(question).await
    }

    async fn ask(&self, question: Question) -> Result<Answer, FetchError> {
        self.purse.spend(1).await?;
        let limit_bytes = LIMIT_BYTES;
        let question = Question {
            limit_bytes,
            ..question
        };
        let answer = self.client.ask(self.api, question).await?;
        if let Some(wait) = answer.pause() {
            self.purse.refused(wait);
        }
        Ok(answer)
    }
}

/// Several values of one parameter.
pub(super) fn joined<T: Display>(values: impl IntoIterator<Item = T>) -> String {
    let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    values.join(",")
}

/// WooCommerce's id of a product or variation. `None`: it is no id of WooCommerce's, and names nothing there.
pub(super) fn number(id: &str) -> Option<u64> {
    let is_plain = id.bytes().all(|byte| byte.is_ascii_digit());
    id.parse().ok().filter(|id| is_plain && *id > 0)
}

/// As [`number`].
pub(super) fn product_number(id: &ShopProductId) -> Option<u64> {
    number(id.as_str())
}
