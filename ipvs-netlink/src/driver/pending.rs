//! Conversations in somebody's event loop.

use crate::client::{Client, Transport};
use crate::conversation::{Conversation, Fault};
use crate::driver::socket::Socket;

/// A conversation under way: see [`Client::submit`].
#[derive(Debug)]
#[must_use = "it ends in `on_readable`"]
pub struct Pending<C> {
    conversation: C,
}

/// What became of a conversation.
#[derive(Debug)]
pub enum Progress<C: Conversation> {
    /// Wait until the socket is readable.
    Pending(Pending<C>),
    /// It is over.
    Ready(C::Answer),
}

impl Client<Socket> {
    /// Begins a conversation without waiting, for an event loop: while it is
    /// [`Progress::Pending`], call [`on_readable`](Self::on_readable) when the socket is
    /// readable. The kernel answers within the call that sends, so it is at once.
    ///
    /// One conversation at a time: what another one still waits for is thrown away. After a
    /// time of your choosing, call [`give_up`](Self::give_up).
    pub fn submit<C: Conversation>(&mut self, conversation: C) -> Progress<C> {
        self.transport_mut().discard();
        self.ask(conversation)
    }

    /// Reads what is there. Never blocks.
    pub fn on_readable<C: Conversation>(&mut self, pending: Pending<C>) -> Progress<C> {
        let mut conversation = pending.conversation;
        loop {
            match self.transport_mut().receive_now() {
                Ok(None) => return Progress::Pending(Pending { conversation }),
                Ok(Some(datagram)) => {
                    if conversation.feed(datagram) {
                        return self.ask(conversation);
                    }
                }
                Err(error) => {
                    conversation.fail(Fault::Receive(error));
                    return Progress::Ready(conversation.answer());
                }
            }
        }
    }

    /// Ends a conversation whose answers do not come.
    pub fn give_up<C: Conversation>(&mut self, pending: Pending<C>) -> C::Answer {
        let mut conversation = pending.conversation;
        let late = nix::errno::Errno::ETIMEDOUT as i32;
        let error = crate::Error::Socket { doing: "receive from the kernel", errno: late };
        conversation.fail(Fault::Receive(error));
        conversation.answer()
    }

    fn ask<C: Conversation>(&mut self, mut conversation: C) -> Progress<C> {
        match self.send_next(&mut conversation) {
            Ok(true) => Progress::Pending(Pending { conversation }),
            Ok(false) => Progress::Ready(conversation.answer()),
            Err(error) => {
                conversation.fail(Fault::Send(error));
                Progress::Ready(conversation.answer())
            }
        }
    }
}
