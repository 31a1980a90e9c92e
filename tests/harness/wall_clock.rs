//! The time that the processes of an installation see.
//!
//! libfaketime stands between the real binary and the C library, in the child processes alone, so that the binary
//! needs no hook for it. Only the wall clock is moved: what is slept and what times out is as long as ever.

use super::needed;
use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::Clock;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// A wall clock that can be put forward while the processes that look at it are running. It runs on from where it
/// was put, and shows this process, with its stand-ins for the gateways, the same time.
#[derive(Clone, Debug)]
pub struct WallClock {
    file: PathBuf,
    ahead: Arc<Mutex<TimeDelta>>,
}

impl WallClock {
    /// Keeps its file in `directory`.
    pub fn showing(at: DateTime<Utc>, directory: &Path) -> Self {
        let clock = Self { file: directory.join("wall_clock"), ahead: Arc::default() };
        clock.set(at);
        clock
    }

    pub fn set(&self, at: DateTime<Utc>) {
        let ahead = at - machine();
        let part = self.file.with_extension("part");
        let seconds = ahead.num_milliseconds() as f64 / 1e3;
        std::fs::write(&part, format!("{seconds:+.3}\n")).expect("the clock's file");
        // A process that reads it meanwhile finds the old time or the new one.
        std::fs::rename(part, &self.file).expect("the clock's file");
        *self.ahead.lock().expect("the clock") = ahead;
    }

    /// What makes a child process look at it.
    pub(super) fn environment(&self) -> Vec<(String, String)> {
        [
            ("LD_PRELOAD", needed("RECONNECT_TEST_FAKETIME")),
            ("FAKETIME_TIMESTAMP_FILE", self.file.display().to_string()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
            ("NO_FAKE_STAT", "1".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}

impl Clock for WallClock {
    fn now(&self) -> DateTime<Utc> {
        machine() + *self.ahead.lock().expect("the clock")
    }
}

#[expect(clippy::disallowed_methods, reason = "libfaketime counts from the machine's clock")]
fn machine() -> DateTime<Utc> {
    Utc::now()
}

/// Removes what libfaketime keeps for a process and cannot remove when that is killed; a later process of the same
/// number would stumble over it.
pub(super) fn clear_away(process: u32) {
    for name in [format!("faketime_shm_{process}"), format!("sem.faketime_sem_{process}")] {
        // There is nothing to remove after an orderly end, or where shared memory is no directory.
        drop(std::fs::remove_file(Path::new("/dev/shm").join(name)));
    }
}
