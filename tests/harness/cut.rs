//! A wire that can be cut, or swallow what it is given: what stands between an installation and its database when
//! the network fails.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Whole,
    /// Nobody listens, and what stood is dropped: everybody is told at once.
    Cut,
    /// Connections stand and are made, and nothing comes through: nobody is told anything.
    Swallowing,
}

/// Passes connections on to `target` while it is whole.
#[derive(Debug)]
pub struct Wire {
    address: SocketAddr,
    target: String,
    state: watch::Sender<State>,
    /// So many commits are still passed on until everything is swallowed but the last of them; nought: no such wish.
    commits: Arc<AtomicU32>,
}

impl Wire {
    pub async fn to(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let wire = Self { address, target, state: watch::Sender::new(State::Whole), commits: Arc::default() };
        wire.listen(listener);
        wire
    }

    fn listen(&self, listener: TcpListener) {
        let (target, state, commits) = (self.target.clone(), self.state.clone(), Arc::clone(&self.commits));
        tokio::spawn(async move {
            let mut cut = state.subscribe();
            let accept = async {
                while let Ok((from, _)) = listener.accept().await {
                    tokio::spawn(pass(from, target.clone(), state.clone(), Arc::clone(&commits)));
                }
            };
            tokio::select! {
                () = accept => {}
                _ = cut.wait_for(|state| *state == State::Cut) => {}
            }
        });
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn cut(&self) {
        self.state.send_replace(State::Cut);
    }

    pub fn swallow(&self) {
        self.state.send_replace(State::Swallowing);
    }

    /// The `count`th commit from now on still arrives; its answer does not, and nothing after it.
    pub fn swallow_after_commit(&self, count: u32) {
        self.commits.store(count, Ordering::SeqCst);
    }

    /// Whether something is swallowed now.
    pub fn swallows(&self) -> bool {
        *self.state.borrow() == State::Swallowing
    }

    /// New connections come through. What has lost anything stays silent for good.
    pub async fn mend(&self) {
        self.commits.store(0, Ordering::SeqCst);
        if self.state.send_replace(State::Whole) == State::Cut {
            self.listen(TcpListener::bind(self.address).await.expect("the same port"));
        }
    }
}

async fn pass(from: TcpStream, target: String, state: watch::Sender<State>, commits: Arc<AtomicU32>) {
    let mut cut = state.subscribe();
    let (mut asks, mut hears) = from.into_split();
    let passed = async {
        if *state.borrow() == State::Swallowing {
            swallow(&mut asks).await;
        }
        let Ok(to) = TcpStream::connect(target).await else { return };
        let (mut answers, mut takes) = to.into_split();
        let commits = Some(&*commits);
        tokio::select! {
            // Which side ended it does not matter: both go away here.
            () = carry(&mut asks, &mut takes, &state, commits) => {}
            () = carry(&mut answers, &mut hears, &state, None) => {}
        }
    };
    tokio::select! {
        () = passed => {}
        _ = cut.wait_for(|state| *state == State::Cut) => {}
    }
}

/// One direction. Once something of it is lost, nothing comes through any more, not even the end.
async fn carry(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    state: &watch::Sender<State>,
    commits: Option<&AtomicU32>,
) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        let some = &bytes[..count];
        let last = some.windows(6).any(|word| word == b"COMMIT")
            && commits.is_some_and(|left| {
                left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)) == Ok(1)
            });
        if last {
            state.send_replace(State::Swallowing);
        } else if *state.borrow() == State::Swallowing {
            swallow(from).await;
        }
        if to.write_all(some).await.is_err() {
            return;
        }
    }
    if *state.borrow() == State::Swallowing {
        std::future::pending::<()>().await;
    }
}

async fn swallow(from: &mut (impl AsyncRead + Unpin)) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(1..) = from.read(&mut bytes).await {}
    std::future::pending::<()>().await;
}
