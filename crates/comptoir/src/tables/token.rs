use jiff::Timestamp;

use crate::output::{Align, Screen, Table};
use crate::view::Token;

/// Tokens, a row for each.
pub(crate) fn tokens(screen: Screen, tokens: &[Token], now: Timestamp) {
    if tokens.is_empty() {
        screen.line("no tokens");
        return;
    }
    let mut table = Table::new([
        ("Name", Align::Left),
        ("Roles", Align::Left),
        ("Made", Align::Left),
        ("Valid until", Align::Left),
        ("Id", Align::Left),
    ]);
    for token in tokens {
        let until = match token.revoked_at {
            Some(at) => format!("revoked {at}"),
            None if token.expires_at <= now => format!("expired {}", token.expires_at),
            None => token.expires_at.to_string(),
        };
        table.row([
            token.name.clone(),
            token.roles.join(", "),
            token.created_at.to_string(),
            until,
            token.token_id.clone(),
        ]);
    }
    screen.line(table);
}
