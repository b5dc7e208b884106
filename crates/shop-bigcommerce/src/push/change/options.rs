//! The options of a product and their values, one request each.

use serde::{Deserialize, Serialize};
use shop::FetchError;

use super::super::desk::{Desk, Said};
use super::super::refusal;
use super::End;
use super::plan::Known;
use crate::client::unreadable;

#[derive(Deserialize)]
struct Shown {
    id: u64,
    display_name: Box<str>,
    #[serde(default)]
    sort_order: i64,
    #[serde(default)]
    option_values: Vec<ShownValue>,
}

#[derive(Deserialize)]
struct ShownValue {
    id: u64,
    label: Box<str>,
}

#[derive(Serialize)]
pub(super) struct Value<'a> {
    pub(super) label: &'a str,
    pub(super) sort_order: usize,
}

impl From<Shown> for Known {
    fn from(shown: Shown) -> Self {
        let Shown {
            id,
            display_name,
            sort_order,
            option_values,
        } = shown;
        let values = option_values.into_iter();
        Self {
            id,
            name: display_name,
            sort_order,
            values: values.map(|ShownValue { id, label }| (id, label)).collect(),
        }
    }
}

/// `None`: there is no such product.
pub(super) async fn list(
    desk: &mut Desk<'_>,
    product: u64,
) -> Result<Option<Vec<Known>>, FetchError> {
    #[derive(Deserialize)]
    struct Options {
        data: Vec<Shown>,
    }

    let query = [("limit", crate::client::PAGE_ROWS_TEXT)];
    let found: Option<Options> = desk.get(&path(product), &query).await?;
    Ok(found.map(|Options { data }| data.into_iter().map(Known::from).collect()))
}

/// Makes an option with its values.
pub(super) async fn make(
    desk: &mut Desk<'_>,
    product: u64,
    place: usize,
    name: &str,
    values: &[&str],
) -> Result<Result<Known, End>, FetchError> {
    #[derive(Serialize)]
    struct Body<'a> {
        display_name: &'a str,
        #[serde(rename = "type")]
        kind: &'static str,
        sort_order: usize,
        option_values: Vec<Value<'a>>,
    }

    let values = values.iter().enumerate();
    let body = Body {
        display_name: name,
        kind: "dropdown",
        sort_order: place,
        option_values: values
            .map(|(sort_order, label)| Value { label, sort_order })
            .collect(),
    };
    let said = desk.post(&path(product), &body).await?;
    Ok(data::<Shown>(said)?.map(Known::from))
}

/// Its name, and where it stands among the others.
pub(super) async fn set(
    desk: &mut Desk<'_>,
    product: u64,
    option: u64,
    name: Option<&str>,
    sort_order: Option<usize>,
) -> Result<Option<End>, FetchError> {
    #[derive(Serialize)]
    struct Body<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        display_name: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        sort_order: Option<usize>,
    }

    let body = Body {
        display_name: name,
        sort_order,
    };
    let said = desk
        .put(&format!("{}/{option}", path(product)), &body)
        .await?;
    Ok(end(said))
}

/// With it go all variants of the product.
pub(super) async fn remove(
    desk: &mut Desk<'_>,
    product: u64,
    option: u64,
) -> Result<Option<End>, FetchError> {
    let said = desk
        .delete(&format!("{}/{option}", path(product)), &[])
        .await?;
    Ok(match said {
        Said::Missing => None,
        said => end(said),
    })
}

pub(super) async fn rename_value(
    desk: &mut Desk<'_>,
    product: u64,
    option: u64,
    value: u64,
    label: &str,
) -> Result<Option<End>, FetchError> {
    #[derive(Serialize)]
    struct Body<'a> {
        label: &'a str,
    }

    let path = format!("{}/{option}/values/{value}", path(product));
    Ok(end(desk.put(&path, &Body { label }).await?))
}

/// The id of the option's value of that name, which is made where there is none.
pub(super) async fn value(
    desk: &mut Desk<'_>,
    product: u64,
    option: &mut Known,
    label: &str,
) -> Result<Result<u64, End>, FetchError> {
    let mut values = option.values.iter();
    if let Some((id, _)) = values.find(|(_, name)| **name == *label) {
        return Ok(Ok(*id));
    }
    let path = format!("{}/{}/values", path(product), option.id);
    let body = Value {
        label,
        sort_order: option.values.len(),
    };
    let said = desk.post(&path, &body).await?;
    Ok(data::<ShownValue>(said)?.map(|ShownValue { id, label }| {
        option.values.push((id, label));
        id
    }))
}

fn data<T: for<'de> Deserialize<'de>>(said: Said) -> Result<Result<T, End>, FetchError> {
    #[derive(Deserialize)]
    struct Data<T> {
        data: T,
    }

    match said {
        Said::Done(body) => serde_json::from_slice(&body)
            .map(|Data { data }| Ok(data))
            .map_err(|_| unreadable("an option is not what is documented")),
        said @ (Said::Partly(_) | Said::Missing | Said::Denied(_)) => {
            Ok(Err(end(said).unwrap_or(End::Missing)))
        }
    }
}

/// How a row ends by an answer; `None`: it goes on.
pub(super) fn end(said: Said) -> Option<End> {
    match said {
        Said::Done(_) => None,
        Said::Missing => Some(End::Missing),
        Said::Partly(body) => Some(End::Refused(refusal::of_part(&body))),
        Said::Denied(denial) => Some(End::Refused(denial.refusal())),
    }
}

fn path(product: u64) -> String {
    format!("/v3/catalog/products/{product}/options")
}
