use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use ledger::chain::Head;

use crate::view::hash_from;

#[derive(Clone, Debug, Args)]
pub(crate) struct Verify {
    /// Walk the tamper-evident chain over movements and closures instead, and name what was changed.
    #[arg(long)]
    pub(crate) chain: bool,
    #[command(flatten)]
    pub(crate) of: VerifyChain,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct VerifyChain {
    /// Where the chain ended once, as this command said then.
    #[arg(long, value_name = "POSITION:HASH", requires = "chain")]
    pub(crate) head: Option<ChainHead>,
    /// Keep the chain and the rows in a file, a line a block.
    #[arg(long, value_name = "FILE", requires = "chain")]
    pub(crate) save: Option<PathBuf>,
    /// Walk a chain kept in a file, without a ledger.
    #[arg(long, value_name = "FILE", requires = "chain", conflicts_with = "save")]
    pub(crate) file: Option<PathBuf>,
}

/// A place of the chain, as `POSITION:HASH`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChainHead(pub(crate) Head);

impl FromStr for ChainHead {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let (position, hash) = text
            .split_once(':')
            .ok_or_else(|| anyhow::anyhow!("is POSITION:HASH"))?;
        Ok(Self(Head {
            position: position.parse()?,
            hash: hash_from(hash)?,
        }))
    }
}

impl fmt::Display for ChainHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(Head { position, hash }) = self;
        write!(f, "{position}:{}", hex::encode(hash))
    }
}
