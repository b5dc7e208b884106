use super::Roles;

/// A line of the table of who may call what.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// As in `comptoir.ledger.v1.Sales/ListSales`.
    pub path: &'static str,
    /// Any of them may call it.
    pub roles: Roles,
}

/// What anybody may ask: whether a server is well, and what it can do.
const OPEN: [&str; 3] = [
    "grpc.health.v1.Health/",
    "grpc.reflection.v1.ServerReflection/",
    "grpc.reflection.v1alpha.ServerReflection/",
];

/// A line of the table.
#[must_use]
pub const fn method(path: &'static str, roles: Roles) -> Method {
    Method { path, roles }
}

/// Whether a method needs no token.
#[must_use]
pub fn is_open(path: &str) -> bool {
    OPEN.iter().any(|service| path.starts_with(service))
}
