use jiff::Timestamp;
use proto::convert::{WireError, instant_from};
use proto::{connect, ledger};
use serde::Serialize;

use super::sale::known;
use super::{Raw, Sale};

/// Who bought (POS-12).
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Customer {
    pub(crate) customer_id: String,
    pub(crate) email: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) guest_of_connection_id: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) merged_into_customer_id: Option<String>,
    pub(crate) erased_at: Option<Timestamp>,
}

/// A person with all records.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Person {
    pub(crate) customer: Customer,
    pub(crate) merged: Vec<Customer>,
    pub(crate) merges: Vec<CustomerMerge>,
    pub(crate) sale_count: i64,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct CustomerMerge {
    pub(crate) customer_id: String,
    pub(crate) into_customer_id: String,
    pub(crate) merged_at: Timestamp,
    pub(crate) actor: String,
    pub(crate) note: String,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Merged {
    pub(crate) customer_id: String,
    pub(crate) sale_count: i64,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Erased {
    pub(crate) customer_id: String,
    pub(crate) erased_at: Timestamp,
    pub(crate) order_count: i64,
}

/// Everything that is held of a person.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct HeldOfPerson {
    pub(crate) records: Vec<Customer>,
    pub(crate) sales: Vec<Sale>,
    pub(crate) waiting: Vec<WaitingCopy>,
    /// As shops sent them, of all these orders.
    pub(crate) deliveries: Vec<Raw>,
}

/// An order that waits and names the person.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct WaitingCopy {
    pub(crate) connection_id: String,
    pub(crate) order_id: String,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) phone: String,
}

/// What a shop asks on behalf of people, and how it was answered.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PrivacyRequest {
    pub(crate) connection_id: String,
    pub(crate) delivery_id: String,
    pub(crate) kind: &'static str,
    pub(crate) received_at: Timestamp,
    pub(crate) due_at: Timestamp,
    pub(crate) answered_at: Option<Timestamp>,
    pub(crate) answer: Option<&'static str>,
    pub(crate) answered_by: Option<String>,
}

/// Whom a request speaks of.
#[derive(Clone, Debug)]
pub(crate) struct PrivacySubject {
    pub(crate) request: PrivacyRequest,
    pub(crate) email: String,
    pub(crate) order_ids: Vec<String>,
}

impl HeldOfPerson {
    /// Adds a page; gives the token of the next one.
    pub(crate) fn add(
        &mut self,
        page: ledger::ExportCustomerResponse,
    ) -> Result<String, WireError> {
        let ledger::ExportCustomerResponse {
            records,
            sales,
            waiting,
            next_page_token,
        } = page;
        for record in records {
            self.records.push(Customer::try_from(record)?);
        }
        for sale in sales {
            self.sales.push(Sale::try_from(sale)?);
        }
        self.waiting
            .extend(waiting.into_iter().map(WaitingCopy::from));
        Ok(next_page_token)
    }
}

impl TryFrom<ledger::Customer> for Customer {
    type Error = WireError;

    fn try_from(customer: ledger::Customer) -> Result<Self, WireError> {
        let ledger::Customer {
            customer_id,
            email,
            name,
            phone,
            guest_of_connection_id,
            created_at,
            merged_into_customer_id,
            erased_at,
        } = customer;
        Ok(Self {
            customer_id,
            email: known(email),
            name: known(name),
            phone: known(phone),
            guest_of_connection_id: known(guest_of_connection_id),
            created_at: instant_from("created_at", created_at)?,
            merged_into_customer_id: known(merged_into_customer_id),
            erased_at: erased_at
                .map(|at| instant_from("erased_at", Some(at)))
                .transpose()?,
        })
    }
}

impl TryFrom<ledger::GetCustomerResponse> for Person {
    type Error = WireError;

