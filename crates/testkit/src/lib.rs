//! Real servers and fault injection for tests.

mod person;

pub use person::Person;
