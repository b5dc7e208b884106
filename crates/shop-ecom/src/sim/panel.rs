//! The shop's shelves: as its API is asked for them, and as people see to them in its own panel.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode, Uri};
use serde_json::{Value, json};
use shop::sim::ProductEdit;

use super::api::{BODY_LIMIT_BYTES, problem};
use super::catalogue::Product;
use super::goods::{Answer, Asked};
use super::live::{Live, State};
use super::record::Recorded;

/// What people see and do at the shop, and what befalls it.
impl Live {
    /// Somebody does this in the shop's own panel, by the rules of its API: `panel(&Method::PUT, "/products/1", &fields)`.
    /// Status and answer. It counts against no limit and stands in no record.
    pub fn panel(&self, method: &Method, path: &str, body: &Value) -> (u16, Value) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        match self.perform(method, path, query, body) {
            Some((status, body)) => (status.as_u16(), body),
            None => (StatusCode::NOT_FOUND.as_u16(), Value::Null),
        }
    }

    /// A product as the shop has it.
    #[must_use]
    pub fn product(&self, id: u64) -> Option<Value> {
        self.state().goods.told(id)
    }

    /// What was asked since this was asked last.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.state().record.take()
    }

    /// The answers of the next so many writing requests are lost: what they ask for is done.
    pub fn lose_answers(&self, count: usize) {
        self.state().answers_lost = count;
    }

    /// Batches wait, or are done after all.
    pub fn hold_batches(&self, held: bool) {
        let (now, indexed) = (self.clock.now(), self.searched_until());
        let mut state = self.state();
        state.batches.held = held;
        let State { batches, goods, .. } = &mut *state;
        batches.work(goods, now, indexed);
    }

    /// Requests in batches whose address has this in it fail, however often they are tried.
    pub fn fail_at(&self, address: Option<&str>) {
        self.state().batches.failing = address.map(str::to_owned);
    }

    /// Batches with such an address in them are refused whole; alone it is taken.
    pub fn refuse_batches_with(&self, address: Option<&str>) {
        self.state().batches.refused = address.map(str::to_owned);
    }

    /// The merchant's plan takes so many products.
    pub fn limit_products(&self, limit: usize) {
        self.state().goods.plan_limit = Some(limit);
    }

    /// Whether the shop tells the names that images were sent under.
    pub fn tell_image_names(&self, told: bool) {
        self.state().goods.tells_image_names = told;
    }

    pub(super) fn perform(
        &self,
        method: &Method,
        path: &str,
        query: &str,
        body: &Value,
    ) -> Option<Answer> {
        let asked = Asked {
            method,
            path,
            query,
            body,
            now: self.clock.now(),
            indexed: self.searched_until(),
        };
        self.state().goods.perform(&asked)
    }

    pub(super) fn submit(&self, query: &str, body: &Value) -> Result<String, Answer> {
        let (now, indexed) = (self.clock.now(), self.searched_until());
        let mut state = self.state();
        let State { batches, goods, .. } = &mut *state;
        let ticket = batches.submit(query, body, now)?;
        batches.work(goods, now, indexed);
        Ok(ticket)
    }

    pub(super) fn look(&self, query: &str) -> Option<Value> {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let (_, ticket) = pairs.find(|(name, _)| *name == "ticket")?;
        self.state().batches.look(ticket)
    }

    /// Path and query below the store's address.
    pub(super) fn below<'a>(&self, uri: &'a Uri) -> (String, &'a str) {
        let own = format!("/api/v3/{}", self.access.store);
        let path = uri.path().strip_prefix(&own).unwrap_or_default();
        (path.to_owned(), uri.query().unwrap_or_default())
    }

    /// Notes a request and has it done; its answer may be lost.
    pub(super) async fn noted(&self, request: Request, next: Next) -> Response {
        let (parts, body) = request.into_parts();
        let Ok(bytes) = to_bytes(body, BODY_LIMIT_BYTES).await else {
            return problem(StatusCode::PAYLOAD_TOO_LARGE, "The body is too long");
        };
        let (path, query) = self.below(&parts.uri);
        let recorded = Recorded {
            method: parts.method.clone(),
            path: if query.is_empty() {
                path
            } else {
                format!("{path}?{query}")
            },
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
        };
        let writes = recorded.writes();
        self.state().record.note(recorded);
        let answer = next
            .run(Request::from_parts(parts, Body::from(bytes)))
            .await;
        let mut state = self.state();
        if writes && state.answers_lost > 0 {
            state.answers_lost -= 1;
            let page = [(CONTENT_TYPE, "text/html")];
            return (StatusCode::BAD_GATEWAY, page, "<html>Bad gateway</html>").into_response();
        }
        answer
    }

    /// What somebody makes of a product of the catalogue.
    pub(super) fn edit_goods(&self, product: &Product, edit: &ProductEdit) {
        let ProductEdit {
            product: _,
            name,
            sku,
            barcode,
            price_cents,
            stock,
        } = edit;
        let price = super::body::double(*price_cents);
        let own = json!({
            "sku": sku,
            "price": price,
            "quantity": stock,
            "attributes": [{"alias": "UPC", "value": barcode}],
        });
        let path = format!("/products/{}", product.product_id);
        self.panel(&Method::PUT, &path, &json!({"name": name}));
        let path = match product.combination_id {
            Some(id) => format!("{path}/combinations/{id}"),
            None => path,
        };
        self.panel(&Method::PUT, &path, &own);
    }
}
