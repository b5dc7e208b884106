use crate::output::{Align, Screen, Table};
use crate::view::{Customer, CustomerMerge, Person, PrivacyRequest};

/// Customers, a row for each.
pub(crate) fn customers(screen: Screen, customers: &[Customer]) {
    if customers.is_empty() {
        screen.line("nobody");
        return;
    }
    let mut table = Table::new([
        ("Id", Align::Left),
        ("Name", Align::Left),
        ("E-mail", Align::Left),
        ("Phone", Align::Left),
        ("Since", Align::Left),
    ]);
    for customer in customers {
        table.row([
            customer.customer_id.clone(),
            customer.name.clone().unwrap_or_default(),
            customer.email.clone().unwrap_or_default(),
            customer.phone.clone().unwrap_or_default(),
            customer.created_at.strftime("%Y-%m-%d").to_string(),
        ]);
    }
    screen.line(table);
}

/// One customer, and which records were merged into it.
pub(crate) fn person(screen: Screen, person: &Person) {
    customers(screen, std::slice::from_ref(&person.customer));
    screen.line(format_args!("{} sales", person.sale_count));
    if let Some(at) = person.customer.erased_at {
        screen.line(format_args!("erased at {at}"));
    }
    for merge in &person.merges {
        let CustomerMerge {
            customer_id,
            into_customer_id,
            merged_at,
            actor,
            note,
        } = merge;
        screen.line(format_args!(
            "{customer_id} was merged into {into_customer_id} at {merged_at} by {actor}: {note}"
        ));
    }
}

/// What shops ask on behalf of people, a row for each request.
pub(crate) fn privacy_requests(screen: Screen, requests: &[PrivacyRequest]) {
    if requests.is_empty() {
        screen.line("no shop has asked for anything");
        return;
    }
    let mut table = Table::new([
        ("Connection", Align::Left),
        ("Request", Align::Left),
        ("Asks for", Align::Left),
        ("Due", Align::Left),
        ("Answer", Align::Left),
    ]);
    for request in requests {
        let asks = match request.kind {
            "customer_data" => "what is held of somebody",
            "customer_erasure" => "somebody's erasure",
            "shop_erasure" => "the shop's erasure",
            other => other,
        };
        let answer = match request.answer {
            None => "open",
            Some("nothing_held") => "nothing was held",
            Some("linked_again") => "linked again",
            Some(other) => other,
        };
        table.row([
            request.connection_id.clone(),
            request.delivery_id.clone(),
            asks.to_owned(),
            request.due_at.strftime("%Y-%m-%d").to_string(),
            answer.to_owned(),
        ]);
    }
    screen.line(table);
}
