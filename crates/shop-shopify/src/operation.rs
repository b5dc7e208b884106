//! The texts that are sent to the Admin API: an operation and every fragment it reaches.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Transactions that [`ORDER_BY_ID`] asks for; the list has no next page.
pub(crate) const TRANSACTIONS_LIMIT: usize = 250;
/// Refunds that [`ORDER_BY_ID`] asks for; the list has no next page.
pub(crate) const REFUNDS_LIMIT: usize = 100;

const FRAGMENTS: &str = include_str!("../operations/fragments.order.graphql");

/// The order, whole but for the later pages of its lists.
pub(crate) static ORDER_BY_ID: LazyLock<String> =
    LazyLock::new(|| document(include_str!("../operations/order_by_id.graphql")));
pub(crate) static LINE_ITEMS_PAGE: LazyLock<String> =
    LazyLock::new(|| document(include_str!("../operations/order_line_items_page.graphql")));
pub(crate) static REFUND_LINE_ITEMS_PAGE: LazyLock<String> =
    LazyLock::new(|| document(include_str!("../operations/refund_line_items_page.graphql")));

/// A fragment that nothing reaches would make the document invalid.
fn document(operation: &str) -> String {
    let fragments: BTreeMap<&str, &str> = FRAGMENTS
        .split("\nfragment ")
        .skip(1)
        .filter_map(|text| Some((text.split_once(' ')?.0, text)))
        .collect();
    let mut reached: BTreeMap<&str, &str> = BTreeMap::new();
    let mut todo = spreads(operation);
    while let Some(name) = todo.pop() {
        if let Some(text) = fragments.get(name)
            && reached.insert(name, text).is_none()
        {
            todo.extend(spreads(text));
        }
    }
    let mut document = without_comments(operation);
    for text in reached.values() {
        document.push_str("fragment ");
        document.push_str(&without_comments(text));
    }
    document
}

/// The names after `...`, those of inline fragments (`... on`) left out.
fn spreads(text: &str) -> Vec<&str> {
    text.split("...")
        .skip(1)
        .filter_map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
            rest.get(..end).filter(|name| !name.is_empty())
        })
        .collect()
}

fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        kept.push_str(line);
        kept.push('\n');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_the_fragments_it_reaches_and_no_others() {
        for name in [
            "Money",
            "OrderHead",
            "RefundLineItemFields",
            "AddressFields",
        ] {
            assert!(
                ORDER_BY_ID.contains(&format!("fragment {name} on ")),
                "{name}"
            );
        }
        let page = &*REFUND_LINE_ITEMS_PAGE;
        assert_eq!(page.matches("fragment ").count(), 2, "{page}");
        assert!(!ORDER_BY_ID.contains('#'));
    }

    #[test]
    fn the_limits_are_those_of_the_text() {
        for asked in [
            format!("transactions(first: {TRANSACTIONS_LIMIT})"),
            format!("refunds(first: {REFUNDS_LIMIT})"),
        ] {
            assert!(ORDER_BY_ID.contains(&asked), "{asked}");
        }
    }
}
