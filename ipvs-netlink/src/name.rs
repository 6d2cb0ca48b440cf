//! Names of at most 15 octets, as the kernel's fixed fields hold them.

/// Why a name cannot be a scheduler's, an engine's or an interface's.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// No octets.
    #[error("the name is empty")]
    Empty,
    /// More than 15 octets.
    #[error("the name has {0} octets, 15 are possible")]
    TooLong(usize),
    /// The octet 0 ends names in the kernel.
    #[error("the name contains a zero octet")]
    Nul,
}

pub(crate) fn checked(name: &str) -> Result<Box<str>, NameError> {
    match name.len() {
        0 => Err(NameError::Empty),
        1..=15 if name.contains('\0') => Err(NameError::Nul),
        1..=15 => Ok(name.into()),
        more => Err(NameError::TooLong(more)),
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, PartialEq)]
        pub struct $type(Box<str>);

        impl $type {
            /// Takes a name of 1 to 15 octets.
            ///
            /// # Errors
            ///
            /// [`NameError`](crate::NameError) says what the kernel could not hold.
            pub fn new(name: &str) -> Result<Self, $crate::NameError> {
                crate::name::checked(name).map(Self)
            }

            /// The name.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl core::str::FromStr for $type {
            type Err = $crate::NameError;

            fn from_str(name: &str) -> Result<Self, $crate::NameError> {
                Self::new(name)
            }
        }

        impl core::fmt::Display for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

pub(crate) use name;

#[cfg(test)]
mod tests {
    use super::NameError;
    use crate::service::{Engine, Scheduler};

    #[test]
    fn names_are_what_the_kernel_can_hold() {
        assert_eq!(Scheduler::new(""), Err(NameError::Empty));
        assert_eq!(Scheduler::new("a\0b"), Err(NameError::Nul));
        assert_eq!(Scheduler::new("sixteen-octets-x"), Err(NameError::TooLong(16)));
        assert_eq!("fifteen-octets-".parse::<Engine>().unwrap().as_str(), "fifteen-octets-");
    }
}
