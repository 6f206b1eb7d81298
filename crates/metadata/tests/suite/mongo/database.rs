//! The databases of these tests.

use std::ops::Deref;

use notespot_testkit::MongoDb;

/// A database of one test. In a real MongoDB it is dropped with this.
pub(super) struct Database(MongoDb);

impl Database {
    pub(super) fn new() -> Self {
        Self(MongoDb::new().unwrap())
    }
}

impl Deref for Database {
    type Target = MongoDb;

    fn deref(&self) -> &MongoDb {
        &self.0
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if !MongoDb::is_real() {
            // Goes with the server.
            return;
        }
        let (address, name) = (self.address(), self.name().to_owned());
        let dropping = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let client = mongodb::Client::with_uri_str(address).await.unwrap();
                client.database(&name).drop().await.unwrap();
            });
        };
        drop(std::thread::spawn(dropping).join());
    }
}
