use std::fmt;

/// A server's version, compared number by number. What a server does not say is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    pub major: u32,
    pub minor: u32,
    pub patch: u32,
}

impl Version {
    /// Finds the version in what a server says of itself: the first word that begins like one.
    /// A pre-release counts as the release it leads to.
    #[must_use]
    pub fn find(said: &str) -> Option<Self> {
        said.split_whitespace().find_map(Self::parse)
    }

    fn parse(word: &str) -> Option<Self> {
        let word = word.strip_prefix('v').unwrap_or(word);
        let mut numbers = word.splitn(3, '.').map(leading_number);
        Some(Self {
            major: numbers.next()??,
            minor: numbers.next().flatten().unwrap_or(0),
            patch: numbers.next().flatten().unwrap_or(0),
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            major,
            minor,
            patch,
        } = self;
        write!(f, "{major}.{minor}")?;
        if *patch == 0 {
            Ok(())
        } else {
            write!(f, ".{patch}")
        }
    }
}

fn leading_number(text: &str) -> Option<u32> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    text.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(major: u32, minor: u32, patch: u32) -> Version {
        Version {
            major,
            minor,
            patch,
        }
    }

    #[test]
    fn versions_are_found_in_what_servers_say() {
        for (said, expected) in [
            ("nats-server: v2.15.1", Some(version(2, 15, 1))),
            ("nats-server: v2.9.10\n", Some(version(2, 9, 10))),
            ("nats-server: v2.12.0-RC.1", Some(version(2, 12, 0))),
            ("nats-server: 2.10", Some(version(2, 10, 0))),
            (
                "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)",
                Some(version(15, 18, 0)),
            ),
            ("postgres (PostgreSQL) 18.6", Some(version(18, 6, 0))),
            ("postgres (PostgreSQL) 9.6.24", Some(version(9, 6, 24))),
            ("postgres (PostgreSQL) 18beta1", Some(version(18, 0, 0))),
            ("postgres (PostgreSQL) 19devel", Some(version(19, 0, 0))),
            ("postgres (EnterpriseDB) none", None),
            ("", None),
        ] {
            assert_eq!(Version::find(said), expected, "{said}");
        }
    }

    #[test]
    fn versions_are_ordered_by_number_not_by_text() {
        assert!(version(2, 9, 10) < version(2, 12, 0));
        assert!(version(2, 15, 1) > version(2, 12, 9));
        assert!(version(15, 0, 0) <= version(15, 0, 0));
    }

    #[test]
    fn versions_are_shown_as_servers_write_them() {
        assert_eq!(version(15, 18, 0).to_string(), "15.18");
        assert_eq!(version(2, 15, 1).to_string(), "2.15.1");
    }
}
