//! `-v`: a reply as it comes, in keepalived's layout.

use std::io::{self, Write};

use healthcheck::{Exchange, HttpExchange, Step};

/// An HTTP exchange that is shown while it goes on.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) inner: HttpExchange,
    verbose: bool,
    /// Octets up to the end of the head.
    head: Vec<u8>,
    /// Octets of body so far, once the head is over.
    body: Option<u64>,
}

/// The library's check gives up on longer heads.
const MAX_HEAD: usize = 2 * healthcheck::MAX_HEAD_LEN;

impl Shown {
    pub(super) const fn new(inner: HttpExchange, verbose: bool) -> Self {
        Self { inner, verbose, head: Vec::new(), body: None }
    }

    pub(super) fn is_chunked(&self) -> bool {
        let head = String::from_utf8_lossy(&self.head).to_ascii_lowercase();
        head.lines().any(|line| line.starts_with("transfer-encoding:") && line.contains("chunked"))
    }

    fn show(&mut self, octets: &[u8], out: &mut impl Write) -> io::Result<()> {
        if self.body.is_some() {
            return self.show_body(octets, out);
        }
        if self.verbose {
            writeln!(out, "{}", rule("    HTTP Header Buffer    "))?;
        }
        self.head.extend_from_slice(octets);
        let end = self.head.windows(4).position(|end| end == b"\r\n\r\n");
        let Some(end) = end.and_then(|end| end.checked_add(4)).filter(|end| *end <= MAX_HEAD) else {
            self.head.truncate(MAX_HEAD);
            return Ok(());
        };
        let rest = self.head.split_off(end);
        self.body = Some(0);
        if self.verbose {
            table(out, &self.head)?;
            writeln!(out, "{}", rule(" HTTP Header Ascii Buffer "))?;
            out.write_all(&self.head)?;
            writeln!(out)?;
            if !rest.is_empty() {
                writeln!(out, "{}", rule("        HTML Buffer        "))?;
            }
        }
        self.show_body(&rest, out)
    }

    fn show_body(&mut self, octets: &[u8], out: &mut impl Write) -> io::Result<()> {
        let Some(before) = self.body.as_mut() else { return Ok(()) };
        let all = self.inner.report().content_length.unwrap_or(u64::MAX);
        let left = usize::try_from(all.saturating_sub(*before)).unwrap_or(usize::MAX);
        *before = before.saturating_add(u64::try_from(octets.len()).unwrap_or(u64::MAX));
        if !self.verbose {
            return Ok(());
        }
        table(out, octets.get(..left).unwrap_or(octets))
    }
}

impl Exchange for Shown {
    fn to_send(&self) -> &[u8] {
        self.inner.to_send()
    }

    fn sent(&mut self, count: usize) {
        self.inner.sent(count);
    }

    fn received(&mut self, octets: &[u8]) -> Step {
        // First, as it knows how long the body is.
        let step = self.inner.received(octets);
        // Nobody may be reading it.
        let _ = self.show(octets, &mut io::stdout().lock());
        step
    }

    fn closed(&mut self) -> Step {
        self.inner.closed()
    }
}

/// The digest before it is printed as such.
pub(super) fn digest(out: &mut impl Write, digest: &[u8]) -> io::Result<()> {
    writeln!(out, "\n{}", rule("    HTML hash resulting    "))?;
    table(out, digest)?;
    writeln!(out, "{}", rule(" HTML hash final resulting "))
}

fn rule(title: &str) -> String {
    let line = "-".repeat(23);
    format!("{line}[{title}]{line}")
}

/// Sixteen octets a line: the offset, hexadecimal digits, and what can be printed of them.
fn table(out: &mut impl Write, octets: &[u8]) -> io::Result<()> {
    for (number, line) in octets.chunks(16).enumerate() {
        write!(out, "{:04} ", number.saturating_mul(16) & 0xffff)?;
        for place in 0..16 {
            match line.get(place) {
                Some(octet) => write!(out, " {octet:02x}")?,
                None => write!(out, "   ")?,
            }
            if place == 7 {
                write!(out, " -")?;
            }
        }
        let shown = |place| match line.get(place) {
            Some(octet @ b' '..=b'~') => char::from(*octet),
            Some(_) => '.',
            None => ' ',
        };
        writeln!(out, "   {}", (0..16).map(shown).collect::<String>())?;
    }
    Ok(())
}
