//! Places that page tokens of imports hold.

use jiff::Timestamp;
use uuid::Uuid;

use crate::grpc::token::Place;
use crate::store::ImportKey;

impl Place for ImportKey {
    fn write(&self, bytes: &mut Vec<u8>) {
        let Self { began_at, import } = self;
        bytes.extend(began_at.as_microsecond().to_be_bytes());
        bytes.extend(import.as_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (began_at, id) = bytes.split_first_chunk::<8>()?;
        Some(Self {
            began_at: Timestamp::from_microsecond(i64::from_be_bytes(*began_at)).ok()?,
            import: Uuid::from_slice(id).ok()?,
        })
    }
}

/// An order's id in its shop.
impl Place for String {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.as_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        (!text.contains('\0')).then(|| text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grpc::token::{Print, read, write};

    #[test]
    fn places_of_imports_go_there_and_back() {
        let print = Print::of(&proto::ledger::ListImportsRequest::default());
        let place = ImportKey {
            began_at: "2026-11-21T19:52:29.000001Z".parse().unwrap(),
            import: Uuid::from_u128(7),
        };
        let token = write(print, &place);
        assert_eq!(read("page_token", print, &token).unwrap(), Some(place));
        let token = write(print, &"25 é".to_owned());
        let there: Option<String> = read("page_token", print, &token).unwrap();
        assert_eq!(there.as_deref(), Some("25 é"));
    }
}
