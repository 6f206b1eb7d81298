//! The metadata: a file, or a MongoDB.

use notespot_metadata::mongodb::{self, Examined, SchemaFound};
use notespot_metadata::sqlite;

use super::clock;
use crate::config::{Config, Metadata};
use crate::findings::Outcome::{Doubtful, Fine, Wrong};
use crate::findings::{Finding, Outcome, finding, with_causes};
use crate::secret::Secret;
use crate::stores;

pub(super) async fn examine(config: &Config) -> Vec<Finding> {
    match &config.metadata {
        Metadata::Sqlite => vec![finding("metadata", of_file(config).await)],
        Metadata::MongoDb(address) => of_mongodb(address).await,
    }
}

async fn of_file(config: &Config) -> Outcome {
    let path = config.data_dir.join("metadata.db");
    if !path.exists() {
        return Fine(format!("{} is made at the first start.", path.display()));
    }
    match sqlite::examine(&path).await {
        Ok(found) if found.schema > found.newest => Wrong(format!(
            "A newer version of the server made schema {} of {}; this one knows {}. Start that version again.",
            found.schema,
            path.display(),
            found.newest
        )),
        Ok(found) if found.schema < found.newest => Doubtful(format!(
            "{} has schema {}; the next start makes {} of it. Copy the data folder before that.",
            path.display(),
            found.schema,
            found.newest
        )),
        Ok(found) => {
            Fine(format!("{} is there and up to date, with schema {}.", path.display(), found.schema))
        }
        Err(error) => Wrong(format!("{}. {}", with_causes(&error), stores::advice_for_sqlite(&error))),
    }
}

async fn of_mongodb(address: &Secret) -> Vec<Finding> {
    match mongodb::examine(address.expose()).await {
        Ok(examined) => {
            let mut findings = vec![
                finding("MongoDB", version(&examined)),
                finding("transactions", transactions(&examined)),
                finding("indexes", indexes(&examined)),
            ];
            findings.extend(
                examined.clock_away.map(|away| finding(clock::CLOCK, clock::compared("the database", away))),
            );
            findings
        }
        Err(error) => vec![finding(
            "MongoDB",
            Wrong(format!("{}. {}", with_causes(&error), stores::advice_for_mongodb(&error))),
        )],
    }
}

/// The oldest that its makers still mend, and that the suite of tests is written for.
fn version(examined: &Examined) -> Outcome {
    let version = &examined.version;
    match version.split('.').next().and_then(|major| major.parse::<u32>().ok()) {
        Some(major) if major >= 7 => Fine(format!("Version {version} answers.")),
        Some(_) => Wrong(format!("It is version {version}. Version 7.0 is the oldest that is supported.")),
        None => Doubtful(format!("It calls its version {version}, which says nothing.")),
    }
}

fn transactions(examined: &Examined) -> Outcome {
    match &examined.transaction {
        Ok(()) => Fine("A transaction on two documents works.".to_owned()),
        Err(error) => Wrong(format!(
            "A transaction failed: {}. The database has to be a replica set, and the user needs the role readWrite.",
            with_causes(error)
        )),
    }
}

fn indexes(examined: &Examined) -> Outcome {
    let Some(SchemaFound { version: there, made, is_usable }) = examined.schema else {
        return Fine("The database is empty: the first start makes them.".to_owned());
    };
    if !is_usable {
        return Wrong(format!(
            "A newer version of the server made schema {there}, which this one, of schema {made}, cannot work with. \
             Start that version again."
        ));
    }
    if there > made {
        return Doubtful(format!(
            "A newer version of the server made schema {there}; this one makes {made}."
        ));
    }
    if there < made {
        return Doubtful(format!("Schema {there} is there; the next start makes {made} of it."));
    }
    if examined.missing_indexes.is_empty() {
        return Fine(format!("All of schema {there} are there."));
    }
    Wrong(format!(
        "These are missing: {}. Remove the document `schema` from the collection `meta` and start the server: it \
         makes them again.",
        examined.missing_indexes.join(", ")
    ))
}
