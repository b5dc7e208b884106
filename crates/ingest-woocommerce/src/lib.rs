//! The WooCommerce ingest service.
