//! `GET /images/{token}/{hash}.{extension}`: how shops fetch pictures. No session is asked for; a token is 128 random bits,
//! and whoever was given it may have the picture, as whoever looks at the shop may.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use retail::listing::ImageHash;
use service::refusal::unavailable;
use tonic::Status;

use crate::store::{ServedImage, Store};

/// Of a token: as text twice as long.
const TOKEN_BYTES: usize = 16;
/// A picture under a token is always the same.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";

/// Answers shops.
pub fn router(store: Store) -> Router {
    Router::new()
        .route("/images/{token}/{file}", get(serve))
        .with_state(store)
}

/// A token that nobody guesses.
pub fn new_token() -> Result<String, Status> {
    let mut token = [0; TOKEN_BYTES];
    getrandom::fill(&mut token).map_err(|error| {
        tracing::error!(%error, "there is no randomness");
        unavailable("there is no randomness")
    })?;
    Ok(hex::encode(token))
}

/// The hash in the name of a file, and its ending.
fn named(file: &str) -> Option<(ImageHash, &str)> {
    let (name, extension) = file.split_once('.')?;
    let mut hash = [0; 32];
    hex::decode_to_slice(name, &mut hash).ok()?;
    Some((ImageHash(hash), extension))
}

async fn serve(
    State(store): State<Store>,
    Path((token, file)): Path<(String, String)>,
) -> Response {
    let Some((hash, extension)) = named(&file) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let is_token = token.len() == 2 * TOKEN_BYTES && token.bytes().all(|it| it.is_ascii_hexdigit());
    if !is_token {
        return StatusCode::NOT_FOUND.into_response();
    }
    match store.served_image(&token, hash).await {
        Ok(Some(ServedImage { kind, content })) if kind.extension() == extension => {
            let headers = [
                (CONTENT_TYPE, kind.content_type()),
                (CACHE_CONTROL, FOR_GOOD),
                (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ];
            (headers, content).into_response()
        }
        Ok(_) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::warn!(%error, "a picture cannot be sent");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
