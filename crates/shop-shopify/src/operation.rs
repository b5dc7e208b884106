//! The texts that are sent to the Admin API: an operation and every fragment it reaches.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Transactions that [`ORDER_BY_ID`] asks for; the list has no next page.
pub(crate) const TRANSACTIONS_LIMIT: usize = 250;
/// Refunds that [`ORDER_BY_ID`] asks for; the list has no next page.
pub(crate) const REFUNDS_LIMIT: usize = 100;

const FRAGMENTS: &str = concat!(
    include_str!("../operations/fragments.order.graphql"),
    "\n",
    include_str!("../operations/fragments.listing.graphql"),
);

/// The order, whole but for the later pages of its lists.
pub(crate) static ORDER_BY_ID: LazyLock<String> =
    LazyLock::new(|| document(include_str!("../operations/order_by_id.graphql")));
pub(crate) static LINE_ITEMS_PAGE: LazyLock<String> =
    LazyLock::new(|| document(include_str!("../operations/order_line_items_page.graphql")));
pub(crate) static REFUND_LINE_ITEMS_PAGE: LazyLock<String> =
    LazyLock::new(|| document(include_str!("../operations/refund_line_items_page.graphql")));
pub(crate) static ORDERS_PAGE: LazyLock<String> =
    LazyLock::new(|| document(include_str!("../operations/orders_page.graphql")));
/// The same with whole orders.
pub(crate) static ORDERS_WHOLE_PAGE: LazyLock<String> =
    LazyLock::new(|| document(include_str!("../operations/orders_whole_page.graphql")));
pub(crate) static SHOP: LazyLock<String> =
    LazyLock::new(|| document(include_str!("../operations/shop.graphql")));
pub(crate) static SUBSCRIPTIONS: LazyLock<String> =
    LazyLock::new(|| document(include_str!("../operations/webhook_subscriptions.graphql")));
pub(crate) static SUBSCRIPTION_CREATE: LazyLock<String> = LazyLock::new(|| {
    document(include_str!(
        "../operations/webhook_subscription_create.graphql"
    ))
});
pub(crate) static SUBSCRIPTION_DELETE: LazyLock<String> = LazyLock::new(|| {
    document(include_str!(
        "../operations/webhook_subscription_delete.graphql"
    ))
});

