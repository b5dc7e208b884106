use proto::convert::WireError;
use proto::ledger::access_client::AccessClient;
use proto::ledger::audit_client::AuditClient;
use proto::ledger::{
    Act, CreateTokenRequest, CreateTokenResponse, ListAuditEntriesRequest,
    ListAuditEntriesResponse, ListTokensRequest, ListTokensResponse, RevokeTokenRequest,
    RevokeTokenResponse,
};
use service::access::Authorized;

use super::{ApiError, Ledger, MAX_ANSWER_BYTES, Page};
use crate::view::{AuditEntry, NewToken, Token};

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

    /// Who had what done, the last first.
    pub(crate) async fn audit(
        &self,
        page_size: i32,
        page_token: String,
    ) -> Result<Page<AuditEntry>, ApiError> {
        let request = ListAuditEntriesRequest {
            retailer_id: self.retailer_id(),
            page_size,
            page_token,
        };
        let mut client =
            AuditClient::new(self.channel.clone()).max_decoding_message_size(MAX_ANSWER_BYTES);
        let answer = client.list_audit_entries(request).await;
        let ListAuditEntriesResponse {
            entries,
            next_page_token,
        } = answer.map_err(|status| self.refused(&status))?.into_inner();
        Ok(Page::read(entries, next_page_token)?)
    }

    fn access_client(&self) -> AccessClient<Authorized> {
        AccessClient::new(self.channel.clone())
    }
}
