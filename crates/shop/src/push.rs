//! What a platform must be able to be told: products, prices, stock and images.

use std::time::Duration;

use async_trait::async_trait;
use retail::listing::{Change, ImageHash, Listing, Ownership, ShopListing, ShopProductId, Terms};
use retail::{ItemId, ProductId, ShopVariantId, Sku};
use uuid::Uuid;

use crate::{Connection, FetchError, PageToken};

/// One platform's shops, as the POS speaks to them.
///
/// Every call may be repeated: killed between the shop's doing and our record, the same call ends in the same
/// state. Who calls may write to a shop from one place at a time; reading is free.
///
/// An `Err` of a call is the whole call's: nothing is known of any of its rows, and each may have been done. What the
/// shop says of one row stands in its [`Outcome`] and holds up no other: a batch that the shop refuses whole for one
/// row is cut in half until the bad row stands alone.
#[async_trait]
pub trait Push: Send + Sync + 'static {
    /// What the platform has, and how much of it fits.
    fn bounds(&self) -> &'static Bounds;

    /// Whether the shop itself holds a figure of stock against what it has, or adds to it. Where it can only be set, a
    /// row is read just before, and what buyers take in between is overwritten; a row that has what is wanted and
    /// expected is told nothing.
    fn compares(&self) -> bool {
        true
    }

    /// Whether a row of stock that is told again under its key is known to the shop to have been done, whatever was sold
    /// since and whichever rows it is told with: then [`StockOutcome::Stale`] says that it was not.
    fn keeps_keys(&self) -> bool {
        false
    }

    /// Whether a row of stock that has an expected figure is added to what the shop has, whatever that is. One that is done
    /// proves nothing of the figure then, and what became of one of which nobody heard is asked with [`Push::recall`].
    fn adds(&self) -> bool {
        false
    }

    /// Whether the platform has no switch for a single variant, so that one that is not to be sold stays where it is and
    /// must be told a stock of none until it is sold again.
    fn hides_variants_by_stock(&self) -> bool {
        false
    }

    /// Whether a single variant can show an image of its own. Where it cannot, who calls wants none of any
    /// ([`retail::listing::Variant::image`]).
    fn shows_variant_images(&self) -> bool {
        true
    }

    /// In what the shop counts.
    async fn terms(&self, to: To<'_>) -> Result<Terms, FetchError>;

    /// The shop's listings that say they are one of these products, or hold one of these SKUs. Equal SKUs are told
    /// by the shop's own rule; whoever asks compares again.
    async fn find(&self, to: To<'_>, sought: &Sought) -> Result<Vec<ShopListing>, FetchError>;

    /// These listings as they are now, with their stock; one that the shop has no more is not among them.
    async fn read(
        &self,
        to: To<'_>,
        products: &[ShopProductId],
    ) -> Result<Vec<ShopListing>, FetchError>;

    /// All of the shop's listings, a page at a time; `after` is what the page before gave.
    async fn pages(&self, to: To<'_>, after: Option<&PageToken>) -> Result<Listings, FetchError>;

    /// Makes a listing, hidden from buyers whatever is wanted (EC-8), and without stock, which follows. Whoever calls
    /// has looked for it with [`Push::find`].
    async fn create(
        &self,
        to: To<'_>,
        wanted: &Listing,
        ownership: &Ownership,
    ) -> Result<Outcome<ShopListing>, FetchError>;

    /// Changes listings; one outcome for each, in their order. What was done of one that is refused half-way is seen
    /// by reading it again.
    async fn change(
        &self,
        to: To<'_>,
        rows: &[ChangeRow],
    ) -> Result<Vec<Outcome<Changed>>, FetchError>;

    /// Tells stock; one outcome for each row, in their order. At most [`Bounds::stock_rows`].
    async fn set_stock(
        &self,
        to: To<'_>,
        rows: &[StockRow],
    ) -> Result<Vec<StockOutcome>, FetchError>;

    /// Asks under their keys what became of rows of which nobody heard, where the platform [`Push::adds`]; one outcome for
    /// each, in their order. At most [`Bounds::stock_rows`].
    async fn recall(&self, to: To<'_>, rows: &[StockRow]) -> Result<Vec<Recalled>, FetchError> {
        let _nobody_is_asked = to;
        Ok(vec![Recalled::Unknown; rows.len()])
    }

    /// Deletes listings; one that is not there is deleted.
    async fn delete(
        &self,
        to: To<'_>,
        products: &[ShopProductId],
    ) -> Result<Vec<Outcome<()>>, FetchError>;
}

/// The shop that is spoken to, and what every call waits for.
#[derive(Clone, Copy)]
pub struct To<'a> {
    pub connection: &'a Connection,
    /// What [`Push::terms`] said last. Anything in a call that only asks for them.
    pub terms: Option<&'a Terms>,
    pub purse: &'a dyn Purse,
}

/// What may be asked of the shop. Each request waits for what it costs before it is sent.
#[async_trait]
pub trait Purse: Send + Sync {
    /// Waits for `units` in the platform's own count ([`crate::Allowance`]).
    async fn spend(&self, units: u32) -> Result<(), FetchError>;

    /// What the shop says a request has cost beyond what was spent, or less.
    fn settle(&self, spent: u32, cost: u32);

    /// The shop refused for haste: nobody asks it before that time.
    fn refused(&self, wait: Duration);
}

/// What a platform's listings hold, and how many rows a call takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Most options of a product.
    pub options: usize,
    /// Most variants of a product.
    pub variants: usize,
    /// Most characters of a title.
    pub title: usize,
    /// Most characters of a SKU.
    pub sku: usize,
    /// Most images of a product.
    pub images: usize,
    /// Most bytes of an image.
    pub image_bytes: u64,
    /// Most products of [`Push::change`].
    pub change_rows: usize,
    /// Most rows of [`Push::set_stock`].
    pub stock_rows: usize,
    /// Most products of [`Push::read`], [`Push::delete`], and of either list of [`Sought`].
    pub read_rows: usize,
    /// The fields that the platform has no place for.
    pub lacks: &'static [retail::listing::Field],
}

