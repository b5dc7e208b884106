//! One page of a listing. Its token is opaque to callers: a place, and a print of the question that it was given for.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use retail::ProductId;
use tonic::Status;
use uuid::Uuid;

use super::error::bad_field;
use crate::store::{AuditKey, DriftKey, ListingKey, ProductKey, SheetPlace};

/// Rows of a page when nothing is said.
const DEFAULT: i64 = 50;
/// Rows of a page at most.
const LIMIT: i64 = 500;
/// Longer tokens are none of ours, in characters.
const TOKEN_LIMIT_CHARS: usize = 2_048;

/// A place that a token can hold, as text.
pub trait Place: Sized {
    fn write(&self) -> String;
    /// `None` when the text is not such a place.
    fn read(text: &str) -> Option<Self>;
}

/// What is asked for of a listing, up to the place it goes on from.
pub struct Page<P> {
    print: Uuid,
    limit: i64,
    pub after: Option<P>,
}

impl<P: Place> Page<P> {
    /// `question` is the request without `size` and `token`, which were taken out of it.
    pub fn asked(question: &impl prost::Message, size: i32, token: &str) -> Result<Self, Status> {
        let limit = match i64::from(size) {
            0 => DEFAULT,
            size @ 1..=LIMIT => size,
            _ => {
                let problem = format!("must be from 1 to {LIMIT}, or 0 for {DEFAULT}");
                return Err(bad_field("page_size", problem));
            }
        };
        let print = Uuid::new_v5(&Uuid::NAMESPACE_OID, &question.encode_to_vec());
        Ok(Self {
            print,
            limit,
            after: read(print, token)?,
        })
    }

    /// Rows of the page at most.
    pub const fn limit(&self) -> i64 {
        self.limit
    }

    /// The token of a page that goes on after `place`; empty where there is none.
    pub fn token(&self, place: Option<P>) -> String {
        let token = |place: P| {
            URL_SAFE_NO_PAD.encode(format!("{} {}", self.print.as_simple(), place.write()))
        };
        place.map(token).unwrap_or_default()
    }

    /// Rows to read: one more than asked for tells whether there is a next page.
    pub const fn rows(&self) -> i64 {
        self.limit + 1
    }

    /// Cuts what was read to what was asked for. Gives the next page's token, which is empty where there is none.
    pub fn cut<R>(&self, rows: &mut Vec<R>, place: impl FnOnce(&R) -> P) -> String {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        if rows.len() <= limit {
            return String::new();
        }
        rows.truncate(limit);
        self.token(rows.last().map(place))
    }
}

/// The place in `token`; `None` for an empty one.
fn read<P: Place>(print: Uuid, token: &str) -> Result<Option<P>, Status> {
    if token.is_empty() {
        return Ok(None);
    }
    let unknown = || bad_field("page_token", "is not a token given by this service");
    if token.len() > TOKEN_LIMIT_CHARS {
        return Err(unknown());
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| unknown())?;
    let text = String::from_utf8(bytes).map_err(|_| unknown())?;
    let (found, place) = text.split_once(' ').ok_or_else(unknown)?;
    let found = Uuid::try_parse(found).map_err(|_| unknown())?;
    if found != print {
        return Err(bad_field("page_token", "was given for another question"));
    }
    P::read(place).map(Some).ok_or_else(unknown)
}

impl Place for ProductKey {
    fn write(&self) -> String {
        format!("{} {}", self.product, self.name)
    }

    fn read(text: &str) -> Option<Self> {
        let (product, name) = text.split_once(' ')?;
        Some(Self {
            name: name.to_owned(),
            product: Uuid::try_parse(product).ok()?,
        })
    }
}

impl Place for AuditKey {
    fn write(&self) -> String {
        format!("{} {}", self.done_at.as_microsecond(), self.request)
    }

    fn read(text: &str) -> Option<Self> {
        let (micros, request) = text.split_once(' ')?;
        Some(Self {
            done_at: Timestamp::from_microsecond(micros.parse().ok()?).ok()?,
            request: Uuid::try_parse(request).ok()?,
        })
    }
}

impl Place for ListingKey {
    fn write(&self) -> String {
        format!("{} {}", self.product, self.connection)
    }

    fn read(text: &str) -> Option<Self> {
        let (product, connection) = text.split_once(' ')?;
        Some(Self {
            product: product.parse().ok()?,
            connection: connection.parse().ok()?,
        })
    }
}

impl Place for DriftKey {
    fn write(&self) -> String {
        let since = self.since.as_microsecond();
        format!("{} {since} {}", self.severity, self.id)
    }

    fn read(text: &str) -> Option<Self> {
        let (severity, rest) = text.split_once(' ')?;
        let (since, id) = rest.split_once(' ')?;
        Some(Self {
            severity: severity.parse().ok()?,
            since: Timestamp::from_microsecond(since.parse().ok()?).ok()?,
            id: Uuid::try_parse(id).ok()?,
        })
    }
}

/// An entry that the list went up to.
impl Place for Uuid {
    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        Self::try_parse(text).ok()
    }
}

/// A product that the list went up to.
impl Place for ProductId {
    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Place for SheetPlace {
    fn write(&self) -> String {
        self.0.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

/// A name that the list went up to.
impl Place for String {
    fn write(&self) -> String {
        self.clone()
    }

    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned()).filter(|text| !text.contains('\0'))
    }
}

#[cfg(test)]
mod tests {
    use proto::catalog::ListProductsRequest;

    use super::*;

    fn asked(retailer: &str, token: &str) -> Result<Page<ProductKey>, Status> {
        let question = ListProductsRequest {
            retailer_id: retailer.to_owned(),
            ..ListProductsRequest::default()
        };
        Page::asked(&question, 1, token)
    }

    #[test]
    fn a_page_goes_on_where_its_token_says_and_no_other_token_is_taken() {
        let key = |name: &str| ProductKey {
            name: name.to_owned(),
            product: Uuid::from_u128(7),
        };
        let mut rows = vec![key("two words"), key("x")];
        let token = asked("a", "").unwrap().cut(&mut rows, Clone::clone);
        assert_eq!(rows, [key("two words")]);
        assert_eq!(asked("a", &token).unwrap().after, Some(key("two words")));
        assert_eq!(asked("a", "").unwrap().cut(&mut rows, Clone::clone), "");
        assert!(asked("b", &token).is_err(), "another question's");
        for token in ["x", "AAAA", "!"] {
            assert!(asked("a", token).is_err(), "{token}");
        }
    }
}
