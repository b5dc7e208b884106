//! Whose sale it is.

use retail::{ConnectionId, Customer, CustomerId, EmailKey, Order, RetailerId};

use super::Decision;
use crate::decide::walk::Walk;
use crate::decide::{Body, ErasedOrderRow, Group, Incoming, NewCustomer};

impl<'a> Decision<'_, 'a> {
    /// Whose the order is if it is somebody's who was erased after it was placed.
    pub(super) fn erased(
        &self,
        group: &Group<'a>,
        order: &Order,
        email: Option<&'a EmailKey>,
    ) -> Option<CustomerId> {
        let key = (group.settings.retailer, email?);
        self.known.erased.at(key, order.placed_at)
    }

    /// Whatever becomes of its messages, the deliveries of an erased person's order are kept nowhere.
    pub(super) fn note_erased(&mut self, group: &Group<'a>, walk: &Walk<'_>) {
        let names_erased = |message: &&'a Incoming| match &message.body {
            Body::Order { order, email } => self.erased(group, order, email.as_ref()).is_some(),
            Body::Refused(_) => false,
        };
        let mut messages = group.messages.iter().map(|(_, message)| message);
        if walk.erased_customer.is_some() || messages.any(names_erased) {
            self.plan.erased_orders.push(ErasedOrderRow {
                connection: group.connection,
                order: group.order,
                retailer: group.settings.retailer,
            });
        }
    }

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
