//! The ledger's own check of its promises, and the chain for whoever checks for themselves.

use std::pin::Pin;

use futures::Stream;
use futures::stream::try_unfold;
use proto::ledger as wire;
use proto::ledger::export_chain_response::Part;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::ask;
use super::convert::check_into;
use crate::chain::{Block, ChainKind, Link, Row};
use crate::store::{Reader, StandingBlock};

#[derive(Clone, Debug)]
pub struct Integrity {
    reader: Reader,
}

impl Integrity {
    pub fn new(reader: Reader) -> Self {
        Self { reader }
    }
}

#[tonic::async_trait]
impl wire::integrity_server::Integrity for Integrity {
    type ExportChainStream =
        Pin<Box<dyn Stream<Item = Result<wire::ExportChainResponse, Status>> + Send>>;

    async fn verify(
        &self,
        request: Request<wire::VerifyRequest>,
    ) -> Result<Response<wire::VerifyResponse>, Status> {
        let wire::VerifyRequest { retailer_id } = request.into_inner();
        let retailer = ask::optional("retailer_id", &retailer_id)?;
        let checks = self.reader.verify(retailer).await?;
        Ok(Response::new(wire::VerifyResponse {
            checks: checks.into_iter().map(check_into).collect(),
        }))
    }

    async fn export_chain(
        &self,
        request: Request<wire::ExportChainRequest>,
    ) -> Result<Response<Self::ExportChainStream>, Status> {
        let wire::ExportChainRequest { retailer_id } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?.uuid();
        let reader = self.reader.clone();
        // The position of the last block given; none after the end.
        let parts = try_unfold(Some(0), move |after| {
            let reader = reader.clone();
            async move {
                let Some(after) = after else { return Ok(None) };
                let (part, next) = next_part(&reader, retailer, after).await?;
                let response = wire::ExportChainResponse { part: Some(part) };
                Ok::<_, Status>(Some((response, next)))
            }
        });
        Ok(Response::new(Box::pin(parts)))
    }
}

async fn next_part(
    reader: &Reader,
    retailer: Uuid,
    after: i64,
) -> Result<(Part, Option<i64>), Status> {
    if let Some(found) = reader.chain_block(retailer, after).await? {
        let position = found.block.position;
        return Ok((Part::Block(block_into(found)), Some(position)));
    }
    let passed = reader.passed_by(retailer).await?;
    let passed = passed
        .into_iter()
        .map(|(kind, id)| wire::PassedRow {
            kind: kind_into(kind).into(),
            id: id.to_string(),
        })
        .collect();
    Ok((Part::End(wire::ChainEnd { passed }), None))
}

fn block_into(found: StandingBlock) -> wire::ChainBlock {
    let StandingBlock {
        block:
            Block {
                retailer: _,
                position,
                kind,
                through_xid,
                through_id,
                previous,
                entries,
            },
        hash,
        rows,
    } = found;
    wire::ChainBlock {
        position,
        kind: kind_into(kind).into(),
        through_xid,
        through_id: through_id.to_string(),
        previous_hash: previous.to_vec(),
        hash: hash.to_vec(),
        entries: entries
            .into_iter()
            .map(|Link { id, hash }| wire::ChainEntry {
                id: id.to_string(),
                hash: hash.to_vec(),
            })
            .collect(),
        rows: rows
            .into_iter()
            .map(|Row { id, content }| wire::ChainRow {
                id: id.to_string(),
                content,
            })
            .collect(),
    }
}

fn kind_into(kind: ChainKind) -> wire::ChainKind {
    match kind {
        ChainKind::Movements => wire::ChainKind::Movements,
        ChainKind::Closures => wire::ChainKind::Closures,
    }
}
