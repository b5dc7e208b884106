use proto::convert::WireError;
use proto::ledger::access_client::AccessClient;
use proto::ledger::{
    Act, CreateTokenRequest, CreateTokenResponse, ListTokensRequest, ListTokensResponse,
    RevokeTokenRequest, RevokeTokenResponse,
};
use service::access::Authorized;

use super::{ApiError, Ledger};
use crate::view::{NewToken, Token};

impl Ledger {
    /// `token`'s retailer is this one.
    pub(crate) async fn create_token(
        &self,
        token: CreateTokenRequest,
    ) -> Result<NewToken, ApiError> {
        let request = CreateTokenRequest {
            retailer_id: self.retailer_id(),
            ..token
        };
        let answer = self.access_client().create_token(request).await;
        let CreateTokenResponse { token, secret } =
            answer.map_err(|status| self.refused(&status))?.into_inner();
        Ok(NewToken {
            token: token.ok_or(WireError::Missing("token"))?.try_into()?,
            secret,
        })
    }

    pub(crate) async fn tokens(&self) -> Result<Vec<Token>, ApiError> {
        let request = ListTokensRequest {
            retailer_id: self.retailer_id(),
        };
        let answer = self.access_client().list_tokens(request).await;
        let ListTokensResponse { tokens } =
            answer.map_err(|status| self.refused(&status))?.into_inner();
        let tokens = tokens.into_iter().map(Token::try_from);
        Ok(tokens.collect::<Result<_, _>>()?)
    }

    pub(crate) async fn revoke_token(&self, token_id: String, act: Act) -> Result<Token, ApiError> {
        let request = RevokeTokenRequest {
            retailer_id: self.retailer_id(),
            token_id,
            act: Some(act),
        };
        let answer = self.access_client().revoke_token(request).await;
        let RevokeTokenResponse { token } =
            answer.map_err(|status| self.refused(&status))?.into_inner();
        Ok(token.ok_or(WireError::Missing("token"))?.try_into()?)
    }

    fn access_client(&self) -> AccessClient<Authorized> {
        AccessClient::new(self.channel.clone())
    }
}
