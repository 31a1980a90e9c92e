//! A wire that can be cut: what stands between an installation and its database when the network fails.

use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Passes connections on to `target` while it is whole; cut, it drops those that stand, and nobody listens.
#[derive(Debug)]
pub struct Wire {
    address: SocketAddr,
    target: String,
    whole: watch::Sender<bool>,
}

impl Wire {
    pub async fn to(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let wire = Self { address, target, whole: watch::Sender::new(true) };
        wire.listen(listener);
        wire
    }

    fn listen(&self, listener: TcpListener) {
        let (target, whole) = (self.target.clone(), self.whole.subscribe());
        tokio::spawn(async move {
            let mut cut = whole.clone();
            let accept = async {
                while let Ok((from, _)) = listener.accept().await {
                    tokio::spawn(pass(from, target.clone(), whole.clone()));
                }
            };
            tokio::select! {
                () = accept => {}
                _ = cut.wait_for(|whole| !whole) => {}
            }
        });
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn cut(&self) {
        self.whole.send_replace(false);
    }

    pub async fn mend(&self) {
        self.whole.send_replace(true);
        self.listen(TcpListener::bind(self.address).await.expect("the same port"));
    }
}

async fn pass(mut from: TcpStream, target: String, mut whole: watch::Receiver<bool>) {
    let Ok(mut to) = TcpStream::connect(target).await else { return };
    tokio::select! {
        // Which side ended it does not matter: both go away here.
        _ = tokio::io::copy_bidirectional(&mut from, &mut to) => {}
        _ = whole.wait_for(|whole| !whole) => {}
    }
}
