//! The steps of linking, as the runtime walks them with any platform.

use async_trait::async_trait;
use jiff::Timestamp;
use shop::{
    Agreement, Answer, Granted, Install, InstallRefusal, Journey, Proof, RegisteredApp, Returned,
    ShopName, Tokens,
};

use super::callback::{Callback, CallbackRefused, install_url, read};
use super::token::{App, Scopes, TokenError};
use super::{SCOPES, StoreHash};
use crate::{API_URL, BigCommerce, LOGIN_URL};

#[async_trait]
impl Install for BigCommerce {
    /// The store's hash, as it stands in its control panel's address: `store-g5cd38.mybigcommerce.com`, or by itself.
    fn shop(&self, typed: &str) -> Result<ShopName, InstallRefusal> {
        let typed = typed.trim();
        let hash = typed
            .strip_prefix("store-")
            .and_then(|rest| rest.strip_suffix(".mybigcommerce.com"))
            .unwrap_or(typed);
        let hash = StoreHash::new(hash).ok_or(InstallRefusal::NotAShop)?;
        Ok(ShopName::new(&hash.to_string()))
    }

    fn authorize(&self, app: &shop::App, _: &Journey) -> Result<String, InstallRefusal> {
        let client_id = &app.registered()?.client_id;
        Ok(install_url(&app.address(LOGIN_URL), client_id))
    }

    /// Signed by nobody, and without a state: which store it is of is believed when the code is exchanged.
    fn returned(
        &self,
        _: &shop::App,
        query: &[(String, String)],
        _: Timestamp,
    ) -> Result<Returned, InstallRefusal> {
        let Callback {
            store,
            code,
            scopes,
            is_external: _,
        } = match read(query) {
            Ok(callback) => callback,
            Err(CallbackRefused::NoCode) => {
                return Ok(Returned {
                    state: None,
                    shop: None,
                    answer: Answer::Declined,
                });
            }
            Err(CallbackRefused::NoStore | CallbackRefused::NoScopes | CallbackRefused::Odd) => {
                return Err(InstallRefusal::NotAuthentic);
            }
        };
        let scopes = Some(scopes.as_str().to_owned());
        Ok(Returned {
            state: None,
            shop: Some(ShopName::new(&store.to_string())),
            answer: Answer::Agreed(Agreement { code, scopes }),
        })
    }

    fn missing_rights(&self, granted: &[String]) -> Vec<&'static str> {
        Scopes::new(&granted.join(" ")).map_or(SCOPES.to_vec(), |scopes| scopes.missing(&SCOPES))
    }

    async fn redeem(
        &self,
        app: &shop::App,
        journey: &Journey,
        proof: Proof,
        _: Timestamp,
    ) -> Result<Granted, InstallRefusal> {
        let Agreement { code, scopes } = match proof {
            Proof::Agreement(agreement) => agreement,
            Proof::Posted(_) => return Err(InstallRefusal::NotAuthentic),
        };
        let RegisteredApp { client_id, secrets } = app.registered()?;
        let known_as = App {
            client_id: client_id.clone(),
            client_secret: secrets.newest().clone(),
            redirect_uri: journey.callback.to_string(),
        };
        let callback = Callback {
            store: StoreHash::new(journey.shop.as_str()).ok_or(InstallRefusal::NotAShop)?,
            code,
            scopes: scopes
                .as_deref()
                .and_then(Scopes::new)
                .ok_or(InstallRefusal::NotAuthentic)?,
            is_external: true,
        };
        let granted = self
            .grant(&app.address(LOGIN_URL), &known_as, &callback)
            .await
            .map_err(|error| match error {
                TokenError::Refused { status: _ } => InstallRefusal::Spent,
                TokenError::TryLater { status: _ } | TokenError::Away => InstallRefusal::Away,
                TokenError::Insecure(fault) => InstallRefusal::Insecure(fault.to_string()),
                TokenError::OtherStore => InstallRefusal::OtherShop,
                TokenError::Unreadable => InstallRefusal::Unreadable,
            })?;
        InstallRefusal::of_missing(&granted.scopes.missing(&SCOPES))?;
        let names = granted.scopes.as_str().split_whitespace();
        let names = names.map(str::to_owned).collect();
        Ok(Granted {
            api: granted
                .access(&known_as, &app.address(API_URL), app.plain_http())
                .ok_or(InstallRefusal::Unreadable)?,
            secrets: Some(secrets.clone()),
            tokens: Tokens::endless(granted.access_token, names),
        })
    }
}
