//! How MongoDB answers each query.
