//! Taking a destination away without breaking its connections.
//!
//! Deleting a destination cuts what it serves. So it first gets weight 0 (no new connections),
//! then it is given time, then it goes. [`Drain`] says how long, [`Draining`] is one such
//! wait, [`DrainRules`] says which destination is treated how. The
//! [`Reconciler`](crate::Reconciler) does all of it; alone they fit any other loop.

mod policy;
mod rules;
mod wait;

pub use policy::{Affinity, Drain, Traffic};
pub use rules::DrainRules;
pub use wait::{Connections, DrainEnd, Draining};
