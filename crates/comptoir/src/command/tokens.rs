use proto::convert::instant_into;
use proto::ledger as wire;
use service::clock::{Clock as _, SystemClock};

use super::Place;
use super::parked::act;
use crate::arguments::Tokens;
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;

/// What people and programs call with.
pub(crate) async fn tokens(screen: Screen, place: &Place, command: Tokens) -> anyhow::Result<Exit> {
    let ledger = place.ledger().await?;
    match command {
        Tokens::Create {
            name,
            roles,
            until,
            act: asked,
        } => {
            let roles = roles.into_iter().map(|role| wire::Role::from(role).into());
            let asked = wire::CreateTokenRequest {
                retailer_id: String::new(),
                name,
                roles: roles.collect(),
                expires_at: until.map(instant_into),
                act: Some(act(asked)),
            };
            let created = ledger.create_token(asked).await?;
            if screen.is_json() {
                screen.json(&created)?;
            } else if created.secret.is_empty() {
                screen.line("made before: a token is shown once");
            } else {
                screen.line(&created.secret);
                screen.line(screen.dim("it is not shown again"));
            }
        }
        Tokens::List => {
            let tokens = ledger.tokens().await?;
            if screen.is_json() {
                screen.json(&tokens)?;
            } else {
                tables::tokens(screen, &tokens, SystemClock.now());
            }
        }
        Tokens::Revoke { token, act: asked } => {
            let revoked = ledger.revoke_token(token.to_string(), act(asked)).await?;
            if screen.is_json() {
                screen.json(&revoked)?;
            } else {
                screen.line(format_args!(
                    "the token of {} is not valid any more",
                    revoked.name
                ));
            }
        }
    }
    Ok(Exit::Done)
}
