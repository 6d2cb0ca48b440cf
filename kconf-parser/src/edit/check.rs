//! A look at what comes of a change, before it is made.

use core::fmt;

use super::{Edit, EditError, Edited};
use crate::{AssumePresent, Diagnostic, ExpandOptions, Facts, Loader, NoFiles, Problem, Tree, expand, lower};

/// What a file depends on besides its own text.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// What is so on the host.
    pub facts: &'a dyn Facts,
    /// Where included files are.
    pub loader: &'a dyn Loader,
    /// How the file is expanded.
    pub expand: &'a ExpandOptions,
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("expand", self.expand).finish_non_exhaustive()
    }
}

impl Context<'_> {
    /// A host that has whatever is asked for, without files to include.
    pub fn anywhere(expand: &ExpandOptions) -> Context<'_> {
        Context { facts: &AssumePresent, loader: &NoFiles, expand }
    }

    fn findings(&self, name: &str, octets: &[u8]) -> (Tree, Vec<Diagnostic>) {
        let parsed = expand(name, octets, self.loader, self.expand);
        let mut findings = parsed.diagnostics;
        findings.extend(lower(&parsed.tree, self.facts).diagnostics);
        (parsed.tree, findings)
    }
}

impl Edit<'_> {
    /// Makes the changes if the new text has no mistake that the old one does not have.
    ///
    /// # Errors
    ///
    /// [`EditError::NewFinding`] with the first such mistake.
    pub fn finish_checked(self, context: &Context<'_>) -> Result<Edited, EditError> {
        let tree = self.tree;
        let edited = self.finish();
        let name = tree.sources().name(crate::SourceId::default());
        let (_, before) = context.findings(name, &tree.print());
        let (now, after) = context.findings(name, &edited.octets);
        let mut known: Vec<&Problem> = before.iter().map(|finding| &finding.problem).collect();
        for finding in after {
            match known.iter().position(|problem| **problem == finding.problem) {
                Some(at) => drop(known.swap_remove(at)),
                None => {
                    let rendered = finding.render(now.sources());
                    return Err(EditError::NewFinding { finding: Box::new(finding), rendered });
                }
            }
        }
        Ok(edited)
    }
}
