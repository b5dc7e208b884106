use std::{collections::BTreeMap, path::Path};

use secrecy::{ExposeSecret as _, SecretString};

use super::SYSTEM_USER;

/// Room for all streams together, unless asked otherwise: 20 GiB. Nothing is set aside for it.
const MAX_FILE_STORE_BYTES: u64 = 20 * 1024 * 1024 * 1024;

/// A user of the broker and what it may do. Subjects may hold wildcards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NatsUser {
    pub name: String,
    /// Subjects it may publish on; none at all if empty.
    pub publish: Vec<String>,
    /// Subjects it may subscribe to; none at all if empty.
    pub subscribe: Vec<String>,
    /// Whether it may answer a request on whatever subject the request names.
    pub allow_responses: bool,
}

/// What the broker is asked for. All users are in one account, `RETAIL`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NatsConfig {
    pub users: Vec<NatsUser>,
    /// Limit for all streams together, in bytes.
    pub max_file_store_bytes: u64,
}

impl NatsConfig {
    #[must_use]
    pub fn new(users: Vec<NatsUser>) -> Self {
        Self {
            users,
            max_file_store_bytes: MAX_FILE_STORE_BYTES,
        }
    }

    /// The names of all users, the system's among them.
    pub(crate) fn user_names(&self) -> impl Iterator<Item = &str> {
        let named = self.users.iter().map(|user| user.name.as_str());
        named.chain([SYSTEM_USER])
    }
}

/// What a configuration file needs to know beside what was asked for.
pub(super) struct Rendering<'a> {
    pub(super) config: &'a NatsConfig,
    pub(super) passwords: &'a BTreeMap<String, SecretString>,
    pub(super) port: u16,
    pub(super) monitor_port: u16,
    pub(super) store: &'a Path,
    pub(super) pid_file: &'a Path,
}

impl Rendering<'_> {
    /// The configuration file. It holds passwords.
    pub(super) fn render(&self) -> String {
        let Self {
            config:
                NatsConfig {
                    users,
                    max_file_store_bytes,
                },
            passwords,
            port,
            monitor_port,
            store,
            pid_file,
        } = self;
        // Whoever has no password is left out rather than let in without one.
        let users: String = users
            .iter()
            .filter_map(|user| Some(Self::user(user, passwords.get(&user.name)?)))
            .collect();
        let store = quoted(&store.to_string_lossy());
        let pid_file = quoted(&pid_file.to_string_lossy());
        let system = passwords
            .get(SYSTEM_USER)
            .map(|password| format!("{{ {} }} ", credentials(SYSTEM_USER, password)))
            .unwrap_or_default();
        format!(
            r#"# Written at every start: changes made here are lost.
server_name: "comptoir"
listen: "127.0.0.1:{port}"
http: "127.0.0.1:{monitor_port}"
pid_file: {pid_file}
max_payload: 1MB

jetstream {{
  store_dir: {store}
  # An acknowledged message is on disk.
  sync_interval: always
  max_memory_store: 0
  max_file_store: {max_file_store_bytes}
}}

accounts {{
  RETAIL {{
    jetstream: enabled
    users: [
{users}    ]
  }}
  SYS {{
    users: [ {system}]
  }}
}}
system_account: SYS
"#
        )
    }

    fn user(user: &NatsUser, password: &SecretString) -> String {
        let NatsUser {
            name,
            publish,
            subscribe,
            allow_responses,
        } = user;
        let credentials = credentials(name, password);
        let publish = permission(publish);
        let subscribe = permission(subscribe);
        let responses = if *allow_responses {
            "\n          allow_responses: true"
        } else {
            ""
        };
        format!(
            r"      {{
        {credentials}
        permissions: {{
          publish: {publish}
          subscribe: {subscribe}{responses}
        }}
      }}
"
        )
    }
}

fn credentials(name: &str, password: &SecretString) -> String {
    format!(
        "user: {}, password: {}",
        quoted(name),
        quoted(password.expose_secret())
    )
}

/// nats-server takes an empty list of allowed subjects for "all": nothing must be said as a denial.
fn permission(subjects: &[String]) -> String {
    if subjects.is_empty() {
        return r#"{ deny: [">"] }"#.to_owned();
    }
    let subjects: Vec<String> = subjects.iter().map(|subject| quoted(subject)).collect();
    format!("{{ allow: [{}] }}", subjects.join(", "))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_says_what_was_asked() {
        let config = NatsConfig {
            users: vec![
                NatsUser {
                    name: "ledger".to_owned(),
                    publish: vec!["ledger.>".to_owned(), "$JS.ACK.ORDERS.>".to_owned()],
                    subscribe: vec!["_INBOX_ledger.>".to_owned()],
                    allow_responses: true,
                },
                NatsUser {
                    name: "mute".to_owned(),
                    publish: vec![],
                    subscribe: vec!["order.>".to_owned()],
                    allow_responses: false,
                },
            ],
            max_file_store_bytes: 1_073_741_824,
        };
        let passwords = config
            .user_names()
            .map(|name| {
                (
                    name.to_owned(),
                    SecretString::from(format!("{name}-secret")),
                )
            })
            .collect();
        let rendering = Rendering {
            config: &config,
            passwords: &passwords,
            port: 24_222,
            monitor_port: 28_222,
            store: Path::new("/srv/a \"b\"/nats/store"),
            pid_file: Path::new("/srv/nats.pid"),
        };
        assert_eq!(rendering.render(), include_str!("expected.conf"));
    }
}
