//! Installs for people and programs: begin one, and ask what became of it.

use jiff::Timestamp;
use proto::connect as wire;
use proto::convert::instant_into;
use retail::RetailerId;
use service::refusal::{bad_field, not_found, not_in_plan, precondition, unavailable};
use shop::{InstallRefusal, PlainHttp};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::Installer;
use super::begin::Begun;
use super::refusal::Refusal;
use crate::linking::LinkedShop;
use crate::management::change_from;
use crate::store::{Install, InstallKey, InstallStep, Terms};

#[tonic::async_trait]
impl wire::installs_server::Installs for Installer {
    async fn begin_install(
        &self,
        request: Request<wire::BeginInstallRequest>,
    ) -> Result<Response<wire::BeginInstallResponse>, Status> {
        let wire::BeginInstallRequest {
            retailer_id,
            shop,
            allow_plain_http,
            settings,
            check_acknowledged,
            another_shop_confirmed,
        } = request.into_inner();
        let terms = terms_from(settings, check_acknowledged, another_shop_confirmed)?;
        let plain_http = if allow_plain_http {
            PlainHttp::Allowed
        } else {
            PlainHttp::Refused
        };
        let retailer = retailer_from(&retailer_id)?;
        let begun = self.begin(retailer, &shop, plain_http, terms);
        let Begun {
            id,
            address,
            expires_at,
        } = begun.await?;
        Ok(Response::new(wire::BeginInstallResponse {
            install_id: id.to_string(),
            address,
            expires_at: Some(instant_into(expires_at)),
        }))
    }

    async fn link_own_shop(
        &self,
        request: Request<wire::LinkOwnShopRequest>,
    ) -> Result<Response<wire::LinkOwnShopResponse>, Status> {
        let wire::LinkOwnShopRequest {
            retailer_id,
            shop,
            settings,
            check_acknowledged,
            another_shop_confirmed,
        } = request.into_inner();
        let terms = terms_from(settings, check_acknowledged, another_shop_confirmed)?;
        let retailer = retailer_from(&retailer_id)?;
        let LinkedShop { stored, was_known } = self.link_own(retailer, &shop, &terms).await?;
        Ok(Response::new(wire::LinkOwnShopResponse {
            linked: Some(wire::InstallLinked {
                connection_id: stored.connection.id.to_string(),
                reconnected: was_known,
            }),
        }))
    }

    async fn get_install(
        &self,
        request: Request<wire::GetInstallRequest>,
    ) -> Result<Response<wire::GetInstallResponse>, Status> {
        let wire::GetInstallRequest {
            retailer_id,
            install_id,
        } = request.into_inner();
        let retailer = retailer_from(&retailer_id)?;
        let id: Uuid = install_id
            .parse()
            .map_err(|_| bad_field("install_id", "is not a UUID"))?;
        let found = self.store.install(InstallKey::Id(id)).await?;
        let install = found
            .filter(|install| install.retailer == retailer)
            .ok_or_else(|| not_found("install", &install_id))?;
        Ok(Response::new(wire::GetInstallResponse {
            install: Some(install_into(install, self.clock.now())),
        }))
    }
}

fn install_into(install: Install, now: Timestamp) -> wire::Install {
    let Install {
        id,
        retailer,
        begun_by: _,
        shop,
        plain_http: _,
        terms: _,
        step,
        browser: _,
        begun_at,
        expires_at,
        sent_at,
        returned_at,
        ended_at,
    } = install;
    let is_over = expires_at <= now;
    let (step, outcome) = match step {
        InstallStep::Begun | InstallStep::Sent | InstallStep::Returned if is_over => {
            (wire::InstallStep::Expired, None)
        }
        InstallStep::Begun => (wire::InstallStep::Begun, None),
        InstallStep::Sent => (wire::InstallStep::Sent, None),
        InstallStep::Returned => (wire::InstallStep::Returned, None),
        InstallStep::Linked {
            connection,
            was_known,
        } => {
            let linked = wire::InstallLinked {
                connection_id: connection.to_string(),
                reconnected: was_known,
            };
            (
                wire::InstallStep::Linked,
                Some(wire::install::Outcome::Linked(linked)),
            )
        }
        InstallStep::Refused { code, detail } => {
            let refused = wire::InstallRefused { code, detail };
            (
                wire::InstallStep::Refused,
                Some(wire::install::Outcome::Refused(refused)),
            )
        }
    };
    wire::Install {
        install_id: id.to_string(),
        retailer_id: retailer.to_string(),
        shop: shop.to_string(),
        step: step.into(),
        begun_at: Some(instant_into(begun_at)),
        expires_at: Some(instant_into(expires_at)),
        sent_at: sent_at.map(instant_into),
        returned_at: returned_at.map(instant_into),
        ended_at: ended_at.map(instant_into),
        outcome,
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        let told = refusal.to_string();
        match refusal {
            Refusal::Shop(InstallRefusal::NotAShop) => bad_field("shop", told),
            Refusal::Ours => unavailable(&told),
            Refusal::NotInPlan { what, plan } => not_in_plan(&what.to_string(), &plan, &told),
            Refusal::Shop(_)
            | Refusal::Unknown
            | Refusal::Used
            | Refusal::Expired
            | Refusal::OtherBrowser
            | Refusal::NoAccess
            | Refusal::NoRegister
            | Refusal::NotChecked(_)
            | Refusal::AnotherShop(_)
            | Refusal::StockSide => precondition(refusal.code(), "shop", &told),
        }
    }
}

fn terms_from(
    settings: Option<wire::SettingsChange>,
    check_acknowledged: bool,
    another_shop_confirmed: bool,
) -> Result<Terms, Status> {
    Ok(Terms {
        settings: settings.map(change_from).transpose()?.unwrap_or_default(),
        check_acknowledged,
        another_shop_confirmed,
    })
}

fn retailer_from(text: &str) -> Result<RetailerId, Status> {
    text.parse()
        .map_err(|_| bad_field("retailer_id", "is not a UUID"))
}
