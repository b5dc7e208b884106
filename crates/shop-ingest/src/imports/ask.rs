//! The ledger's side of imports.

use std::time::Duration;

use proto::ledger as wire;
use proto::ledger::imports_client::ImportsClient;
use proto::order::OrderMessage;
use retail::ImportId;
use service::access::Authorized;
use shop::Connection;
use tonic::{Code, Status};

use crate::chore::Trouble;
use crate::ledger::LedgerWay;

/// For one answer: a preview books a page of orders in the mind.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// The way to the ledger's imports.
#[derive(Clone, Debug)]
pub(crate) struct LedgerImports {
    imports: Option<ImportsClient<Authorized>>,
}

impl LedgerImports {
    /// Connects when it is first asked. Without an address nothing can be imported.
    pub(crate) fn at(way: &LedgerWay) -> Result<Self, tonic::transport::Error> {
        let channel = way.channel(ANSWER_TIMEOUT)?;
        Ok(Self {
            imports: channel.map(ImportsClient::new),
        })
    }

    pub(super) async fn preview(
        &self,
        connection: &Connection,
        orders: Vec<OrderMessage>,
    ) -> Result<wire::PreviewOrdersResponse, Trouble> {
        let request = wire::PreviewOrdersRequest {
            retailer_id: connection.retailer.to_string(),
            connection_id: connection.id.to_string(),
            orders,
        };
        answered(self.client()?.preview_orders(request).await)
    }

    /// Once or again.
    pub(super) async fn begin(
        &self,
        connection: &Connection,
        import: ImportId,
    ) -> Result<(), Trouble> {
        let request = wire::BeginImportRequest {
            retailer_id: connection.retailer.to_string(),
            connection_id: connection.id.to_string(),
            import_id: import.to_string(),
        };
        answered(self.client()?.begin_import(request).await).map(drop)
    }

    /// How many orders of it the ledger has taken.
    pub(super) async fn taken(
        &self,
        connection: &Connection,
        import: ImportId,
    ) -> Result<i64, Trouble> {
        let request = wire::GetImportRequest {
            retailer_id: connection.retailer.to_string(),
            import_id: import.to_string(),
        };
        let answer = answered(self.client()?.get_import(request).await)?;
        let wire::ImportCounts {
            made,
            changed,
            already_recorded,
            not_imported,
            held,
            parked,
            undone: _,
            kept: _,
        } = answer
            .import
            .and_then(|import| import.counts)
            .unwrap_or_default();
        Ok(made + changed + already_recorded + not_imported + held + parked)
    }

    pub(super) async fn complete(
        &self,
        connection: &Connection,
        import: ImportId,
    ) -> Result<(), Trouble> {
        let request = wire::CompleteImportRequest {
            retailer_id: connection.retailer.to_string(),
            import_id: import.to_string(),
        };
        answered(self.client()?.complete_import(request).await).map(drop)
    }

    /// An import that the ledger never heard of is cancelled as well as any.
    pub(super) async fn cancel(
        &self,
        connection: &Connection,
        import: ImportId,
    ) -> Result<(), Trouble> {
        let request = wire::CancelImportRequest {
            retailer_id: connection.retailer.to_string(),
            import_id: import.to_string(),
        };
        match self.client()?.cancel_import(request).await {
            Err(status) if status.code() == Code::NotFound => Ok(()),
            // It is complete or taken back there: nothing of it comes in any more but repeats.
            Err(status) if status.code() == Code::FailedPrecondition => Ok(()),
            answer => answered(answer).map(drop),
        }
    }

    fn client(&self) -> Result<ImportsClient<Authorized>, Trouble> {
        self.imports
            .clone()
            .ok_or(Trouble::Ledger(Code::Unavailable))
    }
}

/// A status' message may quote what was asked; its code does not.
fn answered<T>(answer: Result<tonic::Response<T>, Status>) -> Result<T, Trouble> {
    answer
        .map(tonic::Response::into_inner)
        .map_err(|status| Trouble::Ledger(status.code()))
}
