use prost::Message;
use tonic::Status;

use crate::store::{Asked, Begun, Once, Store};

/// Does what is asked for; asked for again, it is answered as it was. What `act` does and its answer are kept
/// together or not at all.
pub async fn once<A: Message + Default>(
    store: &Store,
    asked: Asked,
    act: impl AsyncFnOnce(&mut Once) -> Result<A, Status>,
) -> Result<A, Status> {
    let mut once = match store.once(asked).await? {
        Begun::Before(answer) => return Ok(answer),
        Begun::Now(once) => once,
    };
    let answer = act(&mut once).await?;
    once.finish(&answer).await?;
    Ok(answer)
}
