//! The tests' own ledger as imports see it: an order sells one of the item `A`, ten of which are there.

use std::collections::BTreeSet;

use proto::google::r#type::Decimal;
use proto::ledger as wire;
use proto::ledger::imports_server::Imports;
use proto::order::order_message::Body;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::books::Books;

/// The word of an order that sells what was deleted.
pub const DELETED: &str = "deleted";
pub const ON_HAND: i64 = 10;

impl Books {
    /// The orders that an import brought, each once.
    pub fn imported(&self, import: Uuid) -> BTreeSet<String> {
        let import = import.to_string();
        let told = self.told().into_iter();
        told.filter(|told| told.import == import)
            .map(|told| told.order)
            .collect()
    }

    pub fn calls(&self, import: Uuid) -> Vec<&'static str> {
        let imports = self.imports.lock().unwrap();
        imports
            .get(&import.to_string())
            .cloned()
            .unwrap_or_default()
    }

    fn call(&self, import: &str, call: &'static str) -> wire::Import {
        let mut imports = self.imports.lock().unwrap();
        let calls = imports.entry(import.to_owned()).or_default();
        if calls.last() != Some(&call) {
            calls.push(call);
        }
        drop(imports);
        self.import(import)
    }

    fn import(&self, import: &str) -> wire::Import {
        let made = self.imported(Uuid::try_parse(import).unwrap()).len();
        wire::Import {
            import_id: import.to_owned(),
            counts: Some(wire::ImportCounts {
                made: i64::try_from(made).unwrap(),
                ..wire::ImportCounts::default()
            }),
            ..wire::Import::default()
        }
    }
}

#[tonic::async_trait]
impl Imports for Books {
    async fn preview_orders(
        &self,
        request: Request<wire::PreviewOrdersRequest>,
    ) -> Result<Response<wire::PreviewOrdersResponse>, Status> {
        self.answers()?;
        let request = request.into_inner();
        assert!(request.orders.len() <= 500);
        let told = self.told();
        let mut answer = wire::PreviewOrdersResponse::default();
        let mut sold = 0;
        for message in request.orders {
            let Some(Body::Order(order)) = message.body else {
                panic!("{message:?}");
            };
            assert!(order.sealed_customer.is_empty());
            let is_known = told.iter().any(|told| {
                told.connection == request.connection_id && told.order == order.order_id
            });
            let (imported_as, reason) = match order.shop_status.as_str() {
                DELETED => (wire::ImportedAs::Parked, "product_deleted"),
                crate::stall::DRAFT => (wire::ImportedAs::NotImported, ""),
                _ if is_known => (wire::ImportedAs::AlreadyRecorded, ""),
                _ => (wire::ImportedAs::Made, ""),
            };
            sold += i64::from(imported_as == wire::ImportedAs::Made);
            answer.orders.push(wire::PreviewedOrder {
                order_id: order.order_id,
                imported_as: imported_as.into(),
                reason: reason.to_owned(),
                detail: String::new(),
            });
        }
        let decimal = |value: i64| {
            Some(Decimal {
                value: value.to_string(),
            })
        };
        if sold > 0 {
            answer.levels.push(wire::PreviewedLevel {
                key: "sku:A".to_owned(),
                sku: "A".to_owned(),
                name: "Thing A".to_owned(),
                outlet_id: Uuid::from_u128(7).to_string(),
                on_hand: decimal(ON_HAND),
                on_hand_after: decimal(ON_HAND - sold),
                goes_negative: sold > ON_HAND,
                ..wire::PreviewedLevel::default()
            });
        }
        Ok(Response::new(answer))
    }

    async fn begin_import(
        &self,
        request: Request<wire::BeginImportRequest>,
    ) -> Result<Response<wire::BeginImportResponse>, Status> {
        self.answers()?;
        let import = Some(self.call(&request.into_inner().import_id, "begin"));
        Ok(Response::new(wire::BeginImportResponse { import }))
    }

    async fn get_import(
        &self,
        request: Request<wire::GetImportRequest>,
    ) -> Result<Response<wire::GetImportResponse>, Status> {
        self.answers()?;
        let import = Some(self.import(&request.into_inner().import_id));
        Ok(Response::new(wire::GetImportResponse { import }))
    }

    async fn complete_import(
        &self,
        request: Request<wire::CompleteImportRequest>,
    ) -> Result<Response<wire::CompleteImportResponse>, Status> {
        self.answers()?;
        let import = Some(self.call(&request.into_inner().import_id, "complete"));
        Ok(Response::new(wire::CompleteImportResponse { import }))
    }

    async fn cancel_import(
        &self,
        request: Request<wire::CancelImportRequest>,
    ) -> Result<Response<wire::CancelImportResponse>, Status> {
        self.answers()?;
        let id = request.into_inner().import_id;
        if !self.imports.lock().unwrap().contains_key(&id) {
            return Err(Status::not_found("no such import"));
        }
        let import = Some(self.call(&id, "cancel"));
        Ok(Response::new(wire::CancelImportResponse { import }))
    }

    async fn list_imports(
        &self,
        _: Request<wire::ListImportsRequest>,
    ) -> Result<Response<wire::ListImportsResponse>, Status> {
        Err(Status::unimplemented("not asked for here"))
    }

    async fn undo_import(
        &self,
        _: Request<wire::UndoImportRequest>,
    ) -> Result<Response<wire::UndoImportResponse>, Status> {
        Err(Status::unimplemented("not asked for here"))
    }

    async fn list_import_orders(
        &self,
        _: Request<wire::ListImportOrdersRequest>,
    ) -> Result<Response<wire::ListImportOrdersResponse>, Status> {
        Err(Status::unimplemented("not asked for here"))
    }

    async fn list_import_levels(
        &self,
        _: Request<wire::ListImportLevelsRequest>,
    ) -> Result<Response<wire::ListImportLevelsResponse>, Status> {
        Err(Status::unimplemented("not asked for here"))
    }
}
