//! The ledger's answers as they are shown, and as `--json` prints them. This shape is an
//! interface: fields are added, never renamed. Made from wire types by full destructuring.

mod audit;
mod catalogue;
mod chain;
mod check;
mod connection;
mod customer;
mod drift;
mod fulfilment;
mod fulfilment_act;
mod import;
mod install;
mod invoice;
mod kept;
mod kit;
mod level;
mod level_as_of;
mod link;
mod movement;
mod parked;
mod plan;
mod product;
mod push;
mod register;
mod report;
mod sale;
mod sheet;
mod stock;
mod stock_take;
mod till;
mod token;
mod transfer;
mod value;
mod waiting;

pub(crate) use audit::{AuditEntry, Audited};
pub(crate) use catalogue::Catalogue;
pub(crate) use chain::{ChainPart, chain_kind, hash_from};
pub(crate) use check::Check;
pub(crate) use connection::{Linked, LinkedNow, Parting};
pub(crate) use customer::{
    Customer, CustomerMerge, Erased, HeldOfPerson, Merged, Person, PrivacyRequest, PrivacySubject,
};
pub(crate) use drift::{DriftEntry, RefusedRepair};
pub(crate) use fulfilment::FulfilmentEntry;
pub(crate) use fulfilment_act::FulfilmentAct;
pub(crate) use import::{Import, KeptOrder, PlannedLevel};
pub(crate) use install::Installed;
pub(crate) use invoice::{Invoice, Invoiced};
pub(crate) use kept::{Kept, Raw};
pub(crate) use kit::{Kit, KitPart, MovedKit};
pub(crate) use level::{Explanation, Level};
pub(crate) use level_as_of::LevelAsOf;
pub(crate) use link::{ItemLink, LinkFileError, LinksImported, ProductLink};
pub(crate) use movement::{Delivery, Movement};
pub(crate) use parked::ParkedOrder;
pub(crate) use plan::{Integrations, Plan, RetailerPlan};
pub(crate) use product::{BulkDone, ListedProduct, Product, ShopSettings};
pub(crate) use push::{PushStatus, PushedListing, ToldShop};
pub(crate) use register::{Applied, Closure, PaymentTypes, Register, Session};
pub(crate) use report::{ProductReport, ReportedKind, ReportedProduct};
pub(crate) use sale::{Payment, Sale, SaleLine};
pub(crate) use sheet::Spreadsheet;
pub(crate) use stock::{OversoldLevel, StockEntry, cause};
pub(crate) use stock_take::{StockTake, StockTakeLine};
pub(crate) use till::TillLine;
pub(crate) use token::{NewToken, Token};
pub(crate) use transfer::Transfer;
pub(crate) use value::{Amount, Number};
pub(crate) use waiting::{
    HeldOrder, LineDifference, LineFigures, ParkedEntry, Retried, RetriedAll, SaleFigures, outcome,
};