    fn try_from(person: ledger::GetCustomerResponse) -> Result<Self, WireError> {
        let ledger::GetCustomerResponse {
            customer,
            merged,
            merges,
            sale_count,
        } = person;
        let merged = merged.into_iter().map(Customer::try_from);
        let merges = merges.into_iter().map(CustomerMerge::try_from);
        Ok(Self {
            customer: customer.ok_or(WireError::Missing("customer"))?.try_into()?,
            merged: merged.collect::<Result<_, _>>()?,
            merges: merges.collect::<Result<_, _>>()?,
            sale_count,
        })
    }
}

impl TryFrom<ledger::CustomerMerge> for CustomerMerge {
    type Error = WireError;

    fn try_from(merge: ledger::CustomerMerge) -> Result<Self, WireError> {
        let ledger::CustomerMerge {
            customer_id,
            into_customer_id,
            merged_at,
            actor,
            note,
        } = merge;
        Ok(Self {
            customer_id,
            into_customer_id,
            merged_at: instant_from("merged_at", merged_at)?,
            actor,
            note,
        })
    }
}

impl From<ledger::MergeCustomersResponse> for Merged {
    fn from(merged: ledger::MergeCustomersResponse) -> Self {
        let ledger::MergeCustomersResponse {
            customer_id,
            sale_count,
        } = merged;
        Self {
            customer_id,
            sale_count,
        }
    }
}

impl TryFrom<ledger::EraseCustomerResponse> for Erased {
    type Error = WireError;

    fn try_from(erased: ledger::EraseCustomerResponse) -> Result<Self, WireError> {
        let ledger::EraseCustomerResponse {
            customer_id,
            erased_at,
            order_count,
        } = erased;
        Ok(Self {
            customer_id,
            erased_at: instant_from("erased_at", erased_at)?,
            order_count,
        })
    }
}

impl From<ledger::WaitingCopy> for WaitingCopy {
    fn from(copy: ledger::WaitingCopy) -> Self {
        let ledger::WaitingCopy {
            connection_id,
            order_id,
            email,
            name,
            phone,
        } = copy;
        Self {
            connection_id,
            order_id,
            email,
            name,
            phone,
        }
    }
}

impl TryFrom<connect::PrivacyRequest> for PrivacyRequest {
    type Error = WireError;

    fn try_from(request: connect::PrivacyRequest) -> Result<Self, WireError> {
        let kind = match request.kind() {
            connect::PrivacyRequestKind::Unspecified => "unknown",
            connect::PrivacyRequestKind::CustomerData => "customer_data",
            connect::PrivacyRequestKind::CustomerErasure => "customer_erasure",
            connect::PrivacyRequestKind::ShopErasure => "shop_erasure",
        };
        let answer = match request.answer() {
            connect::PrivacyAnswer::Unspecified => None,
            connect::PrivacyAnswer::Exported => Some("exported"),
            connect::PrivacyAnswer::Erased => Some("erased"),
            connect::PrivacyAnswer::NothingHeld => Some("nothing_held"),
            connect::PrivacyAnswer::LinkedAgain => Some("linked_again"),
        };
        let connect::PrivacyRequest {
            connection_id,
            delivery_id,
            kind: _,
            received_at,
            due_at,
            answered_at,
            answer: _,
            answered_by,
        } = request;
        Ok(Self {
            connection_id,
            delivery_id,
            kind,
            received_at: instant_from("received_at", received_at)?,
            due_at: instant_from("due_at", due_at)?,
            answered_at: answered_at
                .map(|at| instant_from("answered_at", Some(at)))
                .transpose()?,
            answer,
            answered_by: known(answered_by),
        })
    }
}

impl TryFrom<connect::GetPrivacyRequestResponse> for PrivacySubject {
    type Error = WireError;

    fn try_from(answer: connect::GetPrivacyRequestResponse) -> Result<Self, WireError> {
        let connect::GetPrivacyRequestResponse {
            request,
            email,
            order_ids,
        } = answer;
        Ok(Self {
            request: request.ok_or(WireError::Missing("request"))?.try_into()?,
            email,
            order_ids,
        })
    }
}
