//! Whom the privacy topics speak of: `customers/data_request` and `customers/redact`.

use retail::EmailKey;
use serde::Deserialize;
use shop::PrivacySubject;

use crate::id::Id;

#[derive(Deserialize)]
struct Payload {
    customer: Option<Customer>,
    /// Of a data request.
    #[serde(default)]
    orders_requested: Vec<Id>,
    /// Of an erasure.
    #[serde(default)]
    orders_to_redact: Vec<Id>,
}

/// What Shopify says of the person besides, an id of its own and a telephone number, is nothing that customers are
/// matched by.
#[derive(Deserialize)]
struct Customer {
    email: Option<String>,
}

pub(crate) fn subject(body: &[u8]) -> Option<PrivacySubject> {
    let Payload {
        customer,
        orders_requested,
        orders_to_redact,
    } = serde_json::from_slice(body).ok()?;
    let email = customer.and_then(|customer| customer.email);
    let orders = orders_requested.iter().chain(&orders_to_redact);
    Some(PrivacySubject {
        email: email.and_then(|email| EmailKey::new(&email)),
        orders: orders.filter_map(Id::order).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_person_is_told_by_address_and_orders() {
        let orders = |subject: &PrivacySubject| -> Vec<String> {
            subject.orders.iter().map(ToString::to_string).collect()
        };
        let data = br#"{"shop_id":1,"shop_domain":"pos-test.myshopify.com","orders_requested":[5601000001001],
            "customer":{"id":7012345678901,"email":"Elodie.Dhondt@example.com","phone":"+3225550100"},
            "data_request":{"id":9999}}"#;
        let data = subject(data).unwrap();
        assert_eq!(data.email, EmailKey::new("elodie.dhondt@example.com"));
        assert_eq!(orders(&data), ["5601000001001"]);
        let redact =
            br#"{"shop_id":1,"shop_domain":"x","customer":{"id":7,"email":null,"phone":null},
            "orders_to_redact":[1,2]}"#;
        let redact = subject(redact).unwrap();
        assert_eq!((redact.email.is_none(), orders(&redact).len()), (true, 2));
        assert_eq!(subject(b"{}"), Some(PrivacySubject::default()));
        assert_eq!(subject(b"none"), None);
    }
}
