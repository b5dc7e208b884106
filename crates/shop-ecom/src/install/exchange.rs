//! Asking for a token.

use secrecy::SecretString;
use service::http::ask_for_token;
use shop::ShopUrl;

use super::callback::State;
use super::token::{App, Granted, TokenError, answer, endpoint, form};
use crate::Ecom;

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
        let post = self.client(login).post(endpoint(login));
        let (status, body) = ask_for_token(
            post,
            "application/x-www-form-urlencoded",
            &form(app, state, code),
        )
        .await?;
        answer(status, &body)
    }
}
