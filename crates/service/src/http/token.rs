use bytes::Bytes;
use http::StatusCode;
use http::header::{ACCEPT, CONTENT_TYPE};
use reqwest::RequestBuilder;
use secrecy::{ExposeSecret as _, SecretString};

use super::{BodyError, body};

/// Largest answer read, in bytes: a token and its scopes are a hundredth of it.
const ANSWER_LIMIT_BYTES: usize = 64 << 10;

/// Asks for a token with what is as secret as it, and takes JSON for an answer.
pub async fn ask_for_token(
    endpoint: RequestBuilder,
    content_type: &'static str,
    secret: &SecretString,
) -> Result<(StatusCode, Bytes), BodyError> {
    let response = endpoint
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, content_type)
        .body(secret.expose_secret().to_owned())
        .send()
        .await?;
    let status = response.status();
    Ok((status, body(response, ANSWER_LIMIT_BYTES).await?))
}
