//! `plan` and `apply`: from the table that is to the one that a file says should be.

use std::io::Write;

use ipvs_netlink::{Client, Command, Fields, Plan, Scope, Table, Transport};

use crate::failure::Failure;
use crate::names::NoNames;
use crate::print::{Dialect, Rules};

/// What of the table a file speaks for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Authority {
    /// Services that the file does not name are to go. Otherwise they are not touched.
    pub everything: bool,
    /// Servers that are there keep their weight, whatever the file says.
    pub keep_weights: bool,
}

/// Finds the fewest changes that make `current` what the file wants.
#[must_use]
pub fn steps(current: &Table, desired: &Table, authority: Authority) -> Plan {
    let scope = match authority.everything {
        true => Scope::everything(),
        false => desired.services().fold(Scope::nothing(), |scope, (key, _)| scope.with_service(*key)),
    };
    let kept = if authority.keep_weights { Fields::WEIGHT } else { Fields::NONE };
    Plan::between(current, desired, &scope.keeping(kept))
}

/// Prints the changes as rules, which `restore` and `ipvsadm -R` would take.
pub fn print_steps(out: &mut String, steps: &Plan, err: &mut dyn Write) {
    for command in &steps.commands {
        print_step(out, command, err);
    }
    let (changes, untouched) = (steps.commands.len(), steps.foreign);
    let _ = writeln!(err, "{changes} changes; {untouched} other services are not touched");
}

fn print_step(out: &mut String, command: &Command, err: &mut dyn Write) {
    let start = out.len();
    if let Err(unknown) = Rules::new(Dialect::Lossless, &NoNames).command(out, command) {
        out.truncate(start);
        let _ = writeln!(err, "{unknown}");
    }
}

/// Makes the changes and prints those that were made, as rules.
///
/// # Errors
///
/// [`Failure::Told`] if the kernel refused something; each refusal was told on `err`.
pub fn apply_steps<T: Transport>(
    client: &mut Client<T>,
    steps: &Plan,
    out: &mut String,
    err: &mut dyn Write,
) -> Result<(), Failure> {
    let results = client.apply_all(&steps.commands);
    let mut refused = 0;
    for (command, result) in steps.commands.iter().zip(results) {
        match result {
            Ok(()) => print_step(out, command, err),
            Err(error) => {
                refused += 1;
                let _ = writeln!(err, "{error}");
            }
        }
    }
    let (changes, untouched) = (steps.commands.len(), steps.foreign);
    let _ = writeln!(err, "{} changes made; {untouched} other services were not touched", changes - refused);
    if refused == 0 { Ok(()) } else { Err(Failure::Told(refused, changes)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::desired;

    fn table(text: &str) -> Table {
        desired(text, &NoNames).unwrap()
    }

    fn printed(current: &str, wanted: &str, authority: Authority) -> (String, usize) {
        let steps = steps(&table(current), &table(wanted), authority);
        let (mut out, mut err) = (String::new(), Vec::new());
        print_steps(&mut out, &steps, &mut err);
        (out, steps.foreign)
    }

    const CURRENT: &str = "\
-A -t 10.0.0.1:80 -s rr
-a -t 10.0.0.1:80 -r 10.0.1.1:80 -m -w 7
-a -t 10.0.0.1:80 -r 10.0.1.2:80 -m
-A -t 10.0.0.9:80 -s rr
";
    const WANTED: &str = "\
-A -t 10.0.0.1:80 -s wlc
-a -t 10.0.0.1:80 -r 10.0.1.1:80 -m -w 1
-a -t 10.0.0.1:80 -r 10.0.1.3:80 -m
-A -f 5 -6
";

    #[test]
    fn a_plan_adds_before_it_removes_and_leaves_others_alone() {
        let want = "\
-A -f 5 -6 -s wlc
-E -t 10.0.0.1:80 -s wlc
-e -t 10.0.0.1:80 -r 10.0.1.1:80 -m -w 1
-a -t 10.0.0.1:80 -r 10.0.1.3:80 -m -w 1
-d -t 10.0.0.1:80 -r 10.0.1.2:80
";
        assert_eq!(printed(CURRENT, WANTED, Authority::default()), (want.to_owned(), 1));
    }

    #[test]
    fn weights_stay_and_strangers_go_when_that_is_asked_for() {
        let authority = Authority { everything: true, keep_weights: true };
        let (out, untouched) = printed(CURRENT, WANTED, authority);
        assert!(!out.contains("-e "), "{out}");
        assert!(out.ends_with("-D -t 10.0.0.9:80\n"), "{out}");
        assert_eq!(untouched, 0);
    }
}
