//! Asking for a token.

use http::header::{ACCEPT, CONTENT_TYPE};
use secrecy::ExposeSecret as _;
use service::http::BodyError;
use shop::ShopUrl;

use super::callback::Callback;
use super::token::{App, Granted, TokenError, answer, endpoint, request};
use crate::BigCommerce;

/// Largest answer read, in bytes: a token and its scopes are a hundredth of it.
const ANSWER_LIMIT_BYTES: usize = 64 << 10;

impl BigCommerce {
    /// Exchanges the code of `callback` for a token. The app's secret goes to whoever answers at `login`:
    /// it must be [`crate::LOGIN_URL`], or a simulator's address.
    pub async fn grant(
        &self,
        login: &ShopUrl,
        app: &App,
        callback: &Callback,
    ) -> Result<Granted, TokenError> {
        let response = self
            .client(login)
            .post(endpoint(login))
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/json")
            .body(request(app, callback).expose_secret().to_owned())
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
        answer(status, &body, callback)
    }
}
