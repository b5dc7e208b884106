use proto::convert::WireError;
use proto::ledger;
use proto::ledger::FindingKind;
use serde::Serialize;

use super::Number;
use super::sale::known;

/// What to look at before a shop is linked (POS-8).
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Catalogue {
    pub(crate) products: i64,
    pub(crate) counts: Vec<FindingCount>,
    /// The first of each kind.
    pub(crate) findings: Vec<Finding>,
    /// What the ledger does not know yet.
    pub(crate) not_checked: Vec<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct FindingCount {
    pub(crate) kind: &'static str,
    pub(crate) count: i64,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Finding {
    pub(crate) kind: &'static str,
    pub(crate) item_id: String,
    pub(crate) sku: Option<String>,
    pub(crate) name: String,
    pub(crate) outlet_id: Option<String>,
    pub(crate) on_hand: Option<Number>,
}

impl TryFrom<ledger::CheckCatalogueResponse> for Catalogue {
    type Error = WireError;

    fn try_from(answer: ledger::CheckCatalogueResponse) -> Result<Self, WireError> {
        let not_checked = answer.not_checked().map(in_words).collect();
        let ledger::CheckCatalogueResponse {
            products,
            counts,
            findings,
            not_checked: _,
        } = answer;
        let counts = counts.into_iter().map(|found| FindingCount {
            kind: in_words(found.kind()),
            count: found.count,
        });
        Ok(Self {
            products,
            counts: counts.collect(),
            findings: findings
                .into_iter()
                .map(Finding::try_from)
                .collect::<Result<_, WireError>>()?,
            not_checked,
        })
    }
}

impl TryFrom<ledger::Finding> for Finding {
    type Error = WireError;

    fn try_from(finding: ledger::Finding) -> Result<Self, WireError> {
        let kind = in_words(finding.kind());
        let ledger::Finding {
            kind: _,
            item_id,
            sku,
            name,
            outlet_id,
            on_hand,
        } = finding;
        Ok(Self {
            kind,
            item_id,
            sku: known(sku),
            name,
            outlet_id: known(outlet_id),
            on_hand: on_hand
                .map(|on_hand| Number::from_wire("on_hand", Some(on_hand)))
                .transpose()?,
        })
    }
}

const fn in_words(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Unspecified => "unknown",
        FindingKind::DuplicateSku => "duplicate_sku",
        FindingKind::EmptySku => "empty_sku",
        FindingKind::NegativeStock => "negative_stock",
        FindingKind::ZeroPrice => "zero_price",
    }
}
