//! The domain: money, orders, sales, stock, and what an order does to them. No I/O, no clock.
