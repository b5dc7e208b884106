//! Statements that nobody checked, and a column's array as the server sent it, to be sent back: whatever its type,
//! nothing is decoded.

use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgRow, PgTypeInfo, PgValueFormat, Postgres};
use sqlx::{Row as _, Type, TypeInfo as _, ValueRef as _};

#[derive(Clone, Debug)]
pub struct RawArray {
    kind: PgTypeInfo,
    bytes: Vec<u8>,
}

impl RawArray {
    /// The value in this place of a row of a prepared statement.
    pub fn take(row: &PgRow, place: usize) -> anyhow::Result<Self> {
        let value = row.try_get_raw(place)?;
        let kind = value.type_info().into_owned();
        anyhow::ensure!(
            value.format() == PgValueFormat::Binary && !kind.is_null(),
            "column {place} did not come as a binary array"
        );
        let bytes = value.as_bytes().map_err(|error| anyhow::anyhow!(error))?;
        Ok(Self {
            bytes: bytes.to_vec(),
            kind,
        })
    }
}

impl Type<Postgres> for RawArray {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("bytea")
    }
}

impl Encode<'_, Postgres> for RawArray {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        buffer.extend_from_slice(&self.bytes);
        Ok(IsNull::No)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(self.kind.clone())
    }
}

pub type Query = sqlx::query::Query<'static, sqlx::Postgres, sqlx::postgres::PgArguments>;

#[expect(
    clippy::disallowed_methods,
    reason = "the floor moves whatever columns there are, and this crate has no database to be checked by"
)]
pub fn raw_query(sql: &'static str) -> Query {
    sqlx::query(sql)
}
