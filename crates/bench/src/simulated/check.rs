//! What the ledger finds wrong with itself.

use super::ShopSystem;

/// Its failed checks, in words.
pub async fn own_check(system: &ShopSystem) -> anyhow::Result<Vec<String>> {
    let checks = system.ledger()?.verify().await?;
    anyhow::ensure!(!checks.is_empty(), "the ledger checks nothing");
    let failed = checks.iter().filter(|check| check.failure_count > 0);
    Ok(failed
        .map(|check| {
            let first = check.failures.first();
            format!(
                "{}: {} failures, such as {first:?}",
                check.name, check.failure_count
            )
        })
        .collect())
}
