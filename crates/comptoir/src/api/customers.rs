use proto::ledger::customers_client::CustomersClient;
use proto::ledger::orders_client::OrdersClient;
use proto::ledger::{
    Act, EraseCustomerRequest, ExportCustomerRequest, GetCustomerRequest, GetReceiptRequest,
    ListCustomersRequest, ListCustomersResponse, MergeCustomersRequest,
};
use retail::ConnectionId;
use service::access::Authorized;
use tonic::Code;

use super::{ApiError, Ledger, MAX_ANSWER_BYTES, MAX_PAGES, PAGE_SIZE, Page};
use crate::view::{Customer, Erased, HeldOfPerson, Merged, Person, Sale};

impl Ledger {
    pub(crate) async fn customers(
        &self,
        email: String,
        name: String,
        page_size: i32,
        page_token: String,
    ) -> Result<Page<Customer>, ApiError> {
        let request = ListCustomersRequest {
            retailer_id: self.retailer_id(),
            page_size,
            page_token,
            email,
            name,
        };
        let answer = self.customers_client().list_customers(request).await;
        let ListCustomersResponse {
            customers,
            next_page_token,
        } = answer.map_err(|status| self.refused(&status))?.into_inner();
        Ok(Page::read(customers, next_page_token)?)
    }

    pub(crate) async fn customer(&self, customer_id: String) -> Result<Person, ApiError> {
        let request = GetCustomerRequest {
            retailer_id: self.retailer_id(),
            customer_id,
        };
        let answer = self.customers_client().get_customer(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        Ok(Person::try_from(answer)?)
    }

    pub(crate) async fn merge_customers(
        &self,
        customer_id: String,
        into_customer_id: String,
        act: Act,
    ) -> Result<Merged, ApiError> {
        let request = MergeCustomersRequest {
            retailer_id: self.retailer_id(),
            customer_id,
            into_customer_id,
            act: Some(act),
        };
        let answer = self.customers_client().merge_customers(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        Ok(answer.into())
    }

    /// Everything that the ledger holds of a person.
    pub(crate) async fn held_of(&self, customer_id: String) -> Result<HeldOfPerson, ApiError> {
        let mut held = HeldOfPerson::default();
        let mut page_token = String::new();
        for _ in 0..MAX_PAGES {
            let request = ExportCustomerRequest {
                retailer_id: self.retailer_id(),
                customer_id: customer_id.clone(),
                page_size: PAGE_SIZE,
                page_token,
            };
            let answer = self.customers_client().export_customer(request).await;
            let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
            page_token = held.add(answer)?;
            if page_token.is_empty() {
                return Ok(held);
            }
        }
        Err(ApiError::Endless { pages: MAX_PAGES })
    }

    /// The sale that an order became, with its lines and payments; `None` where it became none.
    pub(crate) async fn sale_of_order(
        &self,
        connection: ConnectionId,
        order: &str,
    ) -> Result<Option<Sale>, ApiError> {
        let request = GetReceiptRequest {
            retailer_id: self.retailer_id(),
            connection_id: connection.to_string(),
            order_id: order.to_owned(),
        };
        let mut orders = OrdersClient::new(self.channel.clone());
        let receipt = match orders.get_receipt(request).await {
            Err(status) if status.code() == Code::NotFound => return Ok(None),
            answer => answer.map_err(|status| self.refused(&status))?.into_inner(),
        };
        Ok(receipt.sale.map(Sale::try_from).transpose()?)
    }

    pub(crate) async fn erase_customer(
        &self,
        customer_id: String,
        act: Act,
    ) -> Result<Erased, ApiError> {
        let request = EraseCustomerRequest {
            retailer_id: self.retailer_id(),
            customer_id,
            act: Some(act),
        };
        let answer = self.customers_client().erase_customer(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        Ok(Erased::try_from(answer)?)
    }

    fn customers_client(&self) -> CustomersClient<Authorized> {
        CustomersClient::new(self.channel.clone()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }
}
