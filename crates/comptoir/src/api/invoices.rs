use proto::ledger::RecordInvoiceRequest;
use proto::ledger::invoices_client::InvoicesClient;

use super::{ApiError, Ledger};
use crate::view::Invoiced;

impl Ledger {
    /// Says that a document was made (EF-9).
    pub(crate) async fn record_invoice(
        &self,
        request: RecordInvoiceRequest,
    ) -> Result<Invoiced, ApiError> {
        let request = RecordInvoiceRequest {
            retailer_id: self.retailer_id(),
            ..request
        };
        let mut client = InvoicesClient::new(self.channel.clone());
        let answer = client.record_invoice(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        Ok(answer.try_into()?)
    }
}
