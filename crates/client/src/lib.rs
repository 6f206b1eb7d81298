//! Typed REST client and the session.
