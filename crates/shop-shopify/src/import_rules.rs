//! What holds for imports of past orders from Shopify.

use jiff::SignedDuration;
use shop::ImportRules;

/// Older orders are not imported; Shopify shows an app no older ones either, unless it was granted all (SH-4).
const AGE_LIMIT: SignedDuration = SignedDuration::from_hours(60 * 24);

/// The two months' orders come along with the link: nobody has to allow them.
pub(crate) const IMPORT_RULES: ImportRules = ImportRules {
    age_limit: Some(AGE_LIMIT),
    needs_entitlement: false,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sh_04_orders_of_sixty_days_are_imported() {
        let ImportRules {
            age_limit,
            needs_entitlement: _,
        } = IMPORT_RULES;
        assert_eq!(age_limit, Some(SignedDuration::from_hours(60 * 24)));
    }
}
