//! Spreadsheets.

use proto::catalog as wire;
use retail::ProductId;
use retail::catalogue::sheet::{Column, columns, rows};
use tonic::{Request, Response, Status};

use super::error::bad_field;
use super::filter::filter_from;
use super::once::once;
use super::page::Page;
use super::sheet_convert::{
    change_into, finding_into, header_from, rows_from, sheet_into, terms_from,
};
use super::{Answering, ask};
use crate::sheet::listed;
use crate::store::{Asked, BeginSheet, ChangeView, FindingView, SheetPlace, SheetShop};

#[tonic::async_trait]
impl wire::sheets_server::Sheets for Answering {
    async fn list_sheet_rows(
        &self,
        request: Request<wire::ListSheetRowsRequest>,
    ) -> Result<Response<wire::ListSheetRowsResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<ProductId> = Page::asked(&request, size, &token)?;
        let retailer = ask::retailer(&request.retailer_id)?;
        let filter = filter_from(request.filter.unwrap_or_default())?;
        let products = if page.after.is_none() {
            self.questions.count_products(retailer, &filter).await?
        } else {
            0
        };
        let shops = self.questions.sheet_shops(retailer).await?;
        let found = self
            .questions
            .sheet_page(retailer, &filter, page.after, page.limit())
            .await?;
        let ids: Vec<_> = shops.iter().map(|shop| shop.connection).collect();
        let columns = columns(&ids);
        let written = found.products.iter().map(listed);
        let written = written.flat_map(|listed| rows(&listed, &columns));
        Ok(Response::new(wire::ListSheetRowsResponse {
            rows: written.map(|cells| wire::SheetCells { cells }).collect(),
            columns: columns.iter().map(|column| name(*column, &shops)).collect(),
            next_page_token: page.token(found.next),
            products,
            page_products: i32::try_from(found.products.len()).unwrap_or(i32::MAX),
        }))
    }

    async fn begin_sheet(
        &self,
        request: Request<wire::BeginSheetRequest>,
    ) -> Result<Response<wire::BeginSheetResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let begin = BeginSheet {
            id: ask::sheet(&request.sheet_id)?,
            header: header_from(&request.columns, request.ignore_unknown_columns)?,
            ignore_unknown: request.ignore_unknown_columns,
            terms: terms_from(request.decimal_mark, request.overwrite_newer)?,
        };
        let asked = Asked::new(retailer, act, "Sheets.BeginSheet", &request);
        let answer = once(&self.acts, asked, async |once| {
            let sheet = once.begin_sheet(&begin).await?;
            Ok(wire::BeginSheetResponse {
                sheet: Some(sheet_into(sheet)),
            })
        })
        .await?;
        Ok(Response::new(answer))
    }

    async fn put_sheet_rows(
        &self,
        request: Request<wire::PutSheetRowsRequest>,
    ) -> Result<Response<wire::PutSheetRowsResponse>, Status> {
        let mut request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let sheet = ask::sheet(&request.sheet_id)?;
        let asked = Asked::new(retailer, act, "Sheets.PutSheetRows", &request);
        let rows = rows_from(std::mem::take(&mut request.rows))?;
        let answer = once(&self.acts, asked, async |once| {
            let kept = once.put_sheet_rows(sheet, &rows).await?;
            Ok(wire::PutSheetRowsResponse {
                kept: i64::try_from(kept).unwrap_or(i64::MAX),
            })
        })
        .await?;
        Ok(Response::new(answer))
    }

    async fn check_sheet(
        &self,
        request: Request<wire::CheckSheetRequest>,
    ) -> Result<Response<wire::CheckSheetResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let sheet = ask::sheet(&request.sheet_id)?;
        let asked = Asked::new(retailer, act, "Sheets.CheckSheet", &request);
        let answer = once(&self.acts, asked, async |once| {
            let sheet = once.check_sheet(sheet, request.rows).await?;
            Ok(wire::CheckSheetResponse {
                sheet: Some(sheet_into(sheet)),
            })
        })
        .await?;
        Ok(Response::new(answer))
    }

    async fn get_sheet(
        &self,
        request: Request<wire::GetSheetRequest>,
    ) -> Result<Response<wire::GetSheetResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let sheet = ask::sheet(&request.sheet_id)?;
        let sheet = self.questions.sheet(retailer, sheet).await?;
        Ok(Response::new(wire::GetSheetResponse {
            sheet: Some(sheet_into(sheet)),
        }))
    }

    async fn list_sheet_findings(
        &self,
        request: Request<wire::ListSheetFindingsRequest>,
    ) -> Result<Response<wire::ListSheetFindingsResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<SheetPlace> = Page::asked(&request, size, &token)?;
        let retailer = ask::retailer(&request.retailer_id)?;
        let id = ask::sheet(&request.sheet_id)?;
        let sheet = self.questions.sheet(retailer, id).await?;
        let found = self
            .questions
            .sheet_findings(retailer, id, page.after, page.rows());
        let mut found = found.await?;
        let place = |finding: &FindingView| SheetPlace(finding.place);
        let next_page_token = page.cut(&mut found, place);
        let findings = found.into_iter();
        Ok(Response::new(wire::ListSheetFindingsResponse {
            findings: findings
                .map(|found| finding_into(found, &sheet.columns))
                .collect(),
            next_page_token,
        }))
    }

    async fn list_sheet_changes(
        &self,
        request: Request<wire::ListSheetChangesRequest>,
    ) -> Result<Response<wire::ListSheetChangesResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<SheetPlace> = Page::asked(&request, size, &token)?;
        let retailer = ask::retailer(&request.retailer_id)?;
        let id = ask::sheet(&request.sheet_id)?;
        let found = self
            .questions
            .sheet_changes(retailer, id, page.after, page.rows());
        let mut found = found.await?;
        let next_page_token = page.cut(&mut found, |change: &ChangeView| SheetPlace(change.place));
        Ok(Response::new(wire::ListSheetChangesResponse {
            changes: found.into_iter().map(change_into).collect(),
            next_page_token,
        }))
    }

    async fn apply_sheet(
        &self,
        request: Request<wire::ApplySheetRequest>,
    ) -> Result<Response<wire::ApplySheetResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let sheet = ask::sheet(&request.sheet_id)?;
        if request.expected_rows < 0 {
            return Err(bad_field("expected_rows", "is below zero"));
        }
        let asked = Asked::new(retailer, act, "Sheets.ApplySheet", &request);
        let answer = once(&self.acts, asked, async |once| {
            let sheet = once.apply_sheet(sheet, request.expected_rows).await?;
            Ok(wire::ApplySheetResponse {
                sheet: Some(sheet_into(sheet)),
            })
        })
        .await?;
        Ok(Response::new(answer))
    }
}

fn name(column: Column, shops: &[SheetShop]) -> String {
    let shop = |shop: &&SheetShop| column == Column::Online(shop.connection);
    match shops.iter().find(shop) {
        Some(shop) => Column::online_name(&shop.platform, shop.connection),
        None => column.to_string(),
    }
}
