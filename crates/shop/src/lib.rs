//! What a shop platform is: the trait, connections, notices, error classes.
