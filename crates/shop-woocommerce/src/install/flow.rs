//! The steps of linking, as the runtime walks them with any platform.

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::SecretString;
use shop::{
    Answer, ApiAccess, App, Granted, Install, InstallRefusal, Journey, Proof, Returned, ShopName,
    ShopUrl, Tokens,
};

use super::granted::SCOPE;
use super::{ApprovalError, FindError, Grant, GrantError, approval_url, find, granted};
use crate::WooCommerce;

#[async_trait]
impl Install for WooCommerce {
    /// Its address, as its visitors know it.
    fn shop(&self, typed: &str) -> Result<ShopName, InstallRefusal> {
        let url = ShopUrl::new(typed).map_err(|_| InstallRefusal::NotAShop)?;
        Ok(ShopName::new(url.as_str()))
    }

    fn authorize(&self, app: &App, journey: &Journey) -> Result<String, InstallRefusal> {
        let Journey {
            shop,
            state,
            callback,
            plain_http: _,
        } = journey;
        let shop = ShopUrl::new(shop.as_str()).map_err(|_| InstallRefusal::NotAShop)?;
        approval_url(&shop, &app.name, state, callback, callback)
            .map_err(|ApprovalError::PlainCallback| InstallRefusal::NoPublicAddress)
    }

    /// Proves nothing: the key has come by another way, or has not.
    fn returned(
        &self,
        _: &App,
        query: &[(String, String)],
        _: Timestamp,
    ) -> Result<Returned, InstallRefusal> {
        let only = |name: &str| {
            let mut values = query.iter().filter(|(known, _)| known == name);
            let (_, value) = values.next()?;
            values.next().is_none().then_some(value.as_str())
        };
        let state = only("user_id").ok_or(InstallRefusal::NotAuthentic)?;
        Ok(Returned {
            state: Some(state.into()),
            shop: None,
            answer: match only("success") {
                Some("1") => Answer::KeyPosted,
                Some(_) | None => Answer::Declined,
            },
        })
    }

    fn posted(&self, body: &[u8]) -> Result<SecretString, InstallRefusal> {
        granted::state(body).ok_or(InstallRefusal::NotAuthentic)
    }

    async fn redeem(
        &self,
        _: &App,
        journey: &Journey,
        proof: Proof,
        _: Timestamp,
    ) -> Result<Granted, InstallRefusal> {
        let body = match proof {
            Proof::Posted(body) => body,
            Proof::Agreement(_) => return Err(InstallRefusal::NotAuthentic),
        };
        let Grant { key, secret } =
            granted(&body, &journey.state).map_err(|error| match error {
                GrantError::Malformed | GrantError::NotAskedFor => InstallRefusal::NotAuthentic,
                GrantError::TooFewRights => InstallRefusal::RightsMissing(vec![SCOPE.to_owned()]),
            })?;
        let url = ShopUrl::new(journey.shop.as_str()).map_err(|_| InstallRefusal::NotAShop)?;
        find(self, &url).await.map_err(|error| match error {
            FindError::NoShop | FindError::NoWooCommerce => InstallRefusal::NotAShop,
            FindError::Away { why: _ } => InstallRefusal::Away,
            FindError::Insecure { why } => InstallRefusal::Insecure(why),
        })?;
        Ok(Granted {
            api: ApiAccess::new(url, key, secret.clone(), journey.plain_http)
                .map_err(|_| InstallRefusal::NotAShop)?,
            secrets: None,
            tokens: Tokens::endless(secret, vec![SCOPE.to_owned()]),
        })
    }

    fn missing_rights(&self, granted: &[String]) -> Vec<&'static str> {
        let has = granted.iter().any(|name| name == SCOPE);
        if has { Vec::new() } else { vec![SCOPE] }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use secrecy::ExposeSecret as _;
    use service::clock::{ManualClock, SequentialIds};

    use super::*;

    /// The state that came back, and what was said with it.
    fn came_back(query: &[(&str, &str)]) -> Result<(String, Answer), InstallRefusal> {
        let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        let platform = WooCommerce::new(clock, Arc::new(SequentialIds::default())).unwrap();
        let app = App {
            name: "Comptoir".to_owned(),
            registered: None,
            stand_in: None,
        };
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let query: Vec<_> = query.iter().map(owned).collect();
        let returned = platform.returned(&app, &query, Timestamp::UNIX_EPOCH)?;
        let state = returned.state.expect("it always comes back");
        Ok((state.expose_secret().to_owned(), returned.answer))
    }

    /// `observations/wc-auth`: the addresses a shop sent a browser back to.
    #[test]
    fn a_browser_comes_back_approved_or_declined() {
        let state = ("user_id", "etat-unique-8c1f");
        let (came, answer) = came_back(&[("success", "1"), state]).unwrap();
        assert_eq!(came, "etat-unique-8c1f");
        assert!(matches!(answer, Answer::KeyPosted));
        for query in [&[("success", "0"), state][..], &[state]] {
            let (came, answer) = came_back(query).unwrap();
            assert_eq!(came, "etat-unique-8c1f");
            assert!(matches!(answer, Answer::Declined), "{query:?}");
        }
        for query in [
            &[("success", "1")][..],
            &[("success", "1"), state, ("user_id", "x")],
            &[],
        ] {
            let refused = came_back(query).map(drop);
            assert_eq!(refused, Err(InstallRefusal::NotAuthentic), "{query:?}");
        }
    }

    #[test]
    fn a_state_is_asked_for_in_one_piece() {
        let body = include_bytes!("../../fixtures/storefront/wc-auth-callback.body");
        assert_eq!(
            granted::state(body).unwrap().expose_secret(),
            "etat-unique-8c1f"
        );
        for body in [&b"{}"[..], b"<html>", br#"{"user_id":""}"#] {
            assert!(granted::state(body).is_none());
        }
    }
}
