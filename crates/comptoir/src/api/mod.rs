//! The ledger, asked over gRPC.

mod access;
mod audit;
mod catalog;
mod catalogue;
mod chain;
mod connections;
mod customers;
mod deliveries;
mod drift;
mod error;
mod fulfilment;
mod import;
mod invoices;
mod kits;
mod links;
mod parked;
mod plans;
mod privacy;
mod push;
mod registers;
mod reports;
mod sales;
mod sheets;
mod stock;
mod stock_takes;
mod stock_work;
mod till;
mod transfers;
mod verify;
mod waiting;

use std::time::Duration;

use retail::RetailerId;
use service::access::{Authorized, Bearer};
use tonic::transport::Endpoint;

pub(crate) use audit::AuditLog;
pub(crate) use catalog::{BulkAsked, Catalog};
pub(crate) use drift::RepairAnswer;
pub(crate) use error::ApiError;
pub(crate) use import::{Ingest, Ingests};
pub(crate) use push::{ListingsAsked, ToldAsked};
pub(crate) use reports::ReportQuery;
pub(crate) use sales::{SaleKey, SalesQuery};
pub(crate) use sheets::SheetBegun;
pub(crate) use stock_work::Lines;
pub(crate) use transfers::{TransferSent, TransfersQuery};
pub(crate) use waiting::{OrderOfShop, ParkedQuery, ShopProduct};

/// For a connection to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// For one answer; verifying a large ledger takes its time.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(5);
/// Largest answer, in bytes: 500 sales with their lines are far below.
const MAX_ANSWER_BYTES: usize = 32 << 20;
/// Things asked for at once when all are wanted.
const PAGE_SIZE: i32 = 500;
/// Pages read when all are wanted.
const MAX_PAGES: usize = 2_000;

/// A part of a list, and where the next part begins.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) rows: Vec<T>,
    /// `None` after the last part.
    pub(crate) next: Option<String>,
}

/// The ledger's API, on behalf of one retailer.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    channel: Authorized,
    target: String,
    retailer: RetailerId,
}

impl Ledger {
    pub(crate) async fn connect(
        target: &str,
        bearer: Bearer,
        retailer: RetailerId,
    ) -> Result<Self, ApiError> {
        let endpoint = Endpoint::from_shared(target.to_owned())
            .map_err(|error| ApiError::unreachable(target, error))?
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT);
        let channel = endpoint
            .connect()
            .await
            .map_err(|error| ApiError::unreachable(target, error))?;
        Ok(Self {
            channel: bearer.on(channel),
            target: target.to_owned(),
            retailer,
        })
    }

    fn refused(&self, status: &tonic::Status) -> ApiError {
        ApiError::from_status(&self.target, status)
    }

    fn retailer_id(&self) -> String {
        self.retailer.to_string()
    }
}

impl<T> Page<T> {
    /// What was answered, in our own types.
    fn read<W>(rows: Vec<W>, token: String) -> Result<Self, T::Error>
    where
        T: TryFrom<W>,
    {
        let rows = rows.into_iter().map(T::try_from);
        Ok(Self::new(rows.collect::<Result<_, _>>()?, token))
    }

    fn new(rows: Vec<T>, token: String) -> Self {
        Self {
            rows,
            next: (!token.is_empty()).then_some(token),
        }
    }
}
