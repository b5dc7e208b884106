//! Who bought, and what people may ask of what is held of them (POS-12).

use std::collections::BTreeSet;
use std::sync::Arc;

use proto::convert::instant_into;
use proto::ledger as wire;
use retail::EmailKey;
use service::seal::Keyring;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::ask;
use super::convert::sale_into;
use super::error::{bad_field, not_found};
use super::once::once;
use super::page::Page;
use super::token::Place;
use crate::store::{
    Asked, CustomerView, ErasedCustomer, Eraser, MergeView, MergedCustomer, PersonView, Reader,
    SaleKey, Store, WaitingCopy,
};
use crate::wake::Wake;

/// Longest part of a name, in bytes.
const NAME_LIMIT_BYTES: usize = 200;

#[derive(Clone, Debug)]
pub struct Customers {
    store: Store,
    reader: Reader,
    keyring: Arc<Keyring>,
    wake: Wake,
}

impl Customers {
    pub fn new(store: Store, reader: Reader, keyring: Arc<Keyring>, wake: Wake) -> Self {
        Self {
            store,
            reader,
            keyring,
            wake,
        }
    }

    async fn person(&self, retailer: &str, customer: &str) -> Result<PersonView, Status> {
        let retailer = ask::retailer(retailer)?;
        let id = ask::required("customer_id", customer)?;
        let person = self.reader.person(retailer, id).await?;
        person.ok_or_else(|| not_found("customer", customer))
    }
}

/// A customer's place among all: ids grow with time.
struct CustomerPlace(Uuid);

impl Place for CustomerPlace {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.0.as_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        Uuid::from_slice(bytes).ok().map(Self)
    }
}

#[tonic::async_trait]
impl wire::customers_server::Customers for Customers {
    async fn list_customers(
        &self,
        request: Request<wire::ListCustomersRequest>,
    ) -> Result<Response<wire::ListCustomersResponse>, Status> {
        let mut request = request.into_inner();
        let token = std::mem::take(&mut request.page_token);
        let size = std::mem::take(&mut request.page_size);
        let page: Page<CustomerPlace> = Page::asked(&request, size, &token)?;
        let wire::ListCustomersRequest {
            retailer_id,
            page_size: _,
            page_token: _,
            email,
            name,
        } = request;
        let retailer = ask::retailer(&retailer_id)?;
        let email = email_from(&email)?;
        let name = ask::text("name", name, NAME_LIMIT_BYTES)?;
        let name = Some(name.trim()).filter(|name| !name.is_empty());
        let after = page.after.as_ref().map(|place| place.0);
        let mut customers = self
            .reader
            .list_customers(retailer, email.as_ref(), name, after, page.rows())
            .await?;
        let next_page_token = page.cut(&mut customers, |last| CustomerPlace(last.customer));
        Ok(Response::new(wire::ListCustomersResponse {
            customers: customers.into_iter().map(customer_into).collect(),
            next_page_token,
        }))
    }

    async fn get_customer(
        &self,
        request: Request<wire::GetCustomerRequest>,
    ) -> Result<Response<wire::GetCustomerResponse>, Status> {
        let wire::GetCustomerRequest {
            retailer_id,
            customer_id,
        } = request.into_inner();
        let PersonView {
            customer,
            merged,
            merges,
            sales,
        } = self.person(&retailer_id, &customer_id).await?;
        Ok(Response::new(wire::GetCustomerResponse {
            customer: Some(customer_into(customer)),
            merged: merged.into_iter().map(customer_into).collect(),
            merges: merges.into_iter().map(merge_into).collect(),
            sale_count: sales,
        }))
    }

