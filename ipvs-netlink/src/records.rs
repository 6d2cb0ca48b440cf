//! What one question brought.

use crate::error::{DecodeError, Error};

/// The records that answer a question, and beside them those that could not be read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Records<T> {
    /// In the kernel's order.
    pub entries: Vec<T>,
    /// Why others are missing here: one for each.
    pub faults: Vec<DecodeError>,
    /// The kernel said that the table changed meanwhile (`NLM_F_DUMP_INTR`), which IPVS does
    /// not do up to Linux 6.1.
    pub interrupted: bool,
}

impl<T> Records<T> {
    pub(crate) const fn new() -> Self {
        Self { entries: Vec::new(), faults: Vec::new(), interrupted: false }
    }

    /// Takes the doubts of another reading and gives its entries.
    pub(crate) fn absorb<U>(&mut self, other: Records<U>) -> Vec<U> {
        self.faults.extend(other.faults);
        self.interrupted |= other.interrupted;
        other.entries
    }
}

impl<T> Records<T> {
    /// Everything, for whoever would take a missing record for an absent object.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] with the first fault, if there is one; [`Error::Changing`] if it was
    /// interrupted.
    pub fn whole(self) -> Result<Vec<T>, Error> {
        if self.interrupted {
            return Err(Error::Changing { attempts: 1 });
        }
        match self.faults.first() {
            None => Ok(self.entries),
            Some(fault) => Err((*fault).into()),
        }
    }
}
