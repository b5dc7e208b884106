//! Asks until somebody answers: services are killed while they are asked.

use std::time::{Duration, Instant};

use tokio::time::sleep;
use tonic::{Code, Response, Status};

/// A service that was killed is back within this.
const PATIENCE: Duration = Duration::from_mins(2);
const AGAIN_AFTER: Duration = Duration::from_millis(100);

/// Asks again while the service is away. What is asked can be repeated.
pub async fn patiently<T>(
    mut ask: impl AsyncFnMut() -> Result<Response<T>, Status>,
) -> anyhow::Result<T> {
    let began = Instant::now();
    loop {
        match ask().await {
            Ok(answer) => return Ok(answer.into_inner()),
            Err(status) if began.elapsed() < PATIENCE && is_away(&status) => {
                sleep(AGAIN_AFTER).await;
            }
            Err(status) => return Err(status.into()),
        }
    }
}

/// A connection that breaks in the middle of a call is told as one of the others.
fn is_away(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::Unavailable | Code::Unknown | Code::Cancelled | Code::Internal
    )
}
