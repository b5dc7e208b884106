//! Linking a shop whose credentials are at hand.

use proto::connect as wire;
use retail::ConnectionId;
use secrecy::SecretString;
use service::refusal::{bad_field, precondition, unavailable};
use shop::{ApiAccess, Connection, LiveSecrets, PlainHttp, ShopUrl};
use tonic::Status;

use super::answer::connection_into;
use super::settings::change_from;
use super::{Management, retailer_from};
use crate::linking::{LinkError, LinkedShop};
use crate::store::{Asked, Terms};

impl Management {
    pub(super) async fn link_shop(
        &self,
        request: wire::LinkRequest,
    ) -> Result<wire::LinkResponse, Status> {
        let (candidate, terms) = self.candidate(request)?;
        let store = self.linker.who_is(&candidate).await?;
        let asked = Asked::of_call("Connections.Link", candidate.retailer, self.clock.now());
        let linked = self
            .linker
            .make_live(asked, &candidate, &store, None, &terms)
            .await?;
        let LinkedShop { stored, was_known } = linked;
        Ok(wire::LinkResponse {
            connection: Some(connection_into(&stored)),
            reconnected: was_known,
        })
    }

    /// The connection as it is, if the shop was never linked before.
    fn candidate(&self, request: wire::LinkRequest) -> Result<(Connection, Terms), Status> {
        let wire::LinkRequest {
            retailer_id,
            shop_url,
            key,
            secret,
            signing_secrets,
            allow_plain_http,
            settings,
            check_acknowledged,
            another_shop_confirmed,
        } = request;
        let url = ShopUrl::new(&shop_url).map_err(|error| bad_field("shop_url", error))?;
        let plain_http = if allow_plain_http {
            PlainHttp::Allowed
        } else {
            PlainHttp::Refused
        };
        let api = ApiAccess::new(url, key.into(), secret.into(), plain_http)
            .map_err(|error| bad_field("shop_url", error))?;
        let secrets = signing_secrets.into_iter().map(SecretString::from);
        let secrets = LiveSecrets::new(secrets.collect())
            .map_err(|error| bad_field("signing_secrets", error))?;
        let candidate = Connection {
            id: ConnectionId::new(self.ids.next()),
            retailer: retailer_from(&retailer_id)?,
            platform: self.platform.code(),
            secrets,
            api: Some(api),
        };
        let terms = Terms {
            settings: change_from(settings.unwrap_or_default())?,
            check_acknowledged,
            another_shop_confirmed,
        };
        Ok((candidate, terms))
    }
}

impl From<LinkError> for Status {
    fn from(error: LinkError) -> Self {
        let told = error.to_string();
        match error {
            LinkError::NoAccess(_) => precondition("no_access", "shop", &told),
            LinkError::NoShop(_) => precondition("not_a_shop", "shop", &told),
            LinkError::Insecure { .. } => precondition("insecure", "shop", &told),
            LinkError::NotChecked(_) => precondition("not_checked", "catalogue", &told),
            LinkError::AnotherShop { .. } => precondition("another_shop", "shop", &told),
            LinkError::StockSide => {
                precondition("stock_side_not_acknowledged", "connection", &told)
            }
            LinkError::NoRegister => bad_field("settings.register_id", told),
            LinkError::Away(_) | LinkError::Silent => unavailable(&told),
            LinkError::Plan(error) => error.into(),
            LinkError::Store(error) => error.into(),
        }
    }
}
