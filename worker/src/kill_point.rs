//! Named points at which the kill test ends a worker the way a power cut would. A release build has none: there
//! [`pass`] does nothing, and nothing can arm it.

use std::str::FromStr;
use uuid::Uuid;

/// A place between two commits, or between a commit and the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// The planner has committed what it decided.
    Planned,
    /// Deliveries were claimed; the claim is committed.
    Claimed,
    /// The gate said yes; nothing has gone out.
    BeforeSend,
    /// The gateway has answered; nothing is written.
    AfterSend,
    /// The outcome is written; it is not committed.
    BeforeRecord,
}

impl Point {
    pub const ALL: [Self; 5] = [Self::Planned, Self::Claimed, Self::BeforeSend, Self::AfterSend, Self::BeforeRecord];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Claimed => "claimed",
            Self::BeforeSend => "before_send",
            Self::AfterSend => "after_send",
            Self::BeforeRecord => "before_record",
        }
    }
}

/// Where a process is to die: `before_send:3`, the third time it comes there, or `before_send@ID`, as soon as that
/// row does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KillAt {
    point: Point,
    which: Which,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    /// Counted from 1.
    Time(u64),
    Row(Uuid),
}

impl FromStr for KillAt {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "give a point and which time or row of it, such as before_send:3 or before_send@ID";
        let at = text.find([':', '@']).ok_or(wrong)?;
        let (name, which) = text.split_at(at);
        let point = Point::ALL.into_iter().find(|point| point.as_str() == name).ok_or(wrong)?;
        let which = match which.split_at(1) {
            (":", time) => Which::Time(time.parse().map_err(|_| wrong)?),
            (_, row) => Which::Row(row.parse().map_err(|_| wrong)?),
        };
        Ok(Self { point, which })
    }
}

#[cfg(debug_assertions)]
mod armed {
    use super::{KillAt, Point, Which};
    use std::process::Command;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    use uuid::Uuid;

    static ARMED: OnceLock<KillAt> = OnceLock::new();
    static PASSED: AtomicU64 = AtomicU64::new(0);

    /// Lets this process die at `at`; the first call counts.
    pub fn arm(at: KillAt) {
        let at = ARMED.get_or_init(|| at);
        tracing::warn!(kill.at = ?at, "kill_point.armed");
    }

    pub(crate) fn pass(point: Point, row: Uuid) {
        let Some(at) = ARMED.get().filter(|at| at.point == point) else { return };
        let here = match at.which {
            Which::Row(wanted) => wanted == row,
            Which::Time(time) => PASSED.fetch_add(1, Ordering::Relaxed) + 1 == time,
        };
        if here {
            die(point, row);
        }
    }

    /// SIGKILL from outside, since nothing inside may run any more. Whoever came here goes no further.
    fn die(point: Point, row: Uuid) {
        tracing::warn!(kill.point = point.as_str(), row.id = %row, "kill_point.reached");
        let sent = Command::new("sh").args(["-c", "kill -KILL $PPID"]).status();
        tracing::error!(sent = ?sent, "kill_point.survived");
        std::process::abort();
    }
}

#[cfg(debug_assertions)]
pub use armed::arm;
#[cfg(debug_assertions)]
pub(crate) use armed::pass;

#[cfg(not(debug_assertions))]
pub(crate) const fn pass(_: Point, _: Uuid) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_told_with_its_time_or_its_row() {
        for point in Point::ALL {
            let third = format!("{}:3", point.as_str()).parse();
            assert_eq!(third, Ok(KillAt { point, which: Which::Time(3) }));
        }
        let row = Uuid::from_u128(7);
        let hers = format!("after_send@{row}").parse();
        assert_eq!(hers, Ok(KillAt { point: Point::AfterSend, which: Which::Row(row) }));
        for wrong in ["", "claimed", "claimed:", "claimed:x", "sent:1", "claimed@7"] {
            assert!(wrong.parse::<KillAt>().is_err(), "{wrong}");
        }
    }
}
