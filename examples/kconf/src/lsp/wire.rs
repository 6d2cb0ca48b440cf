//! Messages on a stream.

use std::io::{self, BufRead, Read as _, Write as _};

use lsp_server::{ErrorCode, Message};

/// Longest message. A configuration is a thousand times shorter.
const MAX_MESSAGE: u64 = 64 << 20;
/// Longest header.
const MAX_HEADER: u64 = 4096;

/// The next message; `Err` for one that makes no sense, `None` at the end, or where no message can be made out.
pub(super) fn read(input: &mut impl BufRead) -> Option<Result<Message, String>> {
    let length = length(input)?;
    if length > MAX_MESSAGE {
        let skipped = io::copy(&mut input.take(length), &mut io::sink());
        return skipped.ok().map(|_| Err(format!("a message of {length} octets is too long")));
    }
    let mut content = Vec::new();
    let read = input.take(length).read_to_end(&mut content).ok()?;
    if u64::try_from(read).ok()? < length {
        return None;
    }
    Some(serde_json::from_slice(&content).map_err(|error| error.to_string()))
}

/// `Content-Length` of the headers; other headers are skipped.
fn length(input: &mut impl BufRead) -> Option<u64> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        let read = input.take(MAX_HEADER).read_until(b'\n', &mut line).ok()?;
        if read == 0 {
            return None;
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim();
        if line.is_empty() {
            return length;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            length = Some(value.trim().parse().ok()?);
        }
    }
}

/// Writes a message.
pub(super) fn write(message: &Message) -> io::Result<()> {
    let mut out = io::stdout().lock();
    message.write(&mut out)?;
    out.flush()
}

/// Answers to what is no message. Nobody knows which request it was, and the protocol wants `null` for that.
pub(super) fn refuse(code: ErrorCode, message: &str) -> io::Result<()> {
    let error = serde_json::json!({"code": code as i32, "message": message});
    let text = serde_json::json!({"jsonrpc": "2.0", "id": null, "error": error}).to_string();
    let mut out = io::stdout().lock();
    write!(out, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_cut_into_messages_whatever_they_hold() {
        let read = |text: &str| {
            let mut input = text.as_bytes();
            core::iter::from_fn(|| read(&mut input)).map(|message| message.is_ok()).collect::<Vec<_>>()
        };
        let exit = "Content-Length: 33\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"exit\"}";
        assert_eq!(read(&format!("{exit}content-length:2\n\n{{}}{exit}")), [true, false, true]);
        assert_eq!(read("Content-Length: 99999999999999999999\r\n\r\n"), [] as [bool; 0]);
        assert_eq!(read("Content-Length: 100\r\n\r\n{}"), [] as [bool; 0]);
        assert_eq!(read("\r\n\r\n"), [] as [bool; 0]);
        assert_eq!(read("Content-Length: 999999999\r\n\r\n{}"), [false]);
    }
}
