//! The runtime of an ingest service: webhook, inbox, worker.
