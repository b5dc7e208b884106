//! Identities given by Comptoir. One registry, so that no two kinds can be mixed up.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a value that is known to name a thing of this kind.
            #[must_use]
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The bare value, for wires and rows.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }
    };
}

id!(
    /// One link between a shop and a register. An order's identity is its connection and its id there.
    ConnectionId
);
id!(
    /// A person or company on file with a retailer.
    CustomerId
);
id!(
    /// One import of a connection's past orders.
    ImportId
);
id!(
    /// Something a retailer sells, counted or not.
    ItemId
);
id!(
    /// A store: the place whose stock falls when something is sold.
    OutletId
);
id!(
    /// What the catalogue describes once and sells as one variant or several; each variant is an item.
    ProductId
);
id!(
    /// A till. A shop's sales are booked on one, as if it stood in the outlet.
    RegisterId
);
id!(
    /// The customer of the system; the tenant.
    RetailerId
);
id!(
    /// What the ledger records for an order or at a till.
    SaleId
);
id!(
    /// One spreadsheet of the catalogue that came in.
    SheetId
);
