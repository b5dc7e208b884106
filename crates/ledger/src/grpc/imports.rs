//! Imports of past orders.

mod convert;
mod place;

use proto::ledger as wire;
use retail::{ConnectionId, ImportId, RetailerId};
use tonic::{Code, Request, Response, Status};
use uuid::Uuid;

use super::ask;
use super::error::{bad_field, not_found, precondition};
use super::page::Page;
use crate::consume::decode_unopened;
use crate::decide::Incoming;
use crate::store::{
    ImportError, ImportKey, ImportOrderView, ImportView, LevelKey, Preview, Reader, Store, Undone,
};
use crate::wake::Wake;

use convert::{
    import_into, imported_order_into, level_into, previewed_level_into, previewed_order_into,
};

/// Largest question, in bytes: a page of whole orders.
pub const REQUEST_LIMIT_BYTES: usize = 4 * 1024 * 1024;
/// Orders of a preview.
const PREVIEW_ORDERS_LIMIT: usize = 500;

#[derive(Clone, Debug)]
pub struct Imports {
    store: Store,
    reader: Reader,
    wake: Wake,
}

impl Imports {
    pub fn new(store: Store, reader: Reader, wake: Wake) -> Self {
        Self {
            store,
            reader,
            wake,
        }
    }
}

#[tonic::async_trait]
impl wire::imports_server::Imports for Imports {
    async fn preview_orders(
        &self,
        request: Request<wire::PreviewOrdersRequest>,
    ) -> Result<Response<wire::PreviewOrdersResponse>, Status> {
        let wire::PreviewOrdersRequest {
            retailer_id,
            connection_id,
            orders,
        } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let connection = connection(&connection_id)?;
        if orders.len() > PREVIEW_ORDERS_LIMIT {
            return Err(bad_field(
                "orders",
                format!("are more than {PREVIEW_ORDERS_LIMIT}"),
            ));
        }
        let incoming: Vec<Incoming> = orders
            .into_iter()
            .map(|order| {
                let mut incoming = decode_unopened(retailer, connection, order)
                    .map_err(|error| bad_field("orders", error))?;
                // Seen as an import sees it, though there may be none yet.
                incoming.import.get_or_insert(ImportId::new(Uuid::nil()));
                Ok(incoming)
            })
            .collect::<Result<_, Status>>()?;
        let Preview { orders, levels } = self.store.preview(&incoming).await?;
        Ok(Response::new(wire::PreviewOrdersResponse {
            orders: orders.into_iter().map(previewed_order_into).collect(),
            levels: levels.into_iter().map(previewed_level_into).collect(),
        }))
    }

    async fn begin_import(
        &self,
        request: Request<wire::BeginImportRequest>,
    ) -> Result<Response<wire::BeginImportResponse>, Status> {
        let wire::BeginImportRequest {
            retailer_id,
            connection_id,
            import_id,
        } = request.into_inner();
        let (retailer, import) = named(&retailer_id, &import_id)?;
        let connection = connection(&connection_id)?;
        let view = self.store.begin_import(retailer, connection, import).await;
        Ok(Response::new(wire::BeginImportResponse {
            import: Some(import_into(&settled(import, view)?)),
        }))
    }

    async fn get_import(
        &self,
        request: Request<wire::GetImportRequest>,
    ) -> Result<Response<wire::GetImportResponse>, Status> {
        let wire::GetImportRequest {
            retailer_id,
            import_id,
        } = request.into_inner();
        let (retailer, import) = named(&retailer_id, &import_id)?;
        let view = self.found(retailer, import).await?;
        Ok(Response::new(wire::GetImportResponse {
            import: Some(import_into(&view)),
        }))
    }

