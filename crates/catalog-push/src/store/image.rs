//! Pictures, each once for a retailer.

use retail::RetailerId;
use retail::catalogue::Picture;
use retail::listing::ImageHash;
use serde_json::json;
use sqlx::PgConnection;

use super::{Once, Store, StoreError, row};
use crate::images::ImageKind;

/// A picture that is to be kept.
#[derive(Clone, Debug)]
pub struct NewImage {
    pub hash: ImageHash,
    /// Of its address, if it is new.
    pub token: String,
    pub kind: ImageKind,
    pub width: u32,
    pub height: u32,
    pub content: bytes::Bytes,
}

/// A picture, without itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageView {
    pub hash: ImageHash,
    pub token: String,
    pub kind: ImageKind,
    pub width: u32,
    pub height: u32,
    pub size_bytes: i64,
}

/// A picture, as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedImage {
    pub kind: ImageKind,
    pub content: Vec<u8>,
}

impl ImageView {
    /// As shops fetch it. `base` is where they reach this service.
    #[must_use]
    pub fn picture(&self, base: &str) -> Picture {
        let Self {
            hash: ImageHash(hash),
            token,
            kind,
            width,
            height,
            size_bytes: _,
        } = self;
        Picture {
            // Some shops know an image again by the name of its file alone.
            url: format!(
                "{base}/images/{token}/{}.{}",
                hex::encode(hash),
                kind.extension()
            )
            .into(),
            width: *width,
            height: *height,
        }
    }
}

impl Once {
    /// Keeps it, if it is not kept already.
    pub async fn put_image(&mut self, image: NewImage) -> Result<ImageView, StoreError> {
        let NewImage {
            hash,
            token,
            kind,
            width,
            height,
            content,
        } = image;
        let (retailer, now) = (self.retailer(), self.now());
        let db = self.db();
        sqlx::query!(
            "insert into catalog.image (retailer_id, hash, token, kind, width_px, height_px, content, kept_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict on constraint image_pkey do nothing",
            retailer.uuid(),
            hash.0.as_slice(),
            token,
            kind.as_str(),
            i32::try_from(width).unwrap_or(i32::MAX),
            i32::try_from(height).unwrap_or(i32::MAX),
            &*content,
            row::at(now) as _,
        )
        .execute(&mut *db)
        .await?;
        let kept = find(db, retailer, &[hash]).await?.pop();
        let kept = kept.ok_or_else(|| StoreError::corrupt("image", "hash", "gone"))?;
        self.note_change(None, json!({"image_hash": hex::encode(hash.0)}));
        Ok(kept)
    }
}

impl Store {
    /// Whoever knows its token may have it, whose ever it is.
    pub async fn served_image(
        &self,
        token: &str,
        hash: ImageHash,
    ) -> Result<Option<ServedImage>, StoreError> {
        let found = sqlx::query!(
            "select kind, content from catalog.image where token = $1 and hash = $2",
            token,
            hash.0.as_slice(),
        )
        .fetch_optional(&self.pool)
        .await?;
        found
            .map(|found| {
                Ok(ServedImage {
                    kind: kind_from(&found.kind)?,
                    content: found.content,
                })
            })
            .transpose()
    }
}

/// Those of them that are kept.
pub(super) async fn find(
    db: &mut PgConnection,
    retailer: RetailerId,
    hashes: &[ImageHash],
) -> Result<Vec<ImageView>, StoreError> {
    if hashes.is_empty() {
        return Ok(Vec::new());
    }
    let hashes: Vec<Vec<u8>> = hashes.iter().map(|hash| hash.0.into()).collect();
    let found = sqlx::query!(
        r#"select hash, token, kind, width_px, height_px, octet_length(content)::bigint as "size_bytes!"
        from catalog.image where retailer_id = $1 and hash = any($2)"#,
        retailer.uuid(),
        &hashes,
    )
    .fetch_all(db)
    .await?;
    found
        .into_iter()
        .map(|found| {
            Ok(ImageView {
                hash: row::hash_from(&found.hash)?,
                token: found.token,
                kind: kind_from(&found.kind)?,
                width: u32::try_from(found.width_px).unwrap_or_default(),
                height: u32::try_from(found.height_px).unwrap_or_default(),
                size_bytes: found.size_bytes,
            })
        })
        .collect()
}

fn kind_from(text: &str) -> Result<ImageKind, StoreError> {
    ImageKind::read(text).ok_or_else(|| StoreError::corrupt("image", "kind", text))
}
