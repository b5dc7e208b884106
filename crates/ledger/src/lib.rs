//! The only writer of stock and sales.