    async fn list_imports(
        &self,
        request: Request<wire::ListImportsRequest>,
    ) -> Result<Response<wire::ListImportsResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<ImportKey> = Page::asked(&request, size, &token)?;
        let retailer = ask::retailer(&request.retailer_id)?;
        let reader = &self.reader;
        let mut imports = reader
            .list_imports(retailer, page.after.as_ref(), page.rows())
            .await?;
        let next_page_token = page.cut(&mut imports, ImportView::key);
        Ok(Response::new(wire::ListImportsResponse {
            imports: imports.iter().map(import_into).collect(),
            next_page_token,
        }))
    }

    async fn complete_import(
        &self,
        request: Request<wire::CompleteImportRequest>,
    ) -> Result<Response<wire::CompleteImportResponse>, Status> {
        let wire::CompleteImportRequest {
            retailer_id,
            import_id,
        } = request.into_inner();
        let (retailer, import) = named(&retailer_id, &import_id)?;
        let view = self.store.complete_import(retailer, import).await;
        Ok(Response::new(wire::CompleteImportResponse {
            import: Some(import_into(&settled(import, view)?)),
        }))
    }

    async fn cancel_import(
        &self,
        request: Request<wire::CancelImportRequest>,
    ) -> Result<Response<wire::CancelImportResponse>, Status> {
        let wire::CancelImportRequest {
            retailer_id,
            import_id,
        } = request.into_inner();
        let (retailer, import) = named(&retailer_id, &import_id)?;
        let view = self.store.cancel_import(retailer, import).await;
        Ok(Response::new(wire::CancelImportResponse {
            import: Some(import_into(&settled(import, view)?)),
        }))
    }

    async fn undo_import(
        &self,
        request: Request<wire::UndoImportRequest>,
    ) -> Result<Response<wire::UndoImportResponse>, Status> {
        let wire::UndoImportRequest {
            retailer_id,
            import_id,
        } = request.into_inner();
        let (retailer, import) = named(&retailer_id, &import_id)?;
        let undone = self.store.undo_import(retailer, import).await;
        let Undone {
            import: view,
            remaining,
        } = settled(import, undone)?;
        self.wake.all(false);
        Ok(Response::new(wire::UndoImportResponse {
            import: Some(import_into(&view)),
            remaining,
        }))
    }

    async fn list_import_orders(
        &self,
        request: Request<wire::ListImportOrdersRequest>,
    ) -> Result<Response<wire::ListImportOrdersResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<String> = Page::asked(&request, size, &token)?;
        let wire::ListImportOrdersRequest {
            retailer_id,
            import_id,
            page_size: _,
            page_token: _,
            kept_only,
        } = request;
        let (retailer, import) = named(&retailer_id, &import_id)?;
        self.found(retailer, import).await?;
        let mut orders = self
            .reader
            .list_import_orders(
                retailer,
                import.uuid(),
                kept_only,
                page.after.as_deref(),
                page.rows(),
            )
            .await?;
        let next_page_token = page.cut(&mut orders, |last: &ImportOrderView| last.order.clone());
        Ok(Response::new(wire::ListImportOrdersResponse {
            orders: orders.into_iter().map(imported_order_into).collect(),
            next_page_token,
        }))
    }

    async fn list_import_levels(
        &self,
        request: Request<wire::ListImportLevelsRequest>,
    ) -> Result<Response<wire::ListImportLevelsResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<LevelKey> = Page::asked(&request, size, &token)?;
        let (retailer, import) = named(&request.retailer_id, &request.import_id)?;
        self.found(retailer, import).await?;
        let mut levels = self
            .reader
            .list_import_levels(retailer, import.uuid(), page.after.as_ref(), page.rows())
            .await?;
        let next_page_token = page.cut(&mut levels, |last| LevelKey {
            sku: last.sku.clone(),
            item: last.item,
            outlet: last.outlet,
        });
        Ok(Response::new(wire::ListImportLevelsResponse {
            levels: levels.into_iter().map(level_into).collect(),
            next_page_token,
        }))
    }
}

impl Imports {
    async fn found(&self, retailer: RetailerId, import: ImportId) -> Result<ImportView, Status> {
        self.reader
            .import(retailer, import.uuid())
            .await?
            .ok_or_else(|| not_found("import", &import.to_string()))
    }
}

fn connection(id: &str) -> Result<ConnectionId, Status> {
    ask::required("connection_id", id).map(ConnectionId::new)
}

fn named(retailer: &str, import: &str) -> Result<(RetailerId, ImportId), Status> {
    let import = ask::required("import_id", import)?;
    if import.is_nil() {
        return Err(bad_field("import_id", "is nobody's"));
    }
    Ok((ask::retailer(retailer)?, ImportId::new(import)))
}

fn settled<T>(import: ImportId, result: Result<T, ImportError>) -> Result<T, Status> {
    let import = import.to_string();
    result.map_err(|error| match error {
        ImportError::Unknown => not_found("import", &import),
        ImportError::UnknownConnection => not_found("connection", "of this retailer"),
        ImportError::Taken => Status::new(Code::AlreadyExists, error.to_string()),
        ImportError::Busy | ImportError::Is(_) => {
            precondition("IMPORT_STATE", &import, &error.to_string())
        }
        ImportError::Store(error) => error.into(),
    })
}
