//! The bytes a WooCommerce secret signs with.

use std::borrow::Cow;

/// The entities that `wp_specialchars_decode` undoes with both kinds of quotes, and no others.
const NAMED: [(&str, char); 4] = [("lt", '<'), ("gt", '>'), ("quot", '"'), ("amp", '&')];
const DECIMAL: [(&str, char); 5] = [
    ("60", '<'),
    ("62", '>'),
    ("34", '"'),
    ("39", '\''),
    ("38", '&'),
];
const HEXADECIMAL: [(&str, char); 3] = [("22", '"'), ("27", '\''), ("26", '&')];

/// WooCommerce decodes the entities in a stored secret before it signs: given `a&amp;b`, it signs with `a&b`.
pub(crate) fn decoded(secret: &str) -> Cow<'_, str> {
    if !secret.contains('&') {
        return Cow::Borrowed(secret);
    }
    let mut plain = String::with_capacity(secret.len());
    let mut rest = secret;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        let entity = from
            .find(';')
            .and_then(|end| Some((character(from.get(1..end)?)?, from.get(end + 1..)?)));
        rest = if let Some((decoded, after)) = entity {
            plain.push(decoded);
            after
        } else {
            plain.push('&');
            from.get(1..).unwrap_or_default()
        };
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

fn character(entity: &str) -> Option<char> {
    let find = |table: &[(&str, char)], name: &str| {
        table
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, c)| *c)
    };
    let Some(number) = entity.strip_prefix('#') else {
        return find(&NAMED, entity);
    };
    match number.strip_prefix(['x', 'X']) {
        Some(digits) => find(&HEXADECIMAL, digits.trim_start_matches('0')),
        None => find(&DECIMAL, number.trim_start_matches('0')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_of_markup_are_decoded_once_and_no_others() {
        for (secret, signs) in [
            ("a&amp;b", "a&b"),
            ("a&b", "a&b"),
            ("a&b<c>\"d'é", "a&b<c>\"d'é"),
            ("&lt;&gt;&quot;&#039;&#39;&#x27;&#0038;", "<>\"'''&"),
            ("&amp;amp;", "&amp;"),
            ("&eacute;&apos;&#x3c;", "&eacute;&apos;&#x3c;"),
            ("&&amp;&", "&&&"),
            ("é&;", "é&;"),
        ] {
            assert_eq!(decoded(secret), signs, "{secret}");
        }
    }
}
