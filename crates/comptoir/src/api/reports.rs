use jiff::civil::Date;
use proto::convert::date_into;
use proto::ledger::reports_client::ReportsClient;
use proto::ledger::{ItemKind, ReportProductsRequest, ReportProductsResponse};

use super::{ApiError, Ledger, MAX_ANSWER_BYTES, MAX_PAGES, PAGE_SIZE};
use crate::view::{ProductReport, ReportedKind, ReportedProduct};

/// Which sales a report adds up.
#[derive(Clone, Debug)]
pub(crate) struct ReportQuery {
    pub(crate) from: Date,
    /// The day after the last one.
    pub(crate) until: Date,
    /// Empty: all of them.
    pub(crate) outlet: String,
    /// Empty: all of them.
    pub(crate) connection: String,
    pub(crate) kind: ItemKind,
}

impl Ledger {
    /// The whole of it: what was sold by item and by kind (SH-8).
    pub(crate) async fn report_products(
        &self,
        query: ReportQuery,
    ) -> Result<ProductReport, ApiError> {
        let ReportQuery {
            from,
            until,
            outlet,
            connection,
            kind,
        } = query;
        let mut report = ProductReport {
            from,
            until,
            products: Vec::new(),
            kinds: Vec::new(),
        };
        let mut request = ReportProductsRequest {
            retailer_id: self.retailer_id(),
            page_size: PAGE_SIZE,
            page_token: String::new(),
            from: Some(date_into(from)),
            until: Some(date_into(until)),
            outlet_id: outlet,
            connection_id: connection,
            kind: kind.into(),
        };
        for _ in 0..MAX_PAGES {
            let mut client = ReportsClient::new(self.channel.clone())
                .max_decoding_message_size(MAX_ANSWER_BYTES);
            let ReportProductsResponse {
                products,
                kinds,
                next_page_token,
            } = client
                .report_products(request.clone())
                .await
                .map_err(|status| self.refused(&status))?
                .into_inner();
            for product in products {
                report.products.push(ReportedProduct::try_from(product)?);
            }
            for kind in kinds {
                report.kinds.push(ReportedKind::try_from(kind)?);
            }
            if next_page_token.is_empty() {
                return Ok(report);
            }
            request.page_token = next_page_token;
        }
        Err(ApiError::Endless { pages: MAX_PAGES })
    }
}
