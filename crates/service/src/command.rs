//! What every service binary can be told to do.

use std::str::FromStr;

/// The one argument of a service binary. The same commands serve a bare machine, compose and Kubernetes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Run until told to stop.
    Serve,
    /// Bring schema, streams and consumers to what this version needs. Idempotent.
    Migrate,
    /// Ask the own process whether it is ready; the exit code is the answer.
    Healthcheck,
}

/// The argument is no command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown command {0:?}: serve, migrate or healthcheck")]
pub struct UnknownCommand(String);

impl FromStr for Command {
    type Err = UnknownCommand;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "serve" => Ok(Self::Serve),
            "migrate" => Ok(Self::Migrate),
            "healthcheck" => Ok(Self::Healthcheck),
            other => Err(UnknownCommand(other.to_owned())),
        }
    }
}

impl Command {
    /// From a process's arguments, program name included. Exactly one is expected.
    pub fn from_args(args: impl IntoIterator<Item = String>) -> Result<Self, UnknownCommand> {
        let args: Vec<String> = args.into_iter().skip(1).collect();
        match args.as_slice() {
            [one] => one.parse(),
            _ => Err(UnknownCommand(args.join(" "))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_known_word_is_a_command() {
        let parse = |args: &[&str]| Command::from_args(args.iter().map(|&arg| arg.to_owned()));
        assert_eq!(parse(&["ledger", "serve"]), Ok(Command::Serve));
        assert_eq!(parse(&["ledger", "migrate"]), Ok(Command::Migrate));
        assert_eq!(parse(&["ledger", "healthcheck"]), Ok(Command::Healthcheck));
        assert!(parse(&["ledger"]).is_err());
        assert!(parse(&["ledger", "serve", "now"]).is_err());
    }
}
