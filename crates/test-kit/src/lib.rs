//! Builders, matchers and fault drivers for tests and benches.
