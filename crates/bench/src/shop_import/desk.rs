//! Imports, asked for over gRPC as the command line does: of the ingest service, and of the ledger that takes them
//! back. Services may be down meanwhile; every call can be repeated.

use anyhow::Context as _;
use proto::connect::connections_client::ConnectionsClient;
use proto::connect::imports_client::ImportsClient;
use proto::connect::{self as wire, ImportKind};
use proto::ledger;
use proto::ledger::imports_client::ImportsClient as LedgerImportsClient;
use service::access::Authorized;
use shop::sim::Access;
use test_kit::world;
use tonic::{Code, Response};
use uuid::Uuid;

use crate::simulated::{ShopSystem, SimulatedShop, patiently};

/// The most that the services give in one page.
const PAGE_SIZE: i32 = 500;

/// The way to one connection's imports.
#[derive(Clone)]
pub struct Desk {
    ingest: Authorized,
    ledger: Authorized,
    connection: Uuid,
}

impl Desk {
    pub fn at(system: &ShopSystem, shop: &SimulatedShop) -> anyhow::Result<Self> {
        let ingest = system.ingest_grpc_url(shop.platform)?;
        Ok(Self {
            ingest: system.as_operator(ingest)?,
            ledger: system.ledger_channel()?,
            connection: shop.connection,
        })
    }

    /// As an operator does.
    pub async fn allow(&self) -> anyhow::Result<()> {
        let request = wire::SetImportEntitlementRequest {
            retailer_id: world::RETAILER.to_string(),
            connection_id: self.connection.to_string(),
            entitled: true,
        };
        patiently(async || self.imports().set_import_entitlement(request.clone()).await).await?;
        Ok(())
    }

    pub async fn start(&self, import: Uuid, kind: ImportKind) -> anyhow::Result<()> {
        let request = wire::StartImportRequest {
            retailer_id: world::RETAILER.to_string(),
            connection_id: self.connection.to_string(),
            import_id: import.to_string(),
            kind: kind.into(),
            since: None,
        };
        patiently(async || self.imports().start_import(request.clone()).await).await?;
        Ok(())
    }

    pub async fn job(&self, import: Uuid) -> anyhow::Result<wire::ImportJob> {
        let request = wire::GetImportJobRequest {
            retailer_id: world::RETAILER.to_string(),
            import_id: import.to_string(),
        };
        let answer = patiently(async || self.imports().get_import_job(request.clone()).await);
        answer.await?.job.context("an answer without an import")
    }

    pub async fn commit(&self, import: Uuid) -> anyhow::Result<()> {
        let request = wire::CommitImportRequest {
            retailer_id: world::RETAILER.to_string(),
            import_id: import.to_string(),
        };
        patiently(async || self.imports().commit_import(request.clone()).await).await?;
        Ok(())
    }

    /// Every order of the plan.
    pub async fn planned_orders(&self, import: Uuid) -> anyhow::Result<Vec<wire::PlannedOrder>> {
        let (mut orders, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = wire::ListPlannedOrdersRequest {
                retailer_id: world::RETAILER.to_string(),
                import_id: import.to_string(),
                page_size: PAGE_SIZE,
                page_token,
                ..wire::ListPlannedOrdersRequest::default()
            };
            let page =
                patiently(async || self.imports().list_planned_orders(request.clone()).await);
            let page = page.await?;
            orders.extend(page.orders);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(orders);
            }
        }
    }

    /// All that the plan does to stock.
    pub async fn planned_levels(&self, import: Uuid) -> anyhow::Result<Vec<wire::PlannedLevel>> {
        let (mut levels, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = wire::ListPlannedLevelsRequest {
                retailer_id: world::RETAILER.to_string(),
                import_id: import.to_string(),
                page_size: PAGE_SIZE,
                page_token,
                ..wire::ListPlannedLevelsRequest::default()
            };
            let page =
                patiently(async || self.imports().list_planned_levels(request.clone()).await);
            let page = page.await?;
            levels.extend(page.levels);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(levels);
            }
        }
    }

    /// What the ledger has taken of it; nothing before it has begun there.
    pub async fn counts(&self, import: Uuid) -> anyhow::Result<ledger::ImportCounts> {
        let request = ledger::GetImportRequest {
            retailer_id: world::RETAILER.to_string(),
            import_id: import.to_string(),
        };
        let answer =
            patiently(
                async || match self.ledger_imports().get_import(request.clone()).await {
                    Err(status) if status.code() == Code::NotFound => {
                        Ok(Response::new(ledger::GetImportResponse::default()))
                    }
                    answer => answer,
                },
            );
        let import = answer.await?.import.unwrap_or_default();
        Ok(import.counts.unwrap_or_default())
    }

    /// Takes back the next orders; how many are left.
    pub async fn undo(&self, import: Uuid) -> anyhow::Result<i64> {
        let request = ledger::UndoImportRequest {
            retailer_id: world::RETAILER.to_string(),
            import_id: import.to_string(),
        };
        let answer = patiently(async || self.ledger_imports().undo_import(request.clone()).await);
        Ok(answer.await?.remaining)
    }

    /// Parts with the shop and links it again; whether it has its connection back.
    pub async fn relink(&self, shop: &SimulatedShop) -> anyhow::Result<bool> {
        let mut connections = ConnectionsClient::new(self.ingest.clone());
        let request = wire::DisconnectRequest {
            retailer_id: world::RETAILER.to_string(),
            connection_id: self.connection.to_string(),
            confirmed: true,
        };
        connections.disconnect(request).await?;
        let Access {
            secret,
            shop_url,
            key,
            key_secret,
        } = shop.runner.shop().access();
        let request = wire::LinkRequest {
            retailer_id: world::RETAILER.to_string(),
            shop_url,
            key,
            secret: key_secret,
            signing_secrets: vec![secret],
            allow_plain_http: true,
            // What holds for a first link and for another shop is not asked of the same one.
            settings: None,
            check_acknowledged: false,
            another_shop_confirmed: false,
        };
        let linked = connections.link(request).await?.into_inner();
        let connection = linked.connection.context("an answer without connection")?;
        Ok(linked.reconnected && connection.connection_id == self.connection.to_string())
    }

    fn imports(&self) -> ImportsClient<Authorized> {
        ImportsClient::new(self.ingest.clone())
    }

    fn ledger_imports(&self) -> LedgerImportsClient<Authorized> {
        LedgerImportsClient::new(self.ledger.clone())
    }
}
