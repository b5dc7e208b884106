//! Asking a shop for a token.

use http::header::{ACCEPT, CONTENT_TYPE};
use secrecy::ExposeSecret as _;
use service::http::BodyError;
use shop::ShopUrl;

use super::token::{App, Grant, Granted, TokenError, answer, endpoint, request};
use crate::Shopify;

/// Largest answer read, in bytes: a token and its scopes are a hundredth of it.
const ANSWER_LIMIT_BYTES: usize = 64 << 10;

impl Shopify {
    /// Asks the shop at `url` for tokens. They go to whoever answers there: `url` must be the one of a
    /// [`crate::ShopDomain`], or of a simulator.
    pub async fn grant(
        &self,
        url: &ShopUrl,
        app: &App,
        grant: &Grant,
    ) -> Result<Granted, TokenError> {
        let response = self
            .client(url)
            .post(endpoint(url))
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/json")
            .body(request(app, grant).expose_secret().to_owned())
            .send()
            .await
            .map_err(|_| TokenError::Away)?;
        let status = response.status();
        let body = service::http::body(response, ANSWER_LIMIT_BYTES)
            .await
            .map_err(|error| match error {
                BodyError::TooLong { limit_bytes: _ } => TokenError::Unreadable,
                BodyError::Broken(_) => TokenError::Away,
            })?;
        answer(status, &body)
    }
}
