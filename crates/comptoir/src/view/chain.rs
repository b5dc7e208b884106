use ::ledger::chain::{Block, ChainKind, Hash, Link, Row};
use anyhow::Context as _;
use proto::convert::{WireError, uuid_from};
use proto::ledger;
use proto::ledger::export_chain_response::Part;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A part of the exported chain: a line of its file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChainPart {
    Block(ChainBlock),
    /// Rows that are in no block, with their kinds.
    Passed(Vec<(String, Uuid)>),
}

/// A block as it is kept in a file; hashes in hexadecimal digits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ChainBlock {
    retailer_id: Uuid,
    position: i64,
    kind: String,
    through_xid: i64,
    through_id: Uuid,
    previous_hash: String,
    hash: String,
    entries: Vec<(Uuid, String)>,
    rows: Vec<(Uuid, String)>,
}

impl ChainPart {
    pub(crate) fn from_wire(
        retailer_id: Uuid,
        part: ledger::ExportChainResponse,
    ) -> Result<Self, WireError> {
        let ledger::ExportChainResponse { part } = part;
        match part.ok_or(WireError::Missing("part"))? {
            Part::Block(block) => Ok(Self::Block(ChainBlock::from_wire(retailer_id, block)?)),
            Part::End(ledger::ChainEnd { passed }) => {
                let passed = passed.into_iter().map(|row| {
                    let ledger::PassedRow { kind, id } = row;
                    Ok((kind_from(kind)?.to_owned(), uuid_from("id", &id)?))
                });
                Ok(Self::Passed(passed.collect::<Result<_, WireError>>()?))
            }
        }
    }
}

impl ChainBlock {
    fn from_wire(retailer_id: Uuid, block: ledger::ChainBlock) -> Result<Self, WireError> {
        let ledger::ChainBlock {
            position,
            kind,
            through_xid,
            through_id,
            previous_hash,
            hash,
            entries,
            rows,
        } = block;
        let entries = entries.into_iter().map(|entry| {
            let ledger::ChainEntry { id, hash } = entry;
            Ok((uuid_from("id", &id)?, hex::encode(hash)))
        });
        let rows = rows.into_iter().map(|row| {
            let ledger::ChainRow { id, content } = row;
            Ok((uuid_from("id", &id)?, content))
        });
        Ok(Self {
            retailer_id,
            position,
            kind: kind_from(kind)?.to_owned(),
            through_xid,
            through_id: uuid_from("through_id", &through_id)?,
            previous_hash: hex::encode(previous_hash),
            hash: hex::encode(hash),
            entries: entries.collect::<Result<_, WireError>>()?,
            rows: rows.collect::<Result<_, WireError>>()?,
        })
    }

    pub(crate) fn retailer(&self) -> Uuid {
        self.retailer_id
    }

    /// As the chain's own types, to be held against each other.
    pub(crate) fn read(self) -> anyhow::Result<(Block, Hash, Vec<Row>)> {
        let Self {
            retailer_id,
            position,
            kind,
            through_xid,
            through_id,
            previous_hash,
            hash,
            entries,
            rows,
        } = self;
        let entries = entries.into_iter().map(|(id, hash)| {
            let hash = hash_from(&hash)?;
            Ok(Link { id, hash })
        });
        let block = Block {
            retailer: retailer_id,
            position,
            kind: chain_kind(&kind)?,
            through_xid,
            through_id,
            previous: hash_from(&previous_hash)?,
            entries: entries.collect::<anyhow::Result<_>>()?,
        };
        let rows = rows.into_iter().map(|(id, content)| Row { id, content });
        Ok((block, hash_from(&hash)?, rows.collect()))
    }
}

/// `movements` or `closures`.
pub(crate) fn chain_kind(text: &str) -> anyhow::Result<ChainKind> {
    ChainKind::from_text(text).with_context(|| format!("{text:?} is no kind of block"))
}

pub(crate) fn hash_from(text: &str) -> anyhow::Result<Hash> {
    let mut hash = Hash::default();
    hex::decode_to_slice(text, &mut hash).with_context(|| format!("{text:?} is no hash"))?;
    Ok(hash)
}

fn kind_from(kind: i32) -> Result<&'static str, WireError> {
    let kind =
        ledger::ChainKind::try_from(kind).map_err(|error| WireError::invalid("kind", error))?;
    match kind {
        ledger::ChainKind::Movements => Ok(ChainKind::Movements.as_str()),
        ledger::ChainKind::Closures => Ok(ChainKind::Closures.as_str()),
        ledger::ChainKind::Unspecified => Err(WireError::Missing("kind")),
    }
}
