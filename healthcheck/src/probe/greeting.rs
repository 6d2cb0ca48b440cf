//! Databases, as far as their greetings.

use core::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::{ConnectTo, Probe, ProbeReport, after, carry};
use crate::{Exchange, MysqlExchange, MysqlHello, Outcome, PostgresExchange, PostgresHello};

/// A MySQL or MariaDB server greets us and, where there is an account, lets us in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MysqlProbe {
    /// Where.
    pub connect: ConnectTo,
    /// How it is greeted.
    pub hello: MysqlHello,
    /// How long all of it may take, connecting included.
    pub deadline: Duration,
}

/// A PostgreSQL server takes connections.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PostgresProbe {
    /// Where.
    pub connect: ConnectTo,
    /// How it is greeted.
    pub hello: PostgresHello,
    /// How long all of it may take, connecting included.
    pub deadline: Duration,
}

#[async_trait]
impl Probe for MysqlProbe {
    async fn probe(&self) -> ProbeReport {
        greet(&self.connect, MysqlExchange::new(&self.hello), self.deadline).await
    }
}

#[async_trait]
impl Probe for PostgresProbe {
    async fn probe(&self) -> ProbeReport {
        greet(&self.connect, PostgresExchange::new(&self.hello), self.deadline).await
    }
}

/// Carries one dialogue over a connection of its own.
async fn greet(connect: &ConnectTo, mut exchange: impl Exchange, deadline: Duration) -> ProbeReport {
    let start = Instant::now();
    let mut connected = None;
    let attempt = async {
        let deadline = after(start, deadline);
        let socket = connect.socket()?;
        let mut stream = connect.connect(socket, deadline.min(after(start, connect.timeout))).await?;
        connected = Some(start.elapsed());
        carry(&mut exchange, &mut stream, deadline).await
    };
    let outcome = attempt.await.err().unwrap_or(Outcome::Success);
    ProbeReport { outcome, connect: connected, total: start.elapsed(), http: None, weight: None }
}
