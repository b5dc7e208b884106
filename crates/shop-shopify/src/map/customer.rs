//! Who ordered.

use retail::Customer;

use crate::payload::{Address, Email, Order, Phone};
use crate::text::clean;

/// The first of each that the shop gives. All may be missing: guests exist, and Shopify keeps personal
/// data from apps it has not approved.
pub(super) fn customer(order: &Order) -> Option<Customer> {
    let person = order.customer.as_ref();
    let addresses = || order.billing_address.iter().chain(&order.shipping_address);
    let full_name = person.map(|person| {
        let part = |name: &Option<String>| name.clone().unwrap_or_default();
        format!("{} {}", part(&person.first_name), part(&person.last_name))
    });
    let email = [
        order.email.as_deref(),
        person
            .and_then(|person| person.default_email_address.as_ref())
            .and_then(|Email { email_address }| email_address.as_deref()),
    ];
    let phone = [
        order.phone.as_deref(),
        person
            .and_then(|person| person.default_phone_number.as_ref())
            .and_then(|Phone { phone_number }| phone_number.as_deref()),
    ];
    let text = |pick: fn(&Address) -> Option<&str>| addresses().map(pick);
    let customer = Customer {
        email: first(email),
        name: first(
            std::iter::once(full_name.as_deref())
                .chain(text(|address| address.name.as_deref()))
                .chain(text(|address| address.company.as_deref())),
        ),
        phone: first(
            phone
                .into_iter()
                .chain(text(|address| address.phone.as_deref())),
        ),
    };
    let nobody = customer.email.is_empty() && customer.name.is_empty() && customer.phone.is_empty();
    (!nobody).then_some(customer)
}

fn first<'a>(texts: impl IntoIterator<Item = Option<&'a str>>) -> String {
    texts
        .into_iter()
        .flatten()
        .map(clean)
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}
