//! The steps of linking, as the runtime walks them with any platform.

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use shop::{
    Agreement, Answer, ApiAccess, Connection, Granted, Install, InstallRefusal, Journey, Proof,
    RegisteredApp, RenewError, Returned, ShopName, ShopUrl, Tokens, Vault,
};

use super::SCOPES;
use super::oauth::{Callback, QueryRefused, authorize_url, verify};
use super::renew::{Renewal, access_token, tokens};
use super::token::{App, Grant, Scopes, TokenError};
use crate::{ShopDomain, Shopify};

#[async_trait]
impl Install for Shopify {
    /// Its own domain, whatever other domains it has.
    fn shop(&self, typed: &str) -> Result<ShopName, InstallRefusal> {
        Ok(ShopName::new(domain(typed.trim())?.as_str()))
    }

    fn authorize(&self, app: &shop::App, journey: &Journey) -> Result<String, InstallRefusal> {
        let Journey {
            shop,
            state,
            callback,
            plain_http: _,
        } = journey;
        let shop = domain(shop.as_str())?;
        let client_id = &app.registered()?.client_id;
        let (back, state) = (callback.as_str(), state.expose_secret());
        let address = authorize_url(&shop, client_id, &SCOPES, back, state);
        Ok(match &app.stand_in {
            None => address,
            Some(stand_in) => address.replacen(shop.url().as_str(), stand_in.as_str(), 1),
        })
    }

    fn returned(
        &self,
        app: &shop::App,
        query: &[(String, String)],
        now: Timestamp,
    ) -> Result<Returned, InstallRefusal> {
        let Callback { shop, code, state } = verify(query, &app.registered()?.secrets, now)
            .map_err(|refused| match refused {
                QueryRefused::NotAuthentic => InstallRefusal::NotAuthentic,
                QueryRefused::NotNow => InstallRefusal::TooLate,
                QueryRefused::NoShop => InstallRefusal::NotAShop,
            })?;
        // Without one a merchant merely opens the app: who wants to link a shop begins with us.
        let code = code.ok_or(InstallRefusal::NotAuthentic)?;
        Ok(Returned {
            state: state.map(SecretString::from),
            shop: Some(ShopName::new(shop.as_str())),
            answer: Answer::Agreed(Agreement { code, scopes: None }),
        })
    }

    async fn redeem(
        &self,
        app: &shop::App,
        journey: &Journey,
        proof: Proof,
        now: Timestamp,
    ) -> Result<Granted, InstallRefusal> {
        let code = match proof {
            Proof::Agreement(Agreement { code, scopes: _ }) => code,
            Proof::Posted(_) => return Err(InstallRefusal::NotAuthentic),
        };
        let grant = Grant::AuthorizationCode(code);
        let refused = InstallRefusal::Spent;
        self.let_in(app, &journey.shop, &grant, refused, now).await
    }

    fn missing_rights(&self, granted: &[String]) -> Vec<&'static str> {
        Scopes::new(&granted.join(",")).missing(&SCOPES)
    }

    async fn own(
        &self,
        app: &shop::App,
        shop: &ShopName,
        now: Timestamp,
    ) -> Result<Granted, InstallRefusal> {
        let (grant, refused) = (Grant::ClientCredentials, InstallRefusal::NotOwn);
        self.let_in(app, shop, &grant, refused, now).await
    }

    async fn access_token(
        &self,
        app: &shop::App,
        connection: &Connection,
        vault: &dyn Vault,
        refused: Option<&SecretString>,
    ) -> Result<Tokens, RenewError> {
        let unset = |_| RenewError::TryLater {
            why: "the app is not set up".to_owned(),
        };
        let url: &ShopUrl = match &connection.api {
            Some(api) => &api.url,
            None => {
                return Err(RenewError::TryLater {
                    why: "the shop has no address".to_owned(),
                });
            }
        };
        let renewal = Renewal {
            shopify: self,
            url,
            app: &known_as(app).map_err(unset)?,
            clock: self.clock.as_ref(),
        };
        Ok(access_token(renewal, vault, refused).await?)
    }
}

impl Shopify {
    /// Access to `shop` for `grant`; `refused` where the shop does not take it.
    async fn let_in(
        &self,
        app: &shop::App,
        shop: &ShopName,
        grant: &Grant,
        refused: InstallRefusal,
        now: Timestamp,
    ) -> Result<Granted, InstallRefusal> {
        let RegisteredApp { client_id, secrets } = app.registered()?;
        let url = match &app.stand_in {
            None => domain(shop.as_str())?.url(),
            Some(stand_in) => stand_in.clone(),
        };
        let granted = self.grant(&url, &known_as(app)?, grant).await;
        let granted = granted.map_err(|error| match error {
            TokenError::Refused { code: _ } => refused,
            TokenError::TryLater { status: _ } | TokenError::Away => InstallRefusal::Away,
            TokenError::Insecure(fault) => InstallRefusal::Insecure(fault.to_string()),
            TokenError::Unreadable => InstallRefusal::Unreadable,
        })?;
        InstallRefusal::of_missing(&granted.scopes.missing(&SCOPES))?;
        let tokens = tokens(granted, now);
        let (key, access) = (client_id.as_str().into(), tokens.access.clone());
        Ok(Granted {
            api: ApiAccess::new(url, key, access, app.plain_http())
                .map_err(|_| InstallRefusal::NotAShop)?,
            secrets: Some(secrets.clone()),
            tokens,
        })
    }
}

fn domain(text: &str) -> Result<ShopDomain, InstallRefusal> {
    ShopDomain::new(text).map_err(|_| InstallRefusal::NotAShop)
}

/// As the token endpoint wants it, with the newest secret.
fn known_as(app: &shop::App) -> Result<App, InstallRefusal> {
    let RegisteredApp { client_id, secrets } = app.registered()?;
    Ok(App {
        client_id: client_id.clone(),
        client_secret: secrets.newest().clone(),
    })
}
