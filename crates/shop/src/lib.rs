//! What a shop platform is, seen from the runtime that serves it.
//!
//! A [`Platform`] proves that a delivery comes from the shop ([`Platform::verify`]), reads a payload
//! into the canonical order ([`Platform::read`], pure), asks the shop for an order ([`Platform::fetch`]) and
//! for what orders there are ([`Platform::list`]), and keeps its webhooks ([`Platform::ensure_hooks`]). How its shops let us in is [`Install`]. Everything else, from the webhook to the broker, is the same for all of them.
//!
//! # What this crate does not know
//!
//! - **No platform.** No shop system is named here; a platform's code comes from its own crate.
//! - **No broker, no storage, no HTTP server.** That is the runtime's part.
//! - **No judgement of an order.** What a snapshot does to a sale is decided by `retail` in the ledger.

mod allowance;
pub mod amount;
#[cfg(feature = "conformance")]
pub mod conformance;
mod connection;
mod content;
mod fetch;
mod hooks;
mod import_rules;
mod install;
mod listing;
mod notice;
mod outline;
mod platform;
pub mod push;
mod reading;
mod shipping_item;
#[cfg(feature = "sim")]
pub mod sim;
mod store;

pub use allowance::{Allowance, Allowances};
pub use connection::{
    ApiAccess, Connection, ConnectionError, LiveSecrets, PlainHttp, ShopUrl, ShopUrlError,
};
pub use content::content_hash;
pub use fetch::FetchError;
pub use hooks::{HookAddress, HookReport};
pub use import_rules::ImportRules;
pub use install::{
    Agreement, Answer, App, Granted, Install, InstallRefusal, Journey, Opened, Proof,
    RegisteredApp, RenewError, Returned, ShopName, Tokens, Vault, VaultError,
};
pub use listing::{Listed, Listing, Page, PageToken};
pub use notice::{Notice, Refused, Topic};
pub use outline::{outline, outline_of_unreadable};
pub use platform::Platform;
pub use reading::{PrivacyKind, PrivacySubject, Reading, Reason, Refusal, ShopEvent, Source};
pub use shipping_item::ShippingItem;
pub use store::StoreIdentity;
