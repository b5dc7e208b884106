//! Asking a shop for a token.

use service::http::ask_for_token;
use shop::ShopUrl;

use super::token::{App, Grant, Granted, TokenError, answer, endpoint, request};
use crate::Shopify;

impl Shopify {
    /// Asks the shop at `url` for tokens. They go to whoever answers there: `url` must be the one of a
    /// [`crate::ShopDomain`], or of a simulator.
    pub async fn grant(
        &self,
        url: &ShopUrl,
        app: &App,
        grant: &Grant,
    ) -> Result<Granted, TokenError> {
        let post = self.client(url).post(endpoint(url));
        let (status, body) = ask_for_token(post, "application/json", &request(app, grant)).await?;
        answer(status, &body)
    }
}
