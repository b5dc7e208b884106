//! The bus against a real broker.

mod check;
mod consume;
mod dead;
mod permission;
mod provision;
mod publish;
mod restart;
mod support;
mod trace;
