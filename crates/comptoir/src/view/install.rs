use proto::connect::{Install, InstallLinked, InstallRefused, InstallStep, install};

use super::LinkedNow;

/// What became of the way to a shop.
#[derive(Clone, Debug)]
pub(crate) enum Installed {
    Linked(LinkedNow),
    /// In a shopkeeper's words.
    Refused(String),
}

impl Installed {
    /// `None`: it is under way.
    pub(crate) fn of(install: &Install) -> Option<Self> {
        match (install.step(), &install.outcome) {
            (
                _,
                Some(install::Outcome::Linked(InstallLinked {
                    connection_id,
                    reconnected,
                })),
            ) => Some(Self::Linked(LinkedNow {
                connection_id: connection_id.clone(),
                reconnected: *reconnected,
            })),
            (_, Some(install::Outcome::Refused(InstallRefused { code: _, detail }))) => {
                Some(Self::Refused(detail.clone()))
            }
            (InstallStep::Expired, None) => Some(Self::Refused(
                "nobody agreed in the shop in time".to_owned(),
            )),
            (
                InstallStep::Unspecified
                | InstallStep::Begun
                | InstallStep::Sent
                | InstallStep::Returned
                | InstallStep::Linked
                | InstallStep::Refused,
                None,
            ) => None,
        }
    }
}
