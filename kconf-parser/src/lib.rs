//! Typed, lossless parser for `keepalived.conf`.

pub mod diagnostic;
pub mod expand;
mod facts;
pub mod keywords;
mod lexer;
mod lower;
pub mod model;
mod parse;
mod span;
pub mod tree;

pub use diagnostic::{ConfigTest, Diagnostic, Problem, Severity, config_test};
pub use expand::{ExpandOptions, Loader, NoFiles, expand};
pub use facts::{AssumePresent, Facts, ScriptStatus};
pub use lower::{Lowered, lower};
pub use parse::{Parsed, parse};
pub use span::{Position, SourceId, Sources, Span};
pub use tree::Tree;
