//! Reads what people did with sales, and writes how far these have come.

use std::collections::{BTreeMap, HashMap};

use retail::fulfilment::{Handed, Step, Work};
use retail::{LineKey, Quantity};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::decide::WorkedSale;
use crate::store::StoreError;

/// What people did with the lines of sales, by sale and line. Of few sales they did anything: without ids nothing
/// is asked.
pub(in crate::store) async fn work(
    db: &mut PgConnection,
    sales: &[Uuid],
) -> Result<HashMap<Uuid, BTreeMap<LineKey, Work>>, StoreError> {
    let mut work: HashMap<Uuid, BTreeMap<LineKey, Work>> = HashMap::new();
    if sales.is_empty() {
        return Ok(work);
    }
    let taken = sqlx::query!(
        "select s.sale_id, s.step, s.is_undone, l.line_key, l.quantity_milli, l.told_milli, l.picked_milli,
            l.packed_milli
        from ledger.fulfilment_step s
        join ledger.fulfilment_step_line l on l.step_id = s.step_id
        where s.sale_id = any($1)
        order by s.sale_id, s.number",
        sales,
    )
    .fetch_all(db)
    .await?;
    for taken in taken {
        let key = line_key(&taken.line_key)?;
        let of_line = work
            .entry(taken.sale_id)
            .or_default()
            .entry(key)
            .or_default();
        of_line.picked = Quantity::from_milli(taken.picked_milli);
        of_line.packed = Quantity::from_milli(taken.packed_milli);
        let step = step_from(&taken.step)?;
        if step.hands_over() {
            of_line.handed.push(Handed {
                step,
                quantity: Quantity::from_milli(taken.quantity_milli),
                told: Quantity::from_milli(taken.told_milli),
            });
        }
    }
    Ok(work)
}

/// Writes how far sales have come; their rows, and those of their lines, are there.
pub(in crate::store) async fn write(
    db: &mut PgConnection,
    worked: &[WorkedSale],
) -> Result<(), StoreError> {
    if worked.is_empty() {
        return Ok(());
    }
    let sales: Vec<Uuid> = worked.iter().map(|sale| sale.sale.uuid()).collect();
    let to_fulfil: Vec<bool> = worked.iter().map(|sale| sale.is_to_fulfil).collect();
    let joined = |sale: &WorkedSale| {
        let stages: Vec<&str> = sale.stages.iter().map(|stage| stage.as_str()).collect();
        stages.join(",")
    };
    let stages: Vec<String> = worked.iter().map(joined).collect();
    sqlx::query!(
        "update ledger.sale s
        set is_to_fulfil = n.is_to_fulfil, fulfilment_steps = string_to_array(n.steps, ',')
        from unnest($1::uuid[], $2::bool[], $3::text[]) n (sale_id, is_to_fulfil, steps)
        where s.sale_id = n.sale_id",
        &sales,
        &to_fulfil,
        &stages,
    )
    .execute(&mut *db)
    .await?;
    let lines = || {
        worked.iter().flat_map(|sale| {
            let id = sale.sale.uuid();
            sale.lines.iter().map(move |line| (id, line))
        })
    };
    let sales: Vec<Uuid> = lines().map(|(sale, _)| sale).collect();
    let keys: Vec<&str> = lines().map(|(_, line)| line.key.as_str()).collect();
    let figures = || lines().map(|(_, line)| line.progress);
    let from_shelf: Vec<i64> = figures().map(|line| line.picked.milli()).collect();
    let in_parcels: Vec<i64> = figures().map(|line| line.packed.milli()).collect();
    let handed: Vec<i64> = figures().map(|line| line.handed_over.milli()).collect();
    sqlx::query!(
        "update ledger.sale_line l
        set picked_milli = n.picked, packed_milli = n.packed, handed_over_milli = n.handed_over
        from unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[])
            n (sale_id, line_key, picked, packed, handed_over)
        where l.sale_id = n.sale_id and l.line_key = n.line_key",
        &sales,
        &keys as _,
        &from_shelf,
        &in_parcels,
        &handed,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(in crate::store) fn step_from(text: &str) -> Result<Step, StoreError> {
    let mut steps = Step::ALL.into_iter();
    steps
        .find(|step| step.as_str() == text)
        .ok_or_else(|| StoreError::corrupt("fulfilment_step", "step", text))
}

pub(super) fn line_key(text: &str) -> Result<LineKey, StoreError> {
    LineKey::new(text).map_err(|_| StoreError::corrupt("fulfilment_step_line", "line_key", text))
}
