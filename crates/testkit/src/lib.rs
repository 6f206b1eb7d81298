//! Real servers and fault injection for tests.
//!
//! [`TestServer`] runs the built `notespot-server` as a process of its own; [`Balancer`] stands before
//! several of them; [`FaultProxy`] is a network that fails on request; [`DiscardingStore`] is an object
//! store for files that no disk holds; [`S3Server`] is one that others wrote; [`MongoDb`] is a database in a
//! server that tests share; [`ClerkStandIn`] answers as Clerk does; [`WayOut`] is a company's HTTP or SOCKS
//! proxy; [`TlsFront`] speaks TLS before a plain server; [`Api`] calls the REST API without the product's
//! own client, and [`Person`] signs in at its pages as somebody at a browser does; [`Damage`] makes of
//! valid inputs those that are nearly so. Nothing here depends on the server's code: what these tests see is what a user's machine sees.

mod api;
mod balancer;
mod clerk_stand_in;
mod content;
mod damage;
mod discarding;
mod draws;
mod measured;
mod mongodb;
mod person;
mod program;
mod proxy;
mod s3_server;
mod server;
mod tls;
mod under;
mod way_out;

pub use api::upload::{Refused, checksum_of, completion, crc_of, new_upload, part_of, proof_of, sha256_of};
pub use api::{Answer, Api};
pub use balancer::{Balanced, Balancer};
pub use clerk_stand_in::{ClerkStandIn, Door, Minted, Mood, Webhook};
pub use content::content;
pub use damage::{Damage, cases, damaged, damaged_text};
pub use discarding::{DiscardingStore, Stored};
pub use draws::Draws;
pub use measured::{Measured, measured};
pub use mongodb::{MongoDb, keep_mongodb};
pub use person::Person;
pub use program::program;
pub use proxy::{Direction, Fault, FaultKind, FaultProxy};
pub use s3_server::{ACCESS_KEY, Held, S3Server, SECRET_KEY};
pub use server::{DidNotStart, TestServer, run_server};
pub use tls::{Authority, Certified, TlsFront};
pub use under::{days_later, killed_at, killed_at_file};
pub use way_out::WayOut;
