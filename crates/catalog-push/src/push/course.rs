//! What is to be done about a product in a shop. Pure.

use crate::store::{KeptListing, Origin, Standing};

/// The next thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Course {
    /// Nothing: a person said so.
    Leave,
    /// The shop has it and is not to have it any more.
    Delete,
    /// It is nowhere any more.
    Forget,
    /// Nobody knows which listing it is, or whether there is one; or a person said which, and nobody has looked.
    Link,
    /// Somebody saved it: what the shop shows is read, and overwritten where it is ours (EC-4).
    Overwrite,
    /// Nobody has: what the shop was told is compared, and what somebody edited there stays (EC-4).
    Compare,
}

/// By what is known.
#[must_use]
pub fn course(kept: &KeptListing) -> Course {
    if kept.standing == Standing::Apart {
        return Course::Leave;
    }
    let has_listing = kept.shop_product.is_some();
    let living = kept.view.as_ref().filter(|view| !view.is_deleted);
    let Some(view) = living else {
        return if has_listing {
            Course::Delete
        } else {
            Course::Forget
        };
    };
    // It knows less than the shop that sold it: a name and a price off one line, and a stock that nobody counted.
    if view.origin == Origin::AsSold {
        return Course::Leave;
    }
    let is_told = kept.pushed_revision == Some(view.revision);
    match kept.standing {
        Standing::Apart => Course::Leave,
        // Looked for again whenever it was marked: its SKUs, or those of others, may have changed.
        Standing::Wanted | Standing::Review | Standing::Missing => Course::Link,
        Standing::Refused | Standing::Deleted | Standing::Linked if !has_listing => Course::Link,
        Standing::Refused | Standing::Deleted | Standing::Linked => {
            if is_told && kept.known.is_some() {
                Course::Compare
            } else {
                Course::Overwrite
            }
        }
    }
}
