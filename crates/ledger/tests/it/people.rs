//! A ledger whose customers ask things.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use ledger::consume::customer_of;
use proto::ledger as wire;
use retail::{ConnectionId, Customer};
use service::clock::ManualClock;
use tonic::Status;

use crate::client::Client;
use crate::held::act;
use crate::order::{Builder, PLACED_AT, an_order, keyring};
use crate::support::{Ledger, RETAILER};

/// A ledger whose clock stands an hour after the orders were placed.
pub struct People {
    pub ledger: Ledger,
    pub client: Client,
    pub clock: ManualClock,
    requests: u128,
}

impl People {
    pub async fn new() -> Self {
        let clock = ManualClock::at(PLACED_AT + SignedDuration::from_hours(1));
        let ledger = Ledger::at(clock.clone()).await;
        let client = Client::of(&ledger).await;
        Self {
            ledger,
            client,
            clock,
            requests: 0,
        }
    }

    pub fn act(&mut self) -> wire::Act {
        self.requests += 1;
        act(self.requests)
    }

    /// Who goes by an address.
    pub async fn named(&mut self, email: &str) -> Option<wire::Customer> {
        let request = wire::ListCustomersRequest {
            retailer_id: RETAILER.to_string(),
            email: email.to_owned(),
            ..Default::default()
        };
        let found = self.client.customers.list_customers(request).await.unwrap();
        let mut found = found.into_inner().customers;
        assert!(found.len() < 2);
        found.pop()
    }

    pub async fn id_of(&mut self, email: &str) -> String {
        self.named(email).await.unwrap().customer_id
    }

    pub async fn get(&mut self, customer: &str) -> wire::GetCustomerResponse {
        let request = wire::GetCustomerRequest {
            retailer_id: RETAILER.to_string(),
            customer_id: customer.to_owned(),
        };
        let found = self.client.customers.get_customer(request).await.unwrap();
        found.into_inner()
    }

    pub async fn merge(
        &mut self,
        customer: &str,
        into: &str,
    ) -> Result<wire::MergeCustomersResponse, Status> {
        let request = wire::MergeCustomersRequest {
            retailer_id: RETAILER.to_string(),
            customer_id: customer.to_owned(),
            into_customer_id: into.to_owned(),
            act: Some(self.act()),
        };
        let merged = self.client.customers.merge_customers(request).await?;
        Ok(merged.into_inner())
    }

    pub async fn erase(&mut self, customer: &str) -> Result<wire::EraseCustomerResponse, Status> {
        let request = wire::EraseCustomerRequest {
            retailer_id: RETAILER.to_string(),
            customer_id: customer.to_owned(),
            act: Some(self.act()),
        };
        let erased = self.client.customers.erase_customer(request).await?;
        Ok(erased.into_inner())
    }

    /// All pages of what is held of a person.
    pub async fn export(&mut self, customer: &str) -> wire::ExportCustomerResponse {
        let mut whole = wire::ExportCustomerResponse::default();
        loop {
            let request = wire::ExportCustomerRequest {
                retailer_id: RETAILER.to_string(),
                customer_id: customer.to_owned(),
                page_size: 2,
                page_token: whole.next_page_token,
            };
            let page = self
                .client
                .customers
                .export_customer(request)
                .await
                .unwrap();
            let page = page.into_inner();
            whole.records.extend(page.records);
            whole.sales.extend(page.sales);
            whole.waiting.extend(page.waiting);
            whole.next_page_token = page.next_page_token;
            if whole.next_page_token.is_empty() {
                return whole;
            }
        }
    }

    /// The customers of the sales, by the numbers of their orders.
    pub async fn buyers(&self) -> Vec<(String, String, String)> {
        let sales = self.ledger.sales().await.into_iter();
        let mut buyers: Vec<_> = sales
            .map(|sale| (sale.order, sale.customer.to_string(), sale.customer_name))
            .collect();
        buyers.sort();
        buyers
    }

    /// Everything that can be read in the database: all rows of all tables of all schemas, and what the service's keys
    /// open. In small letters, bytes in hexadecimal digits.
    pub fn readable(&self) -> String {
        let tables = self.ledger.sql(
            "select string_agg(format('select t::text from %I.%I t', schemaname, tablename), ' union all ')
            from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
        );
        let mut text = self.ledger.sql(&tables).to_lowercase();
        for (connection, message) in self.kept() {
            if let Some((_, customer)) = customer_of(&keyring(), connection, &message).unwrap() {
                let Customer { email, name, phone } = customer;
                text.push_str(&format!("\n{email} {name} {phone}").to_lowercase());
            }
        }
        text
    }

    /// Messages of orders that wait.
    fn kept(&self) -> Vec<(ConnectionId, Vec<u8>)> {
        let rows = self.ledger.sql(
            "select connection_id || ' ' || encode(message, 'hex') from ledger.parked_order
                where message is not null
            union all select connection_id || ' ' || encode(message, 'hex') from ledger.held_order
            union all select connection_id || ' ' || encode(message, 'hex') from ledger.early_order",
        );
        let kept = rows.lines().map(|row| {
            let (connection, message) = row.split_once(' ').unwrap();
            (connection.parse().unwrap(), unhexed(message))
        });
        kept.collect()
    }

    /// What of these can be read anywhere, as text or as the bytes of it.
    pub fn found(&self, personal: &[&str]) -> BTreeSet<String> {
        let text = self.readable();
        let found = personal.iter().filter(|word| {
            let small = word.to_lowercase();
            let as_bytes = [word.as_bytes(), small.as_bytes()].map(hexed);
            text.contains(&small) || as_bytes.iter().any(|bytes| text.contains(bytes))
        });
        found.map(|word| (*word).to_owned()).collect()
    }
}

/// A sale of 10.00 to somebody.
pub fn bought(id: u64, email: &str, name: &str) -> Builder {
    let mut order = an_order(id).line("A", 1).paid(1_000).customer(email, name);
    if let Some(customer) = &mut order.order.customer {
        // Nobody's is a part of another's.
        let first = email
            .trim()
            .to_lowercase()
            .bytes()
            .next()
            .unwrap_or_default();
        customer.phone = format!("514{first:03}{id:04}");
    }
    order
}

fn hexed(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn unhexed(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}