/// What is looked for in a shop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// As the shop's own note of our id has it.
    pub products: Vec<ProductId>,
    pub skus: Vec<Sku>,
}

/// A page of what a shop has.
#[derive(Clone, Debug)]
pub struct Listings {
    pub listings: Vec<ShopListing>,
    /// `None` on the last page.
    pub next: Option<PageToken>,
}

/// What is to change of one listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRow {
    /// As the shop had it when the change was reckoned.
    pub shop: ShopListing,
    /// All that is wanted: some platforms must be told more than what differs.
    pub wanted: Listing,
    pub change: Change,
}

/// What a change made in the shop that it did not have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Ids of variants that were added, and those that now go by another id.
    pub variants: Vec<(ItemId, ShopVariantId, Option<Box<str>>)>,
    /// Ids of images that were added.
    pub images: Vec<(ImageHash, Box<str>)>,
}

/// The stock of one variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockRow {
    pub product: ShopProductId,
    pub variant: ShopVariantId,
    /// What its stock is known by, where that is something else.
    pub stock_id: Option<Box<str>>,
    /// What the shop has if there is no order that we do not know; `None`: it is to be told without a comparison, the
    /// first time.
    pub expected: Option<i64>,
    /// Whole units, not below zero.
    pub wanted: i64,
    /// The same intent has the same key, also after a crash.
    pub key: Uuid,
}

/// What became of a row of stock of which nobody heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recalled {
    Done,
    /// Nor will it be: its key is used up.
    NotDone,
    /// It may yet be done: it is asked again.
    Unknown,
}

/// What became of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<T> {
    Done(T),
    /// The shop has no such listing, or no such variant (EC-7).
    Missing,
    /// The shop does not take it as it is. A person has to act, or the row has to change.
    Refused(Refusal),
}

/// What became of a row of stock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StockOutcome {
    /// The shop has what was wanted, but for what it sold since.
    Set,
    /// The shop has something else than was expected, and was told nothing.
    Stale {
        found: i64,
    },
    Missing,
    /// It may have been done, or not: it has to be read.
    Unsure,
    Refused(Refusal),
}

/// Why a shop does not take a row, in words for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub why: PushReason,
    /// What the shop says, shortened; no secret and nothing personal.
    pub says: Box<str>,
}

/// What a person can do about a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushReason {
    /// Another product of the shop has this SKU.
    SkuTaken,
    /// Another product of the shop has this name.
    TitleTaken,
    /// Another product of the shop has this barcode.
    BarcodeTaken,
    /// The shop could not fetch an image, or does not take it.
    Image,
    /// The plan of the shop takes no more products.
    PlanLimit,
    /// More variants, options or images than fit.
    TooMany,
    /// The shop does not count the stock of this.
    NotCounted,
    /// Its stock cannot be set: it is made of others'.
    NotSettable,
    /// A value is not one that the shop takes.
    Invalid,
    /// The connection may not do this.
    NotAllowed,
}

impl PushReason {
    /// As rows and wires name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SkuTaken => "sku_taken",
            Self::TitleTaken => "title_taken",
            Self::BarcodeTaken => "barcode_taken",
            Self::Image => "image_refused",
            Self::PlanLimit => "plan_limit",
            Self::TooMany => "too_many",
            Self::NotCounted => "not_counted",
            Self::NotSettable => "not_settable",
            Self::Invalid => "invalid",
            Self::NotAllowed => "not_allowed",
        }
    }
}
