//! What can be typed about spreadsheets.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{ActArguments, FilterArguments};

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Spreadsheet {
    /// Write the catalogue into a file, a row for each variant, with where it is sold.
    Export(Box<ExportArguments>),
    /// Show what a file would change, or what is wrong with it. Nothing happens.
    Preview(ImportArguments),
    /// Let a file change the catalogue: all of it, or nothing where anything is wrong.
    Import(ImportArguments),
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ExportArguments {
    /// What ends in .xlsx is a workbook, anything else CSV.
    pub(crate) file: PathBuf,
    /// Between the cells of CSV.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) separator: Separator,
    /// Overwrite the file if it is there.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) filter: FilterArguments,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ImportArguments {
    /// What ends in .xlsx is a workbook, whose first sheet is read; anything else CSV.
    pub(crate) file: PathBuf,
    /// What stands before decimals; without it, a number that may be two is refused.
    #[arg(long, value_enum)]
    pub(crate) decimal: Option<DecimalMark>,
    /// Columns that are not known are not read.
    #[arg(long)]
    pub(crate) ignore_unknown: bool,
    /// Overwrite what was changed since the file was written.
    #[arg(long)]
    pub(crate) overwrite_newer: bool,
    /// The same file once more; otherwise one that was imported is not again.
    #[arg(long)]
    pub(crate) again: bool,
    /// How many changes and findings are shown.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: u32,
    #[command(flatten)]
    pub(crate) act: ActArguments,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Separator {
    #[default]
    Comma,
    /// As spreadsheets want it where a comma stands before decimals.
    Semicolon,
    Tab,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DecimalMark {
    /// As 1234.5.
    Point,
    /// As 1234,5.
    Comma,
}

impl Separator {
    pub(crate) const ALL: [Self; 3] = [Self::Comma, Self::Semicolon, Self::Tab];

    pub(crate) const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}
