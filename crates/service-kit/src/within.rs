use std::time::Duration;

/// Longer than anything that passes: what a crashed reader held comes again after 30 s.
pub const PATIENCE: Duration = Duration::from_mins(3);
/// Between two questions.
const PAUSE: Duration = Duration::from_millis(20);

/// Asks until there is an answer.
pub async fn within<T>(mut question: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = question().await {
                return answer;
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::time::timeout(PATIENCE, asking)
        .await
        .expect("an answer, some time")
}
