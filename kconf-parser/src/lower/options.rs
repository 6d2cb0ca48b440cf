//! What lowering depends on besides the text and the host.

/// Options of [`lower_with`](crate::lower_with).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LowerOptions<'a> {
    /// Keywords, as `(block, keyword)`, that the program at hand reads and gives no effect. Each line with one is
    /// reported as [`Problem::NotSupported`](crate::Problem::NotSupported). The block of the file itself is `""`.
    pub without_effect: &'a [(&'a str, &'a str)],
}
