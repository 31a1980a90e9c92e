//! Kept connections, each of which asks again as soon as it is answered. No more of HTTP/1.1 than that takes, so that
//! the one who asks costs the cores as little as can be.

use super::percentile::percentile;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

type Done<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What one of the callers says the next time: her number, and how often she asked before.
pub type Saying = Arc<dyn Fn(usize, u64) -> Vec<u8> + Send + Sync>;

/// The bytes of a call.
pub fn call(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        text.push_str(&format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    text.push_str(body);
    text.into_bytes()
}

/// Callers on a connection each.
pub struct Callers {
    lines: Vec<Line>,
    saying: Saying,
    /// The status that each is to be answered with.
    status: u16,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Load {
    each: Vec<Duration>,
    took: Duration,
}

impl Load {
    pub fn answered(&self) -> usize {
        self.each.len()
    }

    pub fn per_second(&self) -> f64 {
        self.each.len() as f64 / self.took.as_secs_f64()
    }

    /// Within what time `share` of them were answered, in milliseconds.
    pub fn within(&mut self, share: f64) -> f64 {
        percentile(&mut self.each, share).as_secs_f64() * 1_000.0
    }

    pub fn add(&mut self, other: Self) {
        self.each.extend(other.each);
        self.took += other.took;
    }
}

impl Callers {
    pub async fn connect(to: SocketAddr, count: usize, status: u16, saying: Saying) -> Done<Self> {
        let mut lines = Vec::with_capacity(count);
        for _ in 0..count {
            let socket = TcpStream::connect(to).await?;
            socket.set_nodelay(true)?;
            lines.push(Line { socket, read: Vec::with_capacity(8 * 1_024), asked: 0 });
        }
        Ok(Self { lines, saying, status })
    }

    /// All ask for so long.
    ///
    /// # Errors
    /// A connection broke, or an answer was another than the one that is expected.
    pub async fn ask(&mut self, duration: Duration) -> Done<Load> {
        let begun = Instant::now();
        let mut asking = JoinSet::new();
        for (number, mut line) in self.lines.drain(..).enumerate() {
            let (saying, status) = (Arc::clone(&self.saying), self.status);
            asking.spawn(async move {
                let mut each = Vec::new();
                while begun.elapsed() < duration {
                    let call = saying(number, line.asked);
                    line.asked += 1;
                    let asked = Instant::now();
                    let answered = line.answered(&call).await?;
                    each.push(asked.elapsed());
                    if answered != status {
                        let answer = String::from_utf8_lossy(&line.read);
                        return Err(format!("{status} was expected: {answer}").into());
                    }
                }
                Done::Ok((number, line, each))
            });
        }
        let (mut lines, mut load) = (Vec::new(), Load::default());
        while let Some(ended) = asking.join_next().await {
            let (number, line, each) = ended??;
            lines.push((number, line));
            load.each.extend(each);
        }
        load.took = begun.elapsed();
        lines.sort_by_key(|(number, _)| *number);
        self.lines = lines.into_iter().map(|(_, line)| line).collect();
        Ok(load)
    }
}

struct Line {
    socket: TcpStream,
    /// The last answer.
    read: Vec<u8>,
    asked: u64,
}

impl Line {
    /// The status of the answer, once all of it is there.
    async fn answered(&mut self, call: &[u8]) -> Done<u16> {
        self.socket.write_all(call).await?;
        self.read.clear();
        loop {
            if self.socket.read_buf(&mut self.read).await? == 0 {
                return Err("hung up".into());
            }
            let Some(end) = self.read.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
            let (status, length) = head(&self.read[..end])?;
            if self.read.len() >= end + 4 + length {
                return Ok(status);
            }
        }
    }
}

/// Status and length of an answer; one of unknown length is not expected.
fn head(head: &[u8]) -> Done<(u16, usize)> {
    let head = std::str::from_utf8(head)?;
    let status = head.get(9..12).ok_or("no status")?.parse()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim())
    });
    Ok((status, length.ok_or("no content-length")?.parse()?))
}
