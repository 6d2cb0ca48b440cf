//! What lowering depends on besides the text and the host.

use crate::keywords::Version;

/// Options of [`lower_with`](crate::lower_with).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LowerOptions<'a> {
    /// Keywords, as `(block, keyword)`, that the program at hand reads and gives no effect. Each line with one is
    /// reported as [`Problem::NotSupported`](crate::Problem::NotSupported). The block of the file itself is `""`.
    pub without_effect: &'a [(&'a str, &'a str)],
    /// The release of keepalived that is to read the configuration. A keyword that is newer is reported as
    /// [`Problem::TooNew`](crate::Problem::TooNew), one that is no more as [`Problem::Gone`](crate::Problem::Gone).
    /// What the lines mean does not change with it.
    pub target: Option<Version>,
}
