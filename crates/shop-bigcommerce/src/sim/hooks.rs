//! The hooks that an app has made: where to tell of what, until nobody answers any more.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// The first id given, less one.
const BEFORE_FIRST_ID: u64 = 22_561_592;
/// Hooks of one scope that an app may have.
const SCOPE_LIMIT: usize = 10;

#[derive(Clone, Debug)]
pub struct Hook {
    pub id: u64,
    pub scope: String,
    pub destination: String,
    /// Sent back with each delivery.
    pub headers: BTreeMap<String, String>,
    /// Not any more, once a delivery was given up.
    pub is_active: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Debug)]
pub struct Hooks {
    /// Whether they may lead to this machine without TLS, which the real ones never may.
    allows_loopback: bool,
    given: u64,
    rows: BTreeMap<u64, Hook>,
}

/// What an app says of a hook: all of it to make one, any of it to change one.
#[derive(Debug, Default, Deserialize)]
pub struct Wish {
    scope: Option<String>,
    destination: Option<String>,
    is_active: Option<bool>,
    headers: Option<BTreeMap<String, String>>,
}

/// The field that is wrong with a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongField(pub &'static str);

impl Wish {
    fn check(&self, allows_loopback: bool) -> Result<(), WrongField> {
        let is_scope = |scope: &String| {
            let rest = scope.strip_prefix("store/").unwrap_or_default();
            !rest.is_empty()
                && rest
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'*'))
        };
        if !self.scope.as_ref().is_none_or(is_scope) {
            return Err(WrongField("scope"));
        }
        // Port 443 alone.
        let is_destination = |destination: &String| {
            let rest = destination.strip_prefix("https://").unwrap_or_default();
            let host = rest.split('/').next().unwrap_or_default();
            let host = host.strip_suffix(":443").unwrap_or(host);
            !host.is_empty() && !host.contains(':')
        };
        let is_here = |destination: &String| {
            let rest = destination.strip_prefix("http://").unwrap_or_default();
            allows_loopback && (rest.starts_with("127.0.0.1:") || rest.starts_with("localhost:"))
        };
        if !self
            .destination
            .as_ref()
            .is_none_or(|destination| is_destination(destination) || is_here(destination))
        {
            return Err(WrongField("destination"));
        }
        Ok(())
    }
}

impl Hooks {
    pub const fn new(allows_loopback: bool) -> Self {
        Self {
            allows_loopback,
            given: 0,
            rows: BTreeMap::new(),
        }
    }

    pub fn make(&mut self, wish: Wish, now: Timestamp) -> Result<&Hook, WrongField> {
        wish.check(self.allows_loopback)?;
        let Wish {
            scope,
            destination,
            is_active,
            headers,
        } = wish;
        let scope = scope.ok_or(WrongField("scope"))?;
        let destination = destination.ok_or(WrongField("destination"))?;
        let of_scope = self.rows.values().filter(|hook| hook.scope == scope);
        if of_scope.clone().count() >= SCOPE_LIMIT {
            return Err(WrongField("scope"));
        }
        if of_scope.clone().any(|hook| hook.destination == destination) {
            return Err(WrongField("destination"));
        }
        self.given += 1;
        let hook = Hook {
            id: BEFORE_FIRST_ID + self.given,
            scope,
            destination,
            headers: headers.unwrap_or_default(),
            is_active: is_active.unwrap_or(true),
            created_at: now,
            updated_at: now,
        };
        Ok(self.rows.entry(hook.id).or_insert(hook))
    }

    /// `None` when there is no such hook.
    pub fn change(
        &mut self,
        id: u64,
        wish: Wish,
        now: Timestamp,
    ) -> Option<Result<&Hook, WrongField>> {
        let hook = self.rows.get_mut(&id)?;
        if let Err(wrong) = wish.check(self.allows_loopback) {
            return Some(Err(wrong));
        }
        let Wish {
            scope,
            destination,
            is_active,
            headers,
        } = wish;
        hook.scope = scope.unwrap_or_else(|| hook.scope.clone());
        hook.destination = destination.unwrap_or_else(|| hook.destination.clone());
        hook.headers = headers.unwrap_or_else(|| hook.headers.clone());
        hook.is_active = is_active.unwrap_or(hook.is_active);
        hook.updated_at = now;
        Some(Ok(hook))
    }

    pub fn remove(&mut self, id: u64) -> Option<Hook> {
        self.rows.remove(&id)
    }

    /// A delivery was tried in vain to the last: the hook is switched off, and the app hears nothing.
    pub fn give_up(&mut self, id: u64) {
        if let Some(hook) = self.rows.get_mut(&id) {
            hook.is_active = false;
        }
    }

    /// As if every one of them had been given up.
    pub fn give_up_all(&mut self) {
        for hook in self.rows.values_mut() {
            hook.is_active = false;
        }
    }

    pub fn get(&self, id: u64) -> Option<&Hook> {
        self.rows.get(&id)
    }

    pub fn all(&self) -> impl Iterator<Item = &Hook> {
        self.rows.values()
    }

    /// Those that want to hear of `scope`.
    pub fn listening(&self, scope: &str) -> impl Iterator<Item = &Hook> {
        self.rows.values().filter(move |hook| {
            let is_in = match hook.scope.strip_suffix('*') {
                Some(folder) => scope.starts_with(folder),
                None => scope == hook.scope,
            };
            hook.is_active && is_in
        })
    }
}

impl Hook {
    /// As the API shows it in the store `hash`.
    pub fn shown(&self, hash: &str) -> Value {
        let Self {
            id,
            scope,
            destination,
            headers,
            is_active,
            created_at,
            updated_at,
        } = self;
        json!({
            "id": id,
            "client_id": "simulated-client",
            "store_hash": hash,
            "scope": scope,
            "destination": destination,
            "headers": headers,
            "is_active": is_active,
            "created_at": created_at.as_second(),
            "updated_at": updated_at.as_second(),
        })
    }
}
