//! Keeping access: tokens expire within the hour, and each renewal replaces both of them.
//!
//! Two renewals at once invalidate each other, so that only one may be under way for a shop, in whatever
//! process: the [`Vault`] sees to that. A new pair is stored before it is used. Who stops in between has lost
//! nothing: the old refresh token is good until the new one is used.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use service::clock::Clock;
use shop::{ShopUrl, Tokens, Vault, VaultError};

use super::token::{App, Grant, Granted, Refresh, TokenError};
use crate::Shopify;

/// What was granted at `now`.
#[must_use]
pub fn tokens(granted: Granted, now: Timestamp) -> Tokens {
    let Granted {
        access_token: access,
        scopes,
        expires_in,
        refresh,
    } = granted;
    let until = |wait| {
        let wait = SignedDuration::try_from(wait).ok()?;
        now.checked_add(wait).ok()
    };
    let (refresh, refresh_in) = match refresh {
        None => (None, None),
        Some(Refresh { token, expires_in }) => (Some(token), expires_in),
    };
    Tokens {
        access,
        access_until: expires_in.and_then(until),
        refresh,
        refresh_until: refresh_in.and_then(until),
        scopes: scopes.names(),
    }
}

/// Why there is no token to ask with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenewError {
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Token(#[from] TokenError),
}

impl From<RenewError> for shop::RenewError {
    fn from(error: RenewError) -> Self {
        match error {
            RenewError::Vault(error) => Self::Vault(error),
            RenewError::Token(TokenError::Refused { code }) => Self::Refused { code },
            RenewError::Token(
                error @ (TokenError::TryLater { status: _ }
                | TokenError::Away
                | TokenError::Insecure(_)
                | TokenError::Unreadable),
            ) => Self::TryLater {
                why: error.to_string(),
            },
        }
    }
}

/// Who renews, for which shop.
#[derive(Clone, Copy)]
pub struct Renewal<'a> {
    pub shopify: &'a Shopify,
    pub url: &'a ShopUrl,
    pub app: &'a App,
    pub clock: &'a dyn Clock,
}

impl fmt::Debug for Renewal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renewal")
            .field("url", self.url)
            .finish_non_exhaustive()
    }
}

/// Tokens that are good for a while, renewed where they must be. `refused`: one that the shop no longer
/// accepted, whatever its age; without one of its own after that, the merchant has to connect again.
pub async fn access_token(
    renewal: Renewal<'_>,
    vault: &dyn Vault,
    refused: Option<&SecretString>,
) -> Result<Tokens, RenewError> {
    let Renewal {
        shopify,
        url,
        app,
        clock,
    } = renewal;
    let mut opened = vault.open().await?;
    let held = opened.tokens();
    let asked_at = clock.now();
    let is_refused =
        refused.is_some_and(|refused| refused.expose_secret() == held.access.expose_secret());
    if held.is_fresh(asked_at) && !is_refused {
        return Ok(held.clone());
    }
    let grant = match &held.refresh {
        Some(token) => Grant::Refresh(token.clone()),
        None => Grant::ClientCredentials,
    };
    let granted = shopify.grant(url, app, &grant).await?;
    let tokens = tokens(granted, asked_at);
    opened.replace(tokens.clone()).await?;
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::token::Scopes;
    use super::*;

    fn granted(expires_in: Option<u64>, refresh_in: Option<u64>) -> Tokens {
        let granted = Granted {
            access_token: SecretString::from("shpat_a"),
            scopes: Scopes::new("read_orders"),
            expires_in: expires_in.map(Duration::from_secs),
            refresh: refresh_in.map(|seconds| Refresh {
                token: SecretString::from("shprt_a"),
                expires_in: Some(Duration::from_secs(seconds)),
            }),
        };
        tokens(granted, noon())
    }

    fn noon() -> Timestamp {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_token_of_an_hour_is_renewed_after_48_minutes() {
        let tokens = granted(Some(3_600), Some(7_776_000));
        let after = |minutes| noon() + SignedDuration::from_mins(minutes);
        assert!(tokens.is_fresh(noon()) && tokens.is_fresh(after(47)));
        assert!(!tokens.is_fresh(after(48)) && !tokens.is_fresh(after(90)));
        assert_eq!(
            tokens.refresh_until,
            Some("2027-02-20T12:00:00Z".parse().unwrap())
        );
        assert!(!format!("{tokens:?}").contains("shp"));
    }

    #[test]
    fn a_token_without_an_end_is_fresh_for_ever() {
        let tokens = granted(None, None);
        assert!(tokens.is_fresh(Timestamp::MAX));
        let endless = granted(Some(u64::MAX), Some(u64::MAX));
        assert_eq!((endless.access_until, endless.refresh_until), (None, None));
    }
}
