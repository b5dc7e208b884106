//! A shop's own domain, the only host that an access token is for.

use std::fmt;

use shop::ShopUrl;

/// Every shop's domain ends so, whatever other domains it has.
const SUFFIX: &str = ".myshopify.com";

/// A domain such as `maison-test.myshopify.com`, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ShopDomain(Box<str>);

/// The text is no shop's domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a shop's domain, which is a name and .myshopify.com")]
pub struct NotAShopDomain;

impl ShopDomain {
    /// Longest domain accepted, in bytes: DNS has no longer ones.
    pub const LIMIT_BYTES: usize = 253;

    /// Accepts what Shopify documents, anchored at both ends: letters, digits and hyphens, not beginning
    /// with a hyphen, and the suffix. No scheme, port, user, path or line end.
    pub fn new(text: &str) -> Result<Self, NotAShopDomain> {
        if text.len() > Self::LIMIT_BYTES {
            return Err(NotAShopDomain);
        }
        let domain = text.to_ascii_lowercase();
        let name = domain.strip_suffix(SUFFIX).ok_or(NotAShopDomain)?;
        let sound = name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if sound {
            Ok(Self(domain.into()))
        } else {
            Err(NotAShopDomain)
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where the shop answers.
    #[must_use]
    #[expect(
        clippy::missing_panics_doc,
        reason = "every text that is a domain is a host"
    )]
    pub fn url(&self) -> ShopUrl {
        ShopUrl::new(&format!("https://{self}")).expect("a domain's address is one")
    }
}

impl fmt::Display for ShopDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn every_vector_is_judged_as_documented() {
        let file: Value =
            serde_json::from_str(include_str!("../fixtures/vectors/shop_domain.json")).unwrap();
        let vectors = file["vectors"].as_array().unwrap();
        assert_eq!(vectors.len(), 26);
        for vector in vectors {
            let input = vector["input"].as_str().unwrap();
            let domain = ShopDomain::new(input);
            assert_eq!(
                domain.is_ok(),
                vector["documented_regex"].as_bool().unwrap(),
                "{input:?}"
            );
            if let Ok(domain) = domain {
                assert_eq!(domain.as_str(), input.to_lowercase());
                assert_eq!(domain.url().as_str(), format!("https://{domain}"));
            }
        }
    }

    #[test]
    fn an_endless_name_is_no_domain() {
        let long = format!("{}{SUFFIX}", "a".repeat(ShopDomain::LIMIT_BYTES));
        assert_eq!(ShopDomain::new(&long), Err(NotAShopDomain));
    }
}
