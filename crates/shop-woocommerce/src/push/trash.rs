//! Taking something away: to the trash, where its old orders still find it.

use serde::de::IgnoredAny;
use shop::FetchError;
use shop::push::Outcome;

use super::ask::Asker;
use super::refusal::outcome;

/// What is there already.
const TRASHED: &str = "woocommerce_rest_already_trashed";
/// The shop's owner wants things deleted for good.
const NO_TRASH: &str = "woocommerce_rest_trash_not_supported";

/// What is gone is deleted. One by one: a batch deletes for good, and then orders no longer say what was sold.
pub(super) async fn trash(asker: &Asker<'_>, path: &str) -> Result<Outcome<()>, FetchError> {
    let mut answer = asker.delete(path, false).await?;
    if let Err(fault) = answer.judge::<IgnoredAny>()?
        && fault.is(NO_TRASH)
    {
        answer = asker.delete(path, true).await?;
    }
    Ok(match answer.judge::<IgnoredAny>()? {
        Ok(IgnoredAny) => Outcome::Done(()),
        Err(fault) if fault.is(TRASHED) || fault.is_of_nothing() => Outcome::Done(()),
        Err(fault) => outcome(fault),
    })
}
