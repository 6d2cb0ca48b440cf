//! Servers that behave as they are told.

use core::{net::SocketAddr, sync::atomic::Ordering, time::Duration};

use socket2::SockRef;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    runtime::Builder,
    task::JoinSet,
    time::sleep,
};

use super::{cases::Conduct, stage::Part};
use crate::server::HEALTH;

/// Runs all of them in the calling thread, and in its network, until nobody tells them anything any
/// more. The addresses of those that should have stumbled more often than they could.
pub(super) fn serve(parts: Vec<Part>) -> Vec<SocketAddr> {
    // One thread for all: they are dear in User-Mode Linux.
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut lives = JoinSet::new();
        parts.into_iter().for_each(|part| drop(lives.spawn(live(part))));
        lives.join_all().await.into_iter().flatten().collect()
    })
}

async fn live(Part { address, mut told, heard }: Part) -> Option<SocketAddr> {
    let mut listener = None;
    let mut stumbles = 0;
    let mut callers = JoinSet::new();
    loop {
        let (step, conduct) = *told.borrow_and_update();
        if let Conduct::Stumbles(count) = conduct {
            assert_eq!(stumbles, 0, "{address} has not stumbled as often as it should");
            stumbles = count;
        }
        if matches!(conduct, Conduct::Refuses | Conduct::Exits(_)) {
            listener = None;
        } else if listener.is_none() {
            listener = Some(listen(address));
        }
        heard.store(step, Ordering::SeqCst);
        let told_more = loop {
            tokio::select! {
                changed = told.changed() => break changed,
                caller = accept(listener.as_ref()) => {
                    let conduct = match conduct {
                        Conduct::Stumbles(_) if stumbles > 0 => {
                            stumbles -= 1;
                            Conduct::Status
                        }
                        other => other,
                    };
                    callers.spawn(answer(caller, conduct));
                }
            }
            while callers.try_join_next().is_some() {}
        };
        if told_more.is_err() {
            return (stumbles > 0).then_some(address);
        }
    }
}

fn listen(address: SocketAddr) -> TcpListener {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(address).unwrap();
    socket.listen(64).unwrap()
}

/// Waits for ever where nobody listens.
async fn accept(listener: Option<&TcpListener>) -> TcpStream {
    match listener {
        Some(listener) => listener.accept().await.unwrap().0,
        None => core::future::pending().await,
    }
}

/// Whoever hangs up does not want an answer.
async fn answer(mut caller: TcpStream, conduct: Conduct) {
    let (mut request, mut part) = (Vec::new(), [0; 512]);
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match caller.read(&mut part).await {
            Ok(length) if length > 0 => request.extend_from_slice(&part[..length]),
            // A check that only connects.
            Ok(_) | Err(_) => return,
        }
    }
    let path = request.split(|octet| *octet == b' ').nth(1).unwrap_or_default();
    let (well, ill) = (("200 OK", "healthy\n"), ("500 Internal Server Error", "ill\n"));
    let (status, page) = match conduct {
        Conduct::Well | Conduct::Stumbles(_) => well,
        Conduct::Slow(pause) => {
            sleep(Duration::from_millis(pause)).await;
            well
        }
        Conduct::Status => ill,
        Conduct::OtherPage => (well.0, "another page\n"),
        Conduct::OtherPagesFail if path == HEALTH.as_bytes() => well,
        Conduct::OtherPagesFail => ill,
        Conduct::Silent => {
            while matches!(caller.read(&mut part).await, Ok(length) if length > 0) {}
            return;
        }
        Conduct::HangsUp => return,
        Conduct::Resets => return SockRef::from(&caller).set_linger(Some(Duration::ZERO)).unwrap(),
        // Taken before the listener was closed.
        Conduct::Refuses | Conduct::Exits(_) => return,
    };
    let length = page.len();
    let reply = format!("HTTP/1.0 {status}\r\nContent-Length: {length}\r\n\r\n{page}");
    if caller.write_all(reply.as_bytes()).await.is_ok() {
        let _ = caller.shutdown().await;
    }
}
