//! A migration that was added is a change of this crate, though no source names it.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