    async fn merge_customers(
        &self,
        request: Request<wire::MergeCustomersRequest>,
    ) -> Result<Response<wire::MergeCustomersResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "Customers.MergeCustomers", &request);
        let from = ask::required("customer_id", &request.customer_id)?;
        let into = ask::required("into_customer_id", &request.into_customer_id)?;
        let answer = once(&self.store, asked, async |once| {
            let MergedCustomer { customer, sales } = once.merge_customers(from, into).await?;
            Ok(wire::MergeCustomersResponse {
                customer_id: customer.to_string(),
                sale_count: i64::try_from(sales).unwrap_or(i64::MAX),
            })
        })
        .await?;
        self.wake.all(false);
        Ok(Response::new(answer))
    }

    async fn export_customer(
        &self,
        request: Request<wire::ExportCustomerRequest>,
    ) -> Result<Response<wire::ExportCustomerResponse>, Status> {
        let mut request = request.into_inner();
        let token = std::mem::take(&mut request.page_token);
        let size = std::mem::take(&mut request.page_size);
        let page: Page<SaleKey> = Page::asked(&request, size, &token)?;
        let retailer = ask::retailer(&request.retailer_id)?;
        let PersonView {
            customer, merged, ..
        } = self
            .person(&request.retailer_id, &request.customer_id)
            .await?;
        let mut sales = self
            .reader
            .sales_of_customer(retailer, customer.customer, page.after, page.rows())
            .await?;
        let next_page_token = page.cut(&mut sales, |last| SaleKey {
            placed_at: last.placed_at,
            sale: last.sale,
        });
        let (mut records, mut waiting) = (Vec::new(), Vec::new());
        if page.after.is_none() {
            records = std::iter::once(customer).chain(merged).collect();
            let keys = records
                .iter()
                .filter_map(|record| EmailKey::new(&record.email));
            let keys: BTreeSet<EmailKey> = keys.collect();
            waiting = self
                .reader
                .waiting_copies(&self.keyring, retailer, &keys)
                .await?;
        }
        Ok(Response::new(wire::ExportCustomerResponse {
            records: records.into_iter().map(customer_into).collect(),
            sales: sales.into_iter().map(sale_into).collect(),
            waiting: waiting.into_iter().map(waiting_into).collect(),
            next_page_token,
        }))
    }

    async fn erase_customer(
        &self,
        request: Request<wire::EraseCustomerRequest>,
    ) -> Result<Response<wire::EraseCustomerResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "Customers.EraseCustomer", &request);
        let customer = ask::required("customer_id", &request.customer_id)?;
        let answer = once(&self.store, asked, async |once| {
            let eraser = Eraser {
                keyring: &self.keyring,
                erasures: self.store.erasures(),
            };
            let ErasedCustomer {
                customer,
                at,
                orders,
            } = once.erase_customer(eraser, customer).await?;
            Ok(wire::EraseCustomerResponse {
                customer_id: customer.to_string(),
                erased_at: Some(instant_into(at)),
                order_count: i64::try_from(orders).unwrap_or(i64::MAX),
            })
        })
        .await?;
        self.wake.all(false);
        Ok(Response::new(answer))
    }
}

/// `None` for an empty one.
pub(super) fn email_from(text: &str) -> Result<Option<EmailKey>, Status> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    EmailKey::new(text)
        .map(Some)
        .ok_or_else(|| bad_field("email", "is no e-mail address"))
}

fn customer_into(customer: CustomerView) -> wire::Customer {
    let CustomerView {
        customer,
        email,
        name,
        phone,
        guest_of,
        created_at,
        merged_into,
        erased_at,
    } = customer;
    let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    wire::Customer {
        customer_id: customer.to_string(),
        email,
        name,
        phone,
        guest_of_connection_id: id(guest_of),
        created_at: Some(instant_into(created_at)),
        merged_into_customer_id: id(merged_into),
        erased_at: erased_at.map(instant_into),
    }
}

fn merge_into(merge: MergeView) -> wire::CustomerMerge {
    let MergeView {
        customer,
        into,
        at,
        actor,
        note,
    } = merge;
    wire::CustomerMerge {
        customer_id: customer.to_string(),
        into_customer_id: into.to_string(),
        merged_at: Some(instant_into(at)),
        actor,
        note,
    }
}

fn waiting_into(copy: WaitingCopy) -> wire::WaitingCopy {
    let WaitingCopy {
        connection,
        order,
        customer: retail::Customer { email, name, phone },
        ..
    } = copy;
    wire::WaitingCopy {
        connection_id: connection.to_string(),
        order_id: order,
        email,
        name,
        phone,
    }
}
