//! Many requests in one: at most 500, done one after the other, each with its own result.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use shop::FetchError;
use uuid::Uuid;

use super::api::{ANSWER_LIMIT_BYTES, Api, Request, Said, query};
use crate::client::unreadable;
use crate::loose::{Members, Scalar};

/// Most requests of one batch.
pub(super) const BATCH_ROWS: usize = 500;
/// How long to wait before each look at a batch, in milliseconds; the last of them again and again.
const LOOKS_MS: [u64; 5] = [50, 100, 250, 500, 1_000];
/// Most looks at one batch: about forty seconds. A store's batches run one after the other.
const LOOKS_LIMIT: usize = 40;
/// Largest answer to a new batch, in bytes.
const TICKET_LIMIT_BYTES: usize = 64 << 10;

/// What a request goes by that asks what became of another one. Those of others go by their places.
const QUESTION: &str = "question";

/// What a batch goes by.
pub(super) struct Ticket(String);

/// Sends all of them, in their order, and says what became of each. One alone needs no batch.
pub(super) async fn run(api: &Api<'_>, requests: &[Request]) -> Result<Vec<Said>, FetchError> {
    let mut said = Vec::with_capacity(requests.len());
    let mut left: VecDeque<Range<usize>> = (0..requests.len())
        .step_by(BATCH_ROWS)
        .map(|from| from..requests.len().min(from + BATCH_ROWS))
        .collect();
    while let Some(range) = left.pop_front() {
        let rows = requests.get(range.clone()).unwrap_or_default();
        match rows {
            [] => {}
            [one] => said.push(api.send(one, ANSWER_LIMIT_BYTES).await?),
            _ => match submit(api, rows, None).await? {
                Submitted::Ticket(ticket) => said.extend(result(api, &ticket, rows.len()).await?),
                // Refused whole: halved until what is at fault stands alone.
                Submitted::Refused => {
                    let half = range.start + rows.len() / 2;
                    left.push_front(half..range.end);
                    left.push_front(range.start..half);
                }
            },
        }
    }
    Ok(said)
}

/// What became of a batch when it was handed over.
pub(super) enum Submitted {
    Ticket(Ticket),
    /// None of it is done.
    Refused,
}

/// Hands a batch over. Under a `key` that was seen within the last hour nothing is done again: the ticket is the one
/// given then.
pub(super) async fn submit(
    api: &Api<'_>,
    rows: &[Request],
    key: Option<Uuid>,
) -> Result<Submitted, FetchError> {
    let rows = rows.iter().enumerate();
    let rows: Vec<Row<'_>> = rows
        .map(|(place, request)| Row::new(place.to_string(), request))
        .collect();
    hand_over(api, &rows, key).await
}

/// What became of a batch of one request that was, or was not, handed over under this key. `None`: it was not, and will
/// not be done any more: the key is used up by `question`, which changes nothing.
pub(super) async fn recall(
    api: &Api<'_>,
    key: Uuid,
    question: &Request,
) -> Result<Option<Said>, FetchError> {
    let rows = [Row::new(QUESTION.to_owned(), question)];
    let ticket = match hand_over(api, &rows, Some(key)).await? {
        Submitted::Ticket(ticket) => ticket,
        Submitted::Refused => return Err(FetchError::later("the store takes no question")),
    };
    let body = through(api, &ticket).await?;
    let Progress { responses, .. } = progress(&body)?;
    if responses.0.iter().any(|it| it.id.as_str() == QUESTION) {
        return Ok(None);
    }
    Ok(sorted(responses.0, 1)?.pop())
}

