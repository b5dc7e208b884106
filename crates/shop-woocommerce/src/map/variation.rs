//! Lines of a variation that the shop has deleted while its parent stays.

use std::collections::BTreeSet;

use crate::payload::{Line, Meta};
use crate::text;

/// What stands between a product's name and its variation's attributes, and between those.
const BEFORE_ATTRIBUTES: &str = " - ";
const BETWEEN_ATTRIBUTES: &str = ", ";
/// How the keys of attributes begin whose values are shared by products.
const SHARED_ATTRIBUTE: &str = "pa_";

/// WooCommerce shows such a line as one of the parent, with the parent's SKU, which is another item and
/// perhaps none that anybody stocks (WC-9). What the buyer chose stays on the line, and its name ends
/// with it: that tells it from a simple product, which a plugin may have given some choice as well.
///
/// A variation of private attributes that are too many for its name is not told apart.
pub(super) fn is_of_a_lost_variation(line: &Line<'_>) -> bool {
    if line.variation_id.id().is_some() || line.product_id.id().is_none() {
        return false;
    }
    let chosen = || {
        let all = line.meta_data.0.iter();
        all.filter(|meta| !meta.key.as_str().starts_with('_') && !value(meta).is_empty())
    };
    let is_shared = |meta: &Meta<'_>| meta.key.as_str().starts_with(SHARED_ATTRIBUTE);
    chosen().any(is_shared) || {
        let values: BTreeSet<String> = chosen().map(value).collect();
        ends_with(&text::unescaped(line.name.as_str()), &values)
    }
}

fn value(meta: &Meta<'_>) -> String {
    let shown = text::unescaped(meta.display_value.as_str());
    if shown.is_empty() {
        text::unescaped(meta.value.as_str())
    } else {
        shown
    }
}

/// Whether all that follows some ` - ` of the name are `values`, in whatever order.
fn ends_with(name: &str, values: &BTreeSet<String>) -> bool {
    name.match_indices(BEFORE_ATTRIBUTES).any(|(at, before)| {
        let attributes = name.get(at + before.len()..).unwrap_or_default();
        attributes
            .split(BETWEEN_ATTRIBUTES)
            .all(|attribute| values.contains(attribute))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_lost(json: &str) -> bool {
        is_of_a_lost_variation(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn wc_09_what_the_buyer_chose_tells_a_lost_variation() {
        for (line, lost) in [
            // In another order than in the name, as shops send it.
            (
                r#"{"product_id":12,"variation_id":0,"sku":"CH","name":"Chandail - M, Bleu nuit","meta_data":[
                    {"key":"couleur","value":"Bleu nuit","display_value":"Bleu nuit"},
                    {"key":"taille","value":"M","display_value":"M"},
                    {"key":"_reduced_stock","value":"1","display_value":"1"}]}"#,
                true,
            ),
            // A shared attribute's value is a short name; one of too many attributes is not in the name.
            (
                r#"{"product_id":12,"variation_id":0,"name":"Chandail","meta_data":[
                    {"key":"pa_couleur","value":"bleu-nuit","display_value":"Bleu nuit"}]}"#,
                true,
            ),
            (
                r#"{"product_id":12,"variation_id":0,"name":"L&#039;\u0152uf - rond - Gr&egrave;s","meta_data":[
                    {"key":"x","value":"gres","display_value":"Gr&egrave;s"}]}"#,
                true,
            ),
            // A variation that is there, and a product that is gone altogether.
            (
                r#"{"product_id":12,"variation_id":14,"name":"Chandail - M","meta_data":[
                    {"key":"taille","value":"M"}]}"#,
                false,
            ),
            (
                r#"{"product_id":0,"variation_id":0,"name":"Chandail - M","meta_data":[
                    {"key":"taille","value":"M"}]}"#,
                false,
            ),
            // Simple products: one that a plugin lets be engraved, one with a dash in its name.
            (
                r#"{"product_id":11,"variation_id":0,"name":"T-shirt","meta_data":[
                    {"key":"Gravure","value":"Pour Zoe","display_value":"Pour Zoe"},
                    {"key":"_interne","value":{"a":[1,2]},"display_value":{"a":[1,2]}}]}"#,
                false,
            ),
            (
                r#"{"product_id":11,"variation_id":0,"name":"Livre - tome 2","meta_data":[
                    {"key":"Gravure","value":"Pour Zoe"}]}"#,
                false,
            ),
            (
                r#"{"product_id":11,"variation_id":0,"name":"Livre - tome 2"}"#,
                false,
            ),
        ] {
            assert_eq!(is_lost(line), lost, "{line}");
        }
    }
}
