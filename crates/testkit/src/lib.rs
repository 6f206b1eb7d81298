//! Real servers and fault injection for tests.
