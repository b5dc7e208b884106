//! The steps of linking, as the runtime walks them with any platform.

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use shop::{
    Agreement, Granted, Install, InstallRefusal, Journey, Proof, RegisteredApp, Returned, ShopName,
    Tokens,
};

use super::SCOPES;
use super::callback::{Answer, Callback, State, authorize_url, read};
use super::token::{App, Scopes, TokenError};
use crate::{API_URL, Ecom, LOGIN_URL};

#[async_trait]
impl Install for Ecom {
    /// The store's number, which its control panel shows at the foot of every page.
    fn shop(&self, typed: &str) -> Result<ShopName, InstallRefusal> {
        let typed = typed.trim();
        let is_number = (1..=STORE_DIGITS_LIMIT).contains(&typed.len())
            && !typed.starts_with('0')
            && typed.bytes().all(|byte| byte.is_ascii_digit());
        if is_number {
            Ok(ShopName::new(typed))
        } else {
            Err(InstallRefusal::NotAShop)
        }
    }

    fn authorize(&self, app: &shop::App, journey: &Journey) -> Result<String, InstallRefusal> {
        let (login, known_as) = (app.address(LOGIN_URL), known_as(app, journey)?);
        authorize_url(&login, &known_as, &SCOPES, &state(journey)?)
            .ok_or(InstallRefusal::NoPublicAddress)
    }

    /// Signed by nobody: all rests on the state.
    fn returned(
        &self,
        _: &shop::App,
        query: &[(String, String)],
        _: Timestamp,
    ) -> Result<Returned, InstallRefusal> {
        let Callback { state, answer } = read(query).map_err(|_| InstallRefusal::NotAuthentic)?;
        Ok(Returned {
            state: Some(SecretString::from(state.as_str())),
            shop: None,
            answer: match answer {
                Answer::Granted(code) => shop::Answer::Agreed(Agreement { code, scopes: None }),
                Answer::Denied => shop::Answer::Declined,
            },
        })
    }

    fn missing_rights(&self, granted: &[String]) -> Vec<&'static str> {
        Scopes::new(&granted.join(" ")).missing(&SCOPES)
    }

    async fn redeem(
        &self,
        app: &shop::App,
        journey: &Journey,
        proof: Proof,
        _: Timestamp,
    ) -> Result<Granted, InstallRefusal> {
        let code = match proof {
            Proof::Agreement(Agreement { code, scopes: _ }) => code,
            Proof::Posted(_) => return Err(InstallRefusal::NotAuthentic),
        };
        let known_as = known_as(app, journey)?;
        let granted = self
            .grant(&app.address(LOGIN_URL), &known_as, &state(journey)?, &code)
            .await
            .map_err(|error| match error {
                TokenError::Refused { status: _ } => InstallRefusal::Spent,
                TokenError::Away => InstallRefusal::Away,
                TokenError::Insecure(fault) => InstallRefusal::Insecure(fault.to_string()),
                TokenError::Unreadable => InstallRefusal::Unreadable,
            })?;
        if granted.store != journey.shop.as_str() {
            return Err(InstallRefusal::OtherShop);
        }
        InstallRefusal::of_missing(&granted.scopes.missing(&SCOPES))?;
        let names = granted.scopes.as_str().split_whitespace();
        let names = names.map(str::to_owned).collect();
        Ok(Granted {
            api: granted
                .access(&known_as, &app.address(API_URL), app.plain_http())
                .ok_or(InstallRefusal::Unreadable)?,
            secrets: Some(app.registered()?.secrets.clone()),
            tokens: Tokens::endless(granted.access_token, names),
        })
    }
}

/// Longest store number taken, in digits.
const STORE_DIGITS_LIMIT: usize = 19;

/// As eCom wants it, with the newest secret.
fn known_as(app: &shop::App, journey: &Journey) -> Result<App, InstallRefusal> {
    let RegisteredApp { client_id, secrets } = app.registered()?;
    Ok(App {
        client_id: client_id.clone(),
        client_secret: secrets.newest().clone(),
        redirect_uri: journey.callback.clone(),
    })
}

fn state(journey: &Journey) -> Result<State, InstallRefusal> {
    State::new(journey.state.expose_secret()).ok_or(InstallRefusal::NotAuthentic)
}
