//! Many rows in one request. The store refuses a batch whole for one of them: it is cut in half until that one stands
//! alone.

use serde::Serialize;
use shop::FetchError;

use super::super::desk::{Desk, Said};
use super::super::refusal;
use super::{End, Job};

/// A row, and whose it is.
pub(super) struct Row<T> {
    pub(super) job: usize,
    pub(super) body: T,
}

/// Sends all rows, at most `limit` in a request.
pub(super) async fn put<T: Serialize>(
    desk: &mut Desk<'_>,
    path: &str,
    rows: &[Row<T>],
    limit: usize,
    jobs: &mut [Job<'_>],
) -> Result<(), FetchError> {
    let mut open: Vec<&[Row<T>]> = rows.chunks(limit).rev().collect();
    while let Some(batch) = open.pop() {
        let bodies: Vec<&T> = batch.iter().map(|row| &row.body).collect();
        let end = match desk.put(path, &bodies).await? {
            Said::Done(_) => continue,
            Said::Missing => End::Missing,
            Said::Denied(denial) if denial.is_of_missing() => End::Missing,
            Said::Denied(denial) => End::Refused(denial.refusal()),
            Said::Partly(body) => End::Refused(refusal::of_part(&body)),
        };
        match batch {
            // Nobody can do half of it.
            [row] => {
                if let Some(job) = jobs.get_mut(row.job) {
                    job.end.get_or_insert(end);
                }
            }
            [] => {}
            _ => {
                let (first, second) = batch.split_at(batch.len() / 2);
                open.extend([second, first]);
            }
        }
    }
    Ok(())
}
