//! Asking for a token.

use service::http::ask_for_token;
use shop::ShopUrl;

use super::callback::Callback;
use super::token::{App, Granted, TokenError, answer, endpoint, request};
use crate::BigCommerce;

impl BigCommerce {
    /// Exchanges the code of `callback` for a token. The app's secret goes to whoever answers at `login`:
    /// it must be [`crate::LOGIN_URL`], or a simulator's address.
    pub async fn grant(
        &self,
        login: &ShopUrl,
        app: &App,
        callback: &Callback,
    ) -> Result<Granted, TokenError> {
        let post = self.client(login).post(endpoint(login));
        let (status, body) =
            ask_for_token(post, "application/json", &request(app, callback)).await?;
        answer(status, &body, callback)
    }
}
