//! Asking for a token.

use http::header::{ACCEPT, CONTENT_TYPE};
use secrecy::{ExposeSecret as _, SecretString};
use service::http::BodyError;
use shop::ShopUrl;

use super::callback::State;
use super::token::{App, Granted, TokenError, answer, endpoint, form};
use crate::Ecom;

/// Largest answer read, in bytes: a token and its scopes are a hundredth of it.
const ANSWER_LIMIT_BYTES: usize = 64 << 10;

impl Ecom {
    /// Exchanges the code that came back with `state` for a token: once, for a second time would take the
    /// token away. The app's secret goes to whoever answers at `login`: it must be [`crate::LOGIN_URL`], or
    /// a simulator's address.
    pub async fn grant(
        &self,
        login: &ShopUrl,
        app: &App,
        state: &State,
        code: &SecretString,
    ) -> Result<Granted, TokenError> {
        let response = self
            .client(login)
            .post(endpoint(login))
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form(app, state, code).expose_secret().to_owned())
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
