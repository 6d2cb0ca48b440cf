//! The terminal, if standard input and output are one.

use core::fmt::Write as _;
use core::time::Duration;
use std::io::{self, IsTerminal, Write};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

/// A terminal that gives keys one by one. It gets its old ways back in the end.
#[derive(Debug)]
pub(super) struct Screen {
    before: Termios,
}

/// What somebody wants.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Key {
    None,
    Quit,
    NextColumn,
    Other,
}

impl Screen {
    /// `None` if there is no terminal on both sides.
    pub(super) fn open() -> Option<Self> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return None;
        }
        let before = tcgetattr(io::stdin()).ok()?;
        let mut ways = before.clone();
        // Without signals from the keyboard: they would leave the terminal like this.
        ways.local_modes -= LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG;
        tcsetattr(io::stdin(), OptionalActions::Now, &ways).ok()?;
        let _ = io::stdout().write_all(b"\x1b[2J");
        Some(Self { before })
    }

    /// Waits for a key, at most so long.
    pub(super) fn key_within(&mut self, interval: Duration) -> Key {
        let timeout = Timespec::try_from(interval).ok();
        let stdin = io::stdin();
        let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
        if !matches!(poll(&mut fds, timeout.as_ref()), Ok(1..)) {
            return Key::None;
        }
        let mut key = [0];
        match rustix::io::read(&stdin, &mut key) {
            // End of file, q, Ctrl-C, Ctrl-D.
            Ok(0) | Err(_) => Key::Quit,
            Ok(_) => match key {
                [b'q' | b'Q' | 3 | 4] => Key::Quit,
                [b's' | b'S'] => Key::NextColumn,
                [_] => Key::Other,
            },
        }
    }

    /// As much of a text as there is room for, in the place of what was there.
    pub(super) fn fit(&self, text: &str) -> String {
        let (rows, columns) = tcgetwinsize(io::stdout()).map_or((24, 80), |size| (size.ws_row, size.ws_col));
        let (rows, columns) = (usize::from(rows.max(2)), usize::from(columns.max(1)));
        let mut fitted = "\x1b[H".to_owned();
        for line in text.lines().take(rows - 1) {
            let line: String = line.chars().take(columns).collect();
            let _ = write!(fitted, "{line}\x1b[K\r\n");
        }
        fitted.push_str("\x1b[J");
        fitted
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
    }
}
