//! A mail client without anything around it: the ceiling of whatever sends mail to the same server over as many kept
//! connections. The server takes one command at a time, and so is spoken to one command at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

type Done<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Mails a second. `letter` is one with its dots stuffed, without the last.
pub async fn per_second(port: u16, connections: usize, mails: usize, letter: &[u8]) -> Done<f64> {
    let letter: Arc<[u8]> = [letter, b".\r\n"].concat().into();
    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let mut sending = JoinSet::new();
    for _ in 0..connections {
        let (letter, next) = (Arc::clone(&letter), Arc::clone(&next));
        sending.spawn(async move {
            let mut line = Line::open(port).await?;
            while next.fetch_add(1, Ordering::Relaxed) < mails {
                line.say(b"MAIL FROM:<post@reconnect.example>\r\n", "250").await?;
                line.say(b"RCPT TO:<somebody@post.example>\r\n", "250").await?;
                line.say(b"DATA\r\n", "354").await?;
                line.say(&letter, "250").await?;
            }
            line.say(b"QUIT\r\n", "221").await
        });
    }
    while let Some(ended) = sending.join_next().await {
        ended??;
    }
    Ok(mails as f64 / begun.elapsed().as_secs_f64())
}

struct Line {
    socket: BufReader<TcpStream>,
    answer: String,
}

impl Line {
    async fn open(port: u16) -> Done<Self> {
        let socket = TcpStream::connect(("127.0.0.1", port)).await?;
        socket.set_nodelay(true)?;
        let mut line = Self { socket: BufReader::new(socket), answer: String::new() };
        line.answered("220").await?;
        line.say(b"EHLO reconnect.example\r\n", "250").await?;
        Ok(line)
    }

    async fn say(&mut self, command: &[u8], wanted: &str) -> Done {
        self.socket.write_all(command).await?;
        self.answered(wanted).await
    }

    /// The last line of an answer has no hyphen after its code.
    async fn answered(&mut self, wanted: &str) -> Done {
        loop {
            self.answer.clear();
            if self.socket.read_line(&mut self.answer).await? == 0 {
                return Err("hung up".into());
            }
            if !self.answer.starts_with(wanted) {
                return Err(format!("{wanted} was expected: {}", self.answer).into());
            }
            if self.answer.as_bytes().get(3) != Some(&b'-') {
                return Ok(());
            }
        }
    }
}