/// A fragment that nothing reaches would make the document invalid.
pub(crate) fn document(operation: &str) -> String {
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
pub(crate) mod tests {
    use std::path::Path;
    use std::process::Command;

    use apollo_compiler::executable::{Field, Selection, SelectionSet};
    use apollo_compiler::validation::Valid;
    use apollo_compiler::{ExecutableDocument, Schema};

    use super::*;

    const TRIMMED: &str = include_str!("../fixtures/schema/admin_2026-10.trimmed.graphql");

    /// Points that one query may cost, well below the thousand that Shopify allows.
    const COST_LIMIT: u64 = 250;
    /// Points that Shopify allows.
    const COST_ALLOWED: u64 = 1_000;
    /// Points of a mutation, whatever it answers.
    const MUTATION: u64 = 10;

    fn all() -> Vec<(&'static str, &'static str)> {
        let pushed = crate::push::OPERATIONS.iter();
        let pushed = pushed.map(|(name, operation)| (*name, operation.text.as_str()));
        let orders: [(&str, &str); 9] = [
            ("order_by_id", &ORDER_BY_ID),
            ("order_line_items_page", &LINE_ITEMS_PAGE),
            ("refund_line_items_page", &REFUND_LINE_ITEMS_PAGE),
            ("orders_page", &ORDERS_PAGE),
            ("orders_whole_page", &ORDERS_WHOLE_PAGE),
            ("shop", &SHOP),
            ("webhook_subscriptions", &SUBSCRIPTIONS),
            ("webhook_subscription_create", &SUBSCRIPTION_CREATE),
            ("webhook_subscription_delete", &SUBSCRIPTION_DELETE),
        ];
        orders.into_iter().chain(pushed).collect()
    }

    fn parsed(schema: &Valid<Schema>, name: &str, text: &str) -> Valid<ExecutableDocument> {
        match ExecutableDocument::parse_and_validate(schema, text, name) {
            Ok(document) => document,
            Err(errors) => panic!("{name}: {errors}"),
        }
    }

    #[test]
    fn every_operation_is_valid_in_the_schema() {
        let schema = Schema::parse_and_validate(TRIMMED, "schema").unwrap();
        for (name, text) in all() {
            parsed(&schema, name, text);
        }
        let wrong = ORDER_BY_ID.replace("cancelReason", "cancelledBecause");
        assert!(ExecutableDocument::parse_and_validate(&schema, &wrong, "wrong").is_err());
    }

    /// The whole schemas of the version asked and of the one before it, where they are at hand.
    #[test]
    fn every_operation_is_valid_in_the_whole_schema() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .map(|folder| folder.join("shared/contracts/shopify/schema"))
            .find(|folder| folder.is_dir());
        let Some(folder) = folder else {
            println!("skipped: the whole schemas are not at hand");
            return;
        };
        for version in [crate::API_VERSION, "2026-07"] {
            let path = folder.join(format!("admin_{version}.graphql.gz"));
            let unpacked = Command::new("gzip").arg("-dc").arg(&path).output().unwrap();
            let text = String::from_utf8(unpacked.stdout).unwrap();
            let schema = Schema::parse_and_validate(text, version).unwrap();
            for (name, text) in all() {
                parsed(&schema, name, text);
            }
        }
    }

    /// No order is written, nor anything that a shopper is told of.
    #[test]
    fn pos_06_and_pos_07_nothing_is_written_into_a_shop_but_webhooks_products_and_stock() {
        let schema = Schema::parse_and_validate(TRIMMED, "schema").unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("operations");
        let files = std::fs::read_dir(folder).unwrap();
        assert_eq!(
            files.count(),
            all().len() + 2,
            "all operations and their fragments"
        );
        let about = [
            "webhookSubscription",
            "product",
            "publishable",
            "inventory",
            "metafield",
            "file",
        ];
        let mut written = 0;
        for (name, text) in all() {
            let document = parsed(&schema, name, text);
            let operation = document.operations.get(None).unwrap();
            if operation.is_mutation() {
                for field in operation.root_fields(&document) {
                    let is_known = about.iter().any(|thing| field.name.starts_with(thing));
                    assert!(is_known, "{}", field.name);
                    written += 1;
                }
            }
        }
        assert_eq!(written, 22);
    }

    /// A shop refuses what its schema lets pass.
    #[test]
    fn ec_18_stock_is_told_under_a_key() {
        for operation in ["inventory_set_quantities", "inventory_activate"] {
            let (_, text) = all()
                .into_iter()
                .find(|(name, _)| *name == operation)
                .unwrap();
            assert!(text.contains("@idempotent(key: $key)"), "{text}");
        }
    }

    #[test]
    fn what_is_waited_for_is_what_the_shop_reckons() {
        let schema = Schema::parse_and_validate(TRIMMED, "schema").unwrap();
        for (name, operation) in crate::push::OPERATIONS {
            let document = parsed(&schema, name, &operation.text);
            assert_eq!(u64::from(operation.points), points(&document), "{name}");
        }
    }

    /// By the rules that were fitted to thousands of recorded costs.
    #[test]
    fn no_operation_costs_more_than_its_share() {
        let schema = Schema::parse_and_validate(TRIMMED, "schema").unwrap();
        for (name, text) in all() {
            let document = parsed(&schema, name, text);
            let cost = points(&document);
            println!("{name}: {cost} points");
            let limit = match name {
                "orders_whole_page" => COST_ALLOWED,
                _ => COST_LIMIT,
            };
            assert!((1..=limit).contains(&cost), "{name}: {cost} points");
        }
    }

    /// What Shopify reckons before it runs an operation.
    pub(crate) fn points(document: &ExecutableDocument) -> u64 {
        let operation = document.operations.get(None).unwrap();
        if operation.is_mutation() {
            // The things that it answers with are free themselves, and so are its errors.
            let answered = operation
                .selection_set
                .fields()
                .flat_map(|field| field.selection_set.fields());
            let below: u64 = answered
                .map(|field| cost(document, &field.selection_set))
                .sum();
            MUTATION + below
        } else {
            cost(document, &operation.selection_set)
        }
    }

    fn cost(document: &ExecutableDocument, set: &SelectionSet) -> u64 {
        set.selections
            .iter()
            .map(|selection| match selection {
                Selection::Field(field) => field_cost(document, field),
                Selection::FragmentSpread(spread) => cost(
                    document,
                    &spread.fragment_def(document).unwrap().selection_set,
                ),
                Selection::InlineFragment(inline) => cost(document, &inline.selection_set),
            })
            .sum()
    }

    fn field_cost(document: &ExecutableDocument, field: &Field) -> u64 {
        let ty = field.ty().inner_named_type().as_str();
        let below = cost(document, &field.selection_set);
        if field.selection_set.is_empty() {
            0
        } else if ty.starts_with("Money") || ty == "PageInfo" {
            below
        } else if ty.ends_with("Connection") {
            2 + size(document, field) * below
        } else {
            1 + below
        }
    }

    /// What a list of `first` counts as: twice the natural logarithm, rounded down. Where a variable says
    /// how many and nothing how many by itself, as if it were the most there can be.
    fn size(document: &ExecutableDocument, field: &Field) -> u64 {
        let first = field.argument_by_name("first").unwrap();
        let first = first.as_variable().map_or(Some(first), |name| {
            let variables = &document.operations.get(None).unwrap().variables;
            let variable = variables.iter().find(|variable| variable.name == *name);
            variable.unwrap().default_value.as_ref()
        });
        match first.and_then(|first| first.to_i32()) {
            Some(1) => 1,
            Some(3) => 2,
            Some(10) => 4,
            Some(20) => 5,
            Some(50) => 7,
            Some(100) => 9,
            Some(250) | None => 11,
            Some(other) => panic!("no size known for {other}"),
        }
    }

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
