use std::fmt;

use shop::sim::Stocked;

use super::OrderKey;

/// One thing that the ledger says otherwise than the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub about: About,
    pub kind: Kind,
    pub is: String,
    pub should: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    Order { connection: String, order: String },
    Stock { outlet: String, thing: Stocked },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    MissingSale,
    DoubledSale,
    /// A sale of what never was one.
    UnknownSale,
    /// Parked, or not, or for another reason.
    Parked,
    ReceiptNumber,
    /// Booked elsewhere.
    Outlet,
    Register,
    State,
    Balance,
    Total,
    Tax,
    Received,
    Refunded,
    Customer,
    /// A line twice, or lines that do not come to the sale's total and tax.
    Lines,
    /// A line holds something else than was sold and did not go back.
    Quantity,
    /// The sale holds other things than it should.
    Held,
    /// More or less of the sale is to be handed over than should be.
    ToHandOver,
    /// A payment twice, or payments that do not come to what was received and refunded.
    Payments,
    /// A sale's or a level's movements do not come to what it holds.
    Movements,
    /// Something has more levels than it should.
    DoubledLevel,
    Level,
}

impl About {
    /// Of an order.
    #[must_use]
    pub fn connection(&self) -> Option<&str> {
        match self {
            Self::Order {
                connection,
                order: _,
            } => Some(connection),
            Self::Stock { .. } => None,
        }
    }

    pub(super) fn order((connection, order): &OrderKey) -> Self {
        Self::Order {
            connection: connection.clone(),
            order: order.clone(),
        }
    }

    pub(super) fn differs(
        &self,
        kind: Kind,
        is: impl Into<String>,
        should: impl Into<String>,
    ) -> Difference {
        Difference {
            about: self.clone(),
            kind,
            is: is.into(),
            should: should.into(),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            about,
            kind,
            is,
            should,
        } = self;
        write!(f, "{about}: {kind:?}: {is}, should be {should}")
    }
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order { connection, order } => write!(f, "order {order} of {connection}"),
            Self::Stock {
                outlet,
                thing: Stocked::Sku(name) | Stocked::Name(name),
            } => write!(f, "stock of {name} in {outlet}"),
        }
    }
}
