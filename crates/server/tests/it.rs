//! The server, over real sockets.

mod identity;
