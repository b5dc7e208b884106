//! Wire types of every API and message, and the only place where they meet the domain.
