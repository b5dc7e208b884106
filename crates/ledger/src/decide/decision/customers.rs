//! Whose sale it is.

use retail::{ConnectionId, Customer, CustomerId, EmailKey, RetailerId};

use super::Decision;
use crate::decide::{Group, NewCustomer};

impl<'a> Decision<'_, 'a> {
    /// Matched by e-mail, else created; nobody named is the connection's guest (POS-12).
    pub(super) fn customer(
        &mut self,
        group: &Group<'a>,
        named: Option<(&'a Customer, &'a EmailKey)>,
    ) -> CustomerId {
        let retailer = group.settings.retailer;
        let Some((customer, key)) = named else {
            let of = group.connection;
            let known = self.known.guests.get(&of).or_else(|| self.guests.get(&of));
            if let Some(id) = known {
                return *id;
            }
            let id = CustomerId::new(self.ids.next());
            self.guests.insert(of, id);
            self.plan
                .customers
                .push(NewCustomer::Guest { id, retailer, of });
            return id;
        };
        let known = self.known.customers.get(&(retailer, key));
        if let Some(id) = known.or_else(|| self.people.get(&(retailer, key))) {
            return *id;
        }
        let id = CustomerId::new(self.ids.next());
        self.people.insert((retailer, key), id);
        self.plan.customers.push(NewCustomer::Person {
            id,
            retailer,
            key,
            customer,
        });
        id
    }
}

/// In which order customers are created: guests first, then people by e-mail key.
pub(super) fn lock_order<'c>(
    customer: &'c NewCustomer<'_>,
) -> (RetailerId, Option<&'c str>, Option<ConnectionId>) {
    match customer {
        NewCustomer::Guest {
            id: _,
            retailer,
            of,
        } => (*retailer, None, Some(*of)),
        NewCustomer::Person {
            id: _,
            retailer,
            key,
            customer: _,
        } => (*retailer, Some(key.as_str()), None),
    }
}
