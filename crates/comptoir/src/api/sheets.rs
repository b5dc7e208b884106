//! Spreadsheets, told to the catalogue row by row.

use proto::catalog as wire;
use proto::catalog::sheets_client::SheetsClient;
use proto::convert::WireError;
use proto::ledger::Act;
use service::access::Authorized;
use uuid::Uuid;

use super::{ApiError, Catalog, MAX_ANSWER_BYTES, PAGE_SIZE};

/// How a sheet is begun.
#[derive(Clone, Debug)]
pub(crate) struct SheetBegun {
    pub(crate) id: Uuid,
    pub(crate) columns: Vec<String>,
    pub(crate) mark: wire::DecimalMark,
    pub(crate) ignore_unknown: bool,
    pub(crate) overwrite_newer: bool,
}

impl Catalog {
    pub(crate) async fn sheet_rows(
        &self,
        filter: &wire::ProductFilter,
        page_token: String,
    ) -> Result<wire::ListSheetRowsResponse, ApiError> {
        let request = wire::ListSheetRowsRequest {
            retailer_id: self.retailer_id(),
            page_size: PAGE_SIZE,
            page_token,
            filter: Some(filter.clone()),
        };
        self.heard(self.sheets().list_sheet_rows(request).await)
    }

    pub(crate) async fn begin_sheet(&self, begun: SheetBegun, act: Act) -> Result<(), ApiError> {
        let SheetBegun {
            id,
            columns,
            mark,
            ignore_unknown,
            overwrite_newer,
        } = begun;
        let request = wire::BeginSheetRequest {
            retailer_id: self.retailer_id(),
            sheet_id: id.to_string(),
            columns,
            decimal_mark: mark.into(),
            ignore_unknown_columns: ignore_unknown,
            overwrite_newer,
            act: Some(act),
        };
        self.heard(self.sheets().begin_sheet(request).await)
            .map(drop)
    }

    pub(crate) async fn put_sheet_rows(
        &self,
        sheet: Uuid,
        rows: Vec<wire::SheetRow>,
        act: Act,
    ) -> Result<(), ApiError> {
        let request = wire::PutSheetRowsRequest {
            retailer_id: self.retailer_id(),
            sheet_id: sheet.to_string(),
            rows,
            act: Some(act),
        };
        self.heard(self.sheets().put_sheet_rows(request).await)
            .map(drop)
    }

    pub(crate) async fn check_sheet(
        &self,
        sheet: Uuid,
        rows: i64,
        act: Act,
    ) -> Result<(), ApiError> {
        let request = wire::CheckSheetRequest {
            retailer_id: self.retailer_id(),
            sheet_id: sheet.to_string(),
            rows,
            act: Some(act),
        };
        self.heard(self.sheets().check_sheet(request).await)
            .map(drop)
    }

    pub(crate) async fn apply_sheet(&self, sheet: &wire::Sheet, act: Act) -> Result<(), ApiError> {
        let request = wire::ApplySheetRequest {
            retailer_id: self.retailer_id(),
            sheet_id: sheet.sheet_id.clone(),
            expected_rows: sheet.changed_rows,
            act: Some(act),
        };
        self.heard(self.sheets().apply_sheet(request).await)
            .map(drop)
    }

    pub(crate) async fn sheet(&self, sheet: Uuid) -> Result<wire::Sheet, ApiError> {
        let request = wire::GetSheetRequest {
            retailer_id: self.retailer_id(),
            sheet_id: sheet.to_string(),
        };
        let answer = self.heard(self.sheets().get_sheet(request).await)?;
        Ok(answer.sheet.ok_or(WireError::Missing("sheet"))?)
    }

    /// The first `limit` things that are wrong.
    pub(crate) async fn sheet_findings(
        &self,
        sheet: Uuid,
        limit: usize,
    ) -> Result<Vec<wire::SheetFinding>, ApiError> {
        let (mut all, mut page_token) = (Vec::new(), String::new());
        while all.len() < limit {
            let request = wire::ListSheetFindingsRequest {
                retailer_id: self.retailer_id(),
                page_size: PAGE_SIZE,
                page_token,
                sheet_id: sheet.to_string(),
            };
            let page = self.heard(self.sheets().list_sheet_findings(request).await)?;
            all.extend(page.findings);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        all.truncate(limit);
        Ok(all)
    }

    /// The first `limit` changes.
    pub(crate) async fn sheet_changes(
        &self,
        sheet: Uuid,
        limit: usize,
    ) -> Result<Vec<wire::SheetChange>, ApiError> {
        let (mut all, mut page_token) = (Vec::new(), String::new());
        while all.len() < limit {
            let request = wire::ListSheetChangesRequest {
                retailer_id: self.retailer_id(),
                page_size: PAGE_SIZE,
                page_token,
                sheet_id: sheet.to_string(),
            };
            let page = self.heard(self.sheets().list_sheet_changes(request).await)?;
            all.extend(page.changes);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        all.truncate(limit);
        Ok(all)
    }

    fn sheets(&self) -> SheetsClient<Authorized> {
        SheetsClient::new(self.channel()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }
}