async fn hand_over(
    api: &Api<'_>,
    rows: &[Row<'_>],
    key: Option<Uuid>,
) -> Result<Submitted, FetchError> {
    let body = serde_json::value::to_raw_value(rows)
        .map_err(|_| unreadable("a batch cannot be written"))?;
    // It would stop at the first failure otherwise.
    let goes_on = "/batch?stopOnFirstFailure=false";
    let path = match key {
        Some(key) => format!("{goes_on}&deduplicationKey={key}"),
        None => goes_on.to_owned(),
    };
    let request = Request {
        method: Method::POST,
        path,
        body: Some(body),
    };
    let said = api.send(&request, TICKET_LIMIT_BYTES).await?;
    if said.status != 200 {
        return Ok(Submitted::Refused);
    }
    let Given { ticket } =
        serde_json::from_slice(&said.body).map_err(|_| unreadable("a batch's ticket"))?;
    if ticket.is_empty() {
        return Err(unreadable("a batch has no ticket"));
    }
    Ok(Submitted::Ticket(Ticket(ticket.as_str().to_owned())))
}

/// Waits until a batch is through, and says what became of each of its `rows`.
pub(super) async fn result(
    api: &Api<'_>,
    ticket: &Ticket,
    rows: usize,
) -> Result<Vec<Said>, FetchError> {
    let body = through(api, ticket).await?;
    sorted(progress(&body)?.responses.0, rows)
}

/// Waits until a batch is through, and gives what the store tells of it.
async fn through(api: &Api<'_>, ticket: &Ticket) -> Result<Bytes, FetchError> {
    let path = query("/batch", &[("ticket", &ticket.0), ("escapedJson", "false")]);
    let path = path.ok_or(FetchError::NoAccess)?;
    let last = LOOKS_MS.iter().copied().next_back();
    for wait in LOOKS_MS
        .into_iter()
        .chain(last.into_iter().cycle())
        .take(LOOKS_LIMIT)
    {
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let body = api.ask(path.clone()).await?;
        let body = body.ok_or_else(|| FetchError::later("the store knows no such batch"))?;
        if progress(&body)?.status.as_str() == "COMPLETED" {
            return Ok(body);
        }
    }
    Err(FetchError::later("a batch is not through"))
}

fn progress(body: &[u8]) -> Result<Progress<'_>, FetchError> {
    serde_json::from_slice(body).map_err(|_| unreadable("a batch's progress"))
}

/// In the order they were sent in. One that was not done is one that the store could not do.
fn sorted(responses: Vec<Response<'_>>, rows: usize) -> Result<Vec<Said>, FetchError> {
    let mut said: Vec<Option<Said>> = vec![None; rows];
    for response in responses {
        let Response {
            id,
            http_status_code,
            http_body,
        } = response;
        let id: Option<usize> = id.as_str().parse().ok();
        let place = id.and_then(|id| said.get_mut(id));
        let place = place.ok_or_else(|| unreadable("a batch tells of what was not in it"))?;
        *place = Some(Said {
            status: http_status_code.as_str().parse().unwrap_or_default(),
            body: http_body.map_or_else(Bytes::new, |body| Bytes::from(body.get().to_owned())),
        });
    }
    let said: Option<Vec<Said>> = said.into_iter().collect();
    said.ok_or_else(|| FetchError::later("a batch tells of some of its requests only"))
}

#[derive(Serialize)]
struct Row<'a> {
    id: String,
    path: &'a str,
    method: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a RawValue>,
}

impl<'a> Row<'a> {
    fn new(id: String, request: &'a Request) -> Self {
        Self {
            id,
            path: &request.path,
            method: request.method.as_str(),
            body: request.body.as_deref(),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Given<'a> {
    ticket: Scalar<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Progress<'a> {
    status: Scalar<'a>,
    responses: Members<Response<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
struct Response<'a> {
    id: Scalar<'a>,
    http_status_code: Scalar<'a>,
    #[serde(borrow)]
    http_body: Option<&'a RawValue>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Progress<'_> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn every_row_has_its_own_result() {
        let told = include_str!("../../fixtures/push/batch_status_partial_failure.response.json");
        let told = told
            .replace("p-667251253", "1")
            .replace("v-7084071", "0")
            .replace("v-7084072", "2");
        let progress = read(&told);
        assert_eq!(progress.status.as_str(), "COMPLETED");
        let said = sorted(progress.responses.0, 3).unwrap();
        let statuses: Vec<u16> = said.iter().map(|said| said.status).collect();
        assert_eq!(statuses, [200, 200, 404]);
        let queued = read(include_str!(
            "../../fixtures/push/batch_status_queued.response.json"
        ));
        assert_eq!(queued.status.as_str(), "QUEUED");
    }

    #[test]
    fn a_result_that_is_missing_is_asked_for_later() {
        let told = r#"{"responses":[{"id":"0","status":"COMPLETED","httpStatusCode":200},7,null]}"#;
        assert!(sorted(read(told).responses.0, 1).is_ok());
        let short = sorted(read(told).responses.0, 2);
        assert!(matches!(short, Err(FetchError::TryLater { .. })));
        let other = r#"{"responses":[{"id":"p-1","httpStatusCode":200}]}"#;
        let other = sorted(read(other).responses.0, 1);
        assert!(matches!(other, Err(FetchError::Unreadable { .. })));
        let undone = r#"{"responses":[{"id":0,"status":"NOT_EXECUTED"}]}"#;
        assert_eq!(sorted(read(undone).responses.0, 1).unwrap()[0].status, 0);
    }
}
