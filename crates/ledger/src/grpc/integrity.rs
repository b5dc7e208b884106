//! The ledger's own check of its promises.

use proto::ledger as wire;
use tonic::{Request, Response, Status};

use super::ask;
use super::convert::check_into;
use crate::store::Reader;

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
}
