//! `kconf lsp`: an editor asks.
//!
//! A server of the Language Server Protocol 3.17 on standard input and output. It reads included files, and nothing
//! else of the host. Messages are taken in their order by one thread; another one only reads, so that a request that is
//! cancelled while it waits is not worked on, and a text is looked at once it is quiet.

mod analysis;
mod complete;
mod define;
mod document;
mod hover;
mod names;
mod outline;
mod place;
mod server;
mod uri;
mod wire;

use std::io::BufReader;
use std::process::ExitCode;
use std::sync::mpsc::sync_channel;

use clap::Args;

use crate::failure::Failure;

/// Messages that may wait. More stay in the pipe.
const WAITING: usize = 256;

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// What lines with `@ID` are compared with, keepalived's -i
    #[arg(long, value_name = "ID")]
    config_id: Option<String>,
    /// What editors call this way of talking; there is no other
    #[arg(long, hide = true)]
    stdio: bool,
}

/// Serves until the editor says exit. Status 0 if it said shutdown before, else 1, as the protocol has it.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let (sender, messages) = sync_channel(WAITING);
    // It ends with its input, or with this process.
    std::thread::spawn(move || {
        let mut input = BufReader::new(std::io::stdin());
        while let Some(message) = wire::read(&mut input) {
            if sender.send(message).is_err() {
                return;
            }
        }
    });
    let config_id = arguments.config_id.clone().unwrap_or_default();
    server::Server::new(messages, config_id).run().map_err(Failure::file("write", "standard output"))
}
