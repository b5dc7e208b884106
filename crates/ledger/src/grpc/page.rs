//! One page of a listing.

use tonic::Status;

use super::ask;
use super::token::{self, Place, Print};

/// What is asked for of a listing, up to the place it goes on from.
pub struct Page<P> {
    print: Print,
    limit: i64,
    pub after: Option<P>,
}

impl<P: Place> Page<P> {
    /// `question` is the request without `size` and `token`, which were taken out of it.
    pub fn asked(question: &impl prost::Message, size: i32, token: &str) -> Result<Self, Status> {
        let (limit, print) = (ask::page_size(size)?, Print::of(question));
        Ok(Self {
            print,
            limit,
            after: token::read("page_token", print, token)?,
        })
    }

    /// Rows to read: one more than asked for tells whether there is a next page.
    pub const fn rows(&self) -> i64 {
        self.limit + 1
    }

    /// Cuts what was read to what was asked for. Gives the next page's token, which is empty where there is none.
    pub fn cut<R>(&self, rows: &mut Vec<R>, place: impl FnOnce(&R) -> P) -> String {
        cut(rows, self.limit)
            .map(|last| token::write(self.print, &place(last)))
            .unwrap_or_default()
    }
}

/// Cuts a page that was read with one row too many; gives its last row when there are more.
fn cut<T>(rows: &mut Vec<T>, limit: i64) -> Option<&T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if rows.len() <= limit {
        return None;
    }
    rows.truncate(limit);
    rows.last()
}
