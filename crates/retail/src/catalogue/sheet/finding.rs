//! What is wrong with a cell, told so that whoever has the sheet open finds and mends it.

use super::number::NumberError;
use crate::catalogue::{ProductError, TaxRateError};
use crate::{Currency, TextError};

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// As the spreadsheet counts: its first row, with the names of the columns, is 1.
    pub row: u32,
    /// Its place, counted from 0; `None`: the whole row.
    pub column: Option<usize>,
    pub problem: Problem,
}

/// What a file's reader found in a cell that is no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The spreadsheet made a date of it.
    Date,
    /// A number of more digits than a spreadsheet keeps.
    Rounded,
    /// A formula that has no result.
    Formula,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("is a date; format the column as text and write it again")]
    Date,
    #[error(
        "is a number with more digits than a spreadsheet keeps; format the column as text and write it again"
    )]
    Rounded,
    #[error("is a formula without a result")]
    Formula,
    #[error(
        "was made a number by a spreadsheet, and its digits are lost; format the column as text and write it again"
    )]
    Scientific,
    #[error("is {0} without the zeros before it; format the column as text and write it again")]
    ZerosLost(String),
    #[error(transparent)]
    Number(#[from] NumberError),
    #[error("is below zero")]
    BelowZero,
    #[error("is neither yes nor no")]
    NotYesOrNo,
    #[error("is no id: leave it empty for what is new")]
    BadId,
    #[error(transparent)]
    Text(#[from] TextError),
    #[error("has {length} bytes, more than {limit}")]
    TooLong { length: usize, limit: usize },
    #[error("has more than {0} tags")]
    TooManyTags(usize),
    #[error("is no currency that is known")]
    UnknownCurrency,
    #[error("is in another currency: say what it costs in {0}")]
    PriceOfOtherCurrency(Currency),
    #[error(transparent)]
    Tax(#[from] TaxRateError),
    #[error("cannot be cleared")]
    CannotClear,
    #[error("is missing")]
    Missing,
    #[error("is said, but not all three sizes of the parcel are")]
    HalfAParcel,
    #[error("says otherwise than row {0}, and is of the same product")]
    Differs(u32),
    #[error("option {0} is missing")]
    OptionMissing(usize),
    #[error("has a value, but the product has no such option")]
    ValueWithoutOption,
    #[error("{0}")]
    Product(ProductError),
    #[error("the product was changed since the sheet was written: it is at revision {0}")]
    ChangedSince(i64),
    #[error("there is no such item")]
    UnknownItem,
    #[error("there is no such product: leave it empty for a new one")]
    UnknownProduct,
    #[error("is of another product than the row's item")]
    OtherProduct,
    #[error("the product is deleted")]
    Deleted,
    #[error("is the same item as row {0}")]
    RowTwice(u32),
    #[error("has the SKU of row {0}")]
    SkuTwice(u32),
    #[error("is the SKU of another item")]
    SkuTaken,
    #[error("is the SKU of several items")]
    SkuAmbiguous,
    #[error("has the handle of rows that are of different products")]
    HandleAmbiguous,
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Date => Self::Date,
            Fault::Rounded => Self::Rounded,
            Fault::Formula => Self::Formula,
        }
    }
}

impl Problem {
    /// A short name for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Rounded => "rounded",
            Self::Formula => "formula",
            Self::Scientific => "scientific",
            Self::ZerosLost(_) => "zeros_lost",
            Self::Number(NumberError::NotANumber) => "not_a_number",
            Self::Number(NumberError::Ambiguous) => "ambiguous_number",
            Self::Number(NumberError::TooPrecise(_)) => "too_precise",
            Self::Number(NumberError::TooLarge) => "too_large",
            Self::BelowZero => "below_zero",
            Self::NotYesOrNo => "not_yes_or_no",
            Self::BadId => "bad_id",
            Self::Text(_) => "bad_text",
            Self::TooLong { .. } => "too_long",
            Self::TooManyTags(_) => "too_many_tags",
            Self::UnknownCurrency => "unknown_currency",
            Self::PriceOfOtherCurrency(_) => "price_of_other_currency",
            Self::Tax(_) => "bad_tax",
            Self::CannotClear => "cannot_clear",
            Self::Missing => "missing",
            Self::HalfAParcel => "half_a_parcel",
            Self::Differs(_) => "differs",
            Self::OptionMissing(_) => "option_missing",
            Self::ValueWithoutOption => "value_without_option",
            Self::Product(_) => "no_product",
            Self::ChangedSince(_) => "changed_since",
            Self::UnknownItem => "unknown_item",
            Self::UnknownProduct => "unknown_product",
            Self::OtherProduct => "other_product",
            Self::Deleted => "product_deleted",
            Self::RowTwice(_) => "row_twice",
            Self::SkuTwice(_) => "sku_twice",
            Self::SkuTaken => "sku_taken",
            Self::SkuAmbiguous => "sku_ambiguous",
            Self::HandleAmbiguous => "handle_ambiguous",
        }
    }
}
