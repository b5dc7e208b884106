use std::sync::Arc;

use secrecy::zeroize::Zeroizing;
use service::seal::Keyring;
use sqlx::PgPool;

use crate::erasure::ErasureKey;
use crate::store::StoreError;

/// What the sealed key is.
const PURPOSE: &[u8] = b"ledger/erasure_key";

/// The key that erased people are known again by: made when it is needed first, and the same for good. It is sealed
/// anew each time, so that an older key of the installation can be given up.
pub async fn erasure_key(pool: &PgPool, keyring: &Keyring) -> Result<Arc<ErasureKey>, StoreError> {
    let unusable = |why: &str| StoreError::corrupt("erasure_key", "sealed_key", why);
    let drawn = ErasureKey::draw().map_err(|_| unusable("no randomness"))?;
    let mut db = pool.begin().await?;
    sqlx::query!(
        "insert into ledger.erasure_key (sealed_key) values ($1)
        on conflict on constraint erasure_key_pkey do nothing",
        keyring.seal(PURPOSE, drawn.as_slice()),
    )
    .execute(&mut *db)
    .await?;
    let sealed = sqlx::query_scalar!("select sealed_key from ledger.erasure_key for update")
        .fetch_one(&mut *db)
        .await?;
    let opened = keyring
        .open(PURPOSE, &sealed)
        .map_err(|error| unusable(&error.to_string()))?;
    let opened = Zeroizing::new(opened);
    let key = opened
        .as_slice()
        .try_into()
        .map_err(|_| unusable("a key of another length"))?;
    sqlx::query!(
        "update ledger.erasure_key set sealed_key = $1",
        keyring.seal(PURPOSE, &opened),
    )
    .execute(&mut *db)
    .await?;
    db.commit().await?;
    Ok(Arc::new(ErasureKey::of(key)))
}
