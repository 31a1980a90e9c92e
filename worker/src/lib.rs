//! Does what is due: plans, passes the gate, sends.

pub mod transport;
