use std::fmt;
use std::str::FromStr;

/// What a caller is, and so may do. Which methods that means, each service's table says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Role {
    /// Reads.
    Viewer,
    /// Works at a till: sessions, sales, payments.
    Cashier,
    /// Works with goods: stock, transfers, stock-takes, fulfilment.
    StockKeeper,
    /// All of a retailer's daily business, its shops and imports included.
    Manager,
    /// A manager who also says who may do what, and has personal data erased.
    Owner,
    /// Runs the installation, for all retailers.
    Operator,
    /// One of our services.
    Service,
    /// The one of our services that writes to shops: it is lent what opens them, and says which items there are.
    Pusher,
}

/// A set of roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roles(u8);

/// No role has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no role")]
pub struct UnknownRole;

impl Role {
    pub const ALL: [Self; 8] = [
        Self::Viewer,
        Self::Cashier,
        Self::StockKeeper,
        Self::Manager,
        Self::Owner,
        Self::Operator,
        Self::Service,
        Self::Pusher,
    ];

    /// Those that a retailer's tokens can have.
    pub const OF_RETAILERS: [Self; 5] = [
        Self::Viewer,
        Self::Cashier,
        Self::StockKeeper,
        Self::Manager,
        Self::Owner,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Cashier => "cashier",
            Self::StockKeeper => "stock-keeper",
            Self::Manager => "manager",
            Self::Owner => "owner",
            Self::Operator => "operator",
            Self::Service => "service",
            Self::Pusher => "pusher",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        let found = Self::ALL.into_iter().find(|role| role.as_str() == text);
        found.ok_or(UnknownRole)
    }
}

impl Roles {
    /// Whoever may look at a retailer's books.
    pub const READ: Self =
        Self::of(&[Role::Viewer, Role::Cashier, Role::StockKeeper]).and(Self::MANAGE);
    pub const TILL: Self = Self::of(&[Role::Cashier]).and(Self::MANAGE);
    pub const STOCK: Self = Self::of(&[Role::StockKeeper]).and(Self::MANAGE);
    pub const MANAGE: Self = Self::of(&[Role::Manager]).and(Self::OWN);
    pub const OWN: Self = Self::of(&[Role::Owner]).and(Self::OPERATE);
    pub const OPERATE: Self = Self::of(&[Role::Operator]);
    /// Our services, but for the one that writes to shops.
    pub const INTERNAL: Self = Self::of(&[Role::Service]);
    /// The one that writes to shops.
    pub const PUSH: Self = Self::of(&[Role::Pusher]);

    #[must_use]
    pub const fn of(roles: &[Role]) -> Self {
        let (mut bits, mut place) = (0, 0);
        while place < roles.len() {
            bits |= 1 << roles[place] as u8;
            place += 1;
        }
        Self(bits)
    }

    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    #[must_use]
    pub const fn contains(self, role: Role) -> bool {
        self.meets(Self::of(&[role]))
    }

    /// Whether a role is in both.
    #[must_use]
    pub const fn meets(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL
            .into_iter()
            .filter(move |role| self.contains(*role))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        let add = |roles: Self, role| roles.and(Self::of(&[role]));
        roles.into_iter().fold(Self::default(), add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_was_put_in_it() {
        let roles = Roles::of(&[Role::Cashier, Role::Owner]);
        assert_eq!(
            roles.iter().collect::<Vec<_>>(),
            [Role::Cashier, Role::Owner]
        );
        assert!(roles.meets(Roles::TILL) && !roles.meets(Roles::INTERNAL));
        assert_eq!(Roles::default().iter().count(), 0);
        assert_eq!(
            Role::ALL.into_iter().collect::<Roles>().iter().count(),
            Role::ALL.len()
        );
    }

    #[test]
    fn a_role_is_read_by_its_name() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert_eq!("root".parse::<Role>(), Err(UnknownRole));
    }
}
