//! Stand-ins for the services outside the house. They speak the real protocols over real sockets,
//! check what they are sent as strictly as the originals do, answer as they are told to, and keep a
//! ledger of what reached them.
pub mod apns;
pub mod fcm;
pub mod smtp;
pub mod tls;
pub mod web_push;
