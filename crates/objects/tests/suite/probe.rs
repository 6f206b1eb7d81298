//! Which checksum is chosen for a store, by what it does about each.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use notespot_objects::s3::{S3Config, S3Store};
use notespot_objects::{ObjectError, ObjectStore as _};
use notespot_protocol::ChecksumAlgorithm::{self, Crc32c, Crc64Nvme, Sha256};
use s3s::auth::SimpleAuth;
use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, HeadObjectInput, HeadObjectOutput, PutObjectInput, PutObjectOutput,
};
use s3s::service::S3ServiceBuilder;
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};
use tokio::net::TcpListener;
use url::Url;

use self::Habit::{Ignores, NotImplemented, NotValid, Refuses, RefusesOddly, Repeats, Reports};
use crate::embedded::accept;

/// What a store does about a checksum that the bytes do not have.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Habit {
    Refuses,
    /// It has words of its own for it.
    RefusesOddly,
    Reports,
    /// It says what was said.
    Repeats,
    Ignores,
    /// It refuses the header itself, with 501 or with 400.
    NotImplemented,
    NotValid,
}

/// What a HEAD says of an object.
type Said = Option<(ChecksumAlgorithm, String)>;

/// A store with habits.
#[derive(Clone)]
struct Odd(Arc<Inner>);

struct Inner {
    habits: [Habit; 3],
    forbids: AtomicBool,
    puts: AtomicUsize,
    objects: Mutex<HashMap<String, Said>>,
}

/// Of what the server puts there: `notespot`. The last two are what an independent store says of it.
fn true_checksum(algorithm: ChecksumAlgorithm) -> String {
    match algorithm {
        Crc64Nvme => {
            let crc = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc64Nvme, b"notespot");
            notespot_protocol::Crc64Nvme(crc).to_string()
        }
        Crc32c => "A1d0yQ==".to_owned(),
        Sha256 => "S15uR3qIllzmNqvKFDGdhnvUnVWhZLwbMu/xo2V/yhE=".to_owned(),
    }
}

#[async_trait::async_trait]
impl S3 for Odd {
    async fn put_object(&self, req: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        self.0.puts.fetch_add(1, Ordering::Relaxed);
        if self.0.forbids.load(Ordering::Relaxed) {
            return Err(s3_error!(AccessDenied));
        }
        let named = [
            (Crc64Nvme, req.input.checksum_crc64nvme),
            (Crc32c, req.input.checksum_crc32c),
            (Sha256, req.input.checksum_sha256),
        ];
        let mut named =
            named.into_iter().zip(self.0.habits).filter_map(|((one, text), habit)| Some((one, text?, habit)));
        let (algorithm, text, habit) = named.next().expect("a checksum");
        assert!(named.next().is_none(), "one at a time");
        let is_wrong = text != true_checksum(algorithm);
        let said = match habit {
            Refuses if is_wrong => return Err(s3_error!(BadDigest)),
            RefusesOddly if is_wrong => return Err(s3_error!(InvalidArgument)),
            NotImplemented => return Err(s3_error!(NotImplemented)),
            NotValid => return Err(s3_error!(InvalidRequest)),
            Reports => Some((algorithm, true_checksum(algorithm))),
            Refuses | RefusesOddly | Repeats => Some((algorithm, text)),
            Ignores => None,
        };
        self.0.objects.lock().unwrap().insert(req.input.key, said);
        Ok(S3Response::new(PutObjectOutput::default()))
    }

    async fn head_object(&self, req: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        let objects = self.0.objects.lock().unwrap();
        let said = objects.get(&req.input.key).ok_or_else(|| s3_error!(NoSuchKey))?.clone();
        let text = |wanted| said.clone().and_then(|(one, text)| (one == wanted).then_some(text));
        Ok(S3Response::new(HeadObjectOutput {
            content_length: Some(8),
            checksum_crc64nvme: text(Crc64Nvme),
            checksum_crc32c: text(Crc32c),
            checksum_sha256: text(Sha256),
            ..HeadObjectOutput::default()
        }))
    }

    async fn delete_object(
        &self,
        req: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        self.0.objects.lock().unwrap().remove(&req.input.key);
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }
}

/// A store with these habits about CRC-64/NVME, CRC-32C and SHA-256, and a client of it.
async fn start(habits: [Habit; 3], named: Option<ChecksumAlgorithm>) -> (Odd, S3Store) {
    let inner = Inner {
        habits,
        forbids: AtomicBool::default(),
        puts: AtomicUsize::default(),
        objects: Mutex::default(),
    };
    let odd = Odd(Arc::new(inner));
    let mut service = S3ServiceBuilder::new(odd.clone());
    service.set_auth(SimpleAuth::from_single("key", "secret"));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    accept(listener, service.build());
    let config = S3Config {
        region: Some("notespot".to_owned()),
        endpoint: Some(endpoint),
        path_style: true,
        checksum: named,
        ..S3Config::new("bucket".to_owned())
    };
    (odd, S3Store::with_credentials(&config, "key", "secret").await.unwrap())
}

impl Odd {
    fn puts(&self) -> usize {
        self.0.puts.load(Ordering::Relaxed)
    }
}

#[tokio::test]
async fn the_best_checksum_that_the_store_verifies_is_chosen_and_nothing_is_left_there() {
    for (habits, chosen, tries) in [
        ([Refuses, Refuses, Refuses], Crc64Nvme, 1),
        ([Reports, Refuses, Refuses], Crc64Nvme, 1),
        ([RefusesOddly, Refuses, Refuses], Crc64Nvme, 2),
        ([NotImplemented, Refuses, Refuses], Crc32c, 3),
        ([NotValid, Reports, Refuses], Crc32c, 3),
        ([Ignores, Refuses, Refuses], Crc32c, 2),
        ([Repeats, Repeats, Refuses], Sha256, 3),
        ([NotImplemented, NotValid, Reports], Sha256, 5),
        // Where nothing is verified: what is taken at least.
        ([Ignores, Ignores, Ignores], Crc64Nvme, 3),
        ([NotValid, Repeats, Ignores], Crc32c, 4),
    ] {
        let (odd, store) = start(habits, None).await;
        assert_eq!(store.checksum_algorithm().await.unwrap(), chosen, "{habits:?}");
        assert_eq!(store.checksum_algorithm().await.unwrap(), chosen, "{habits:?}");
        assert_eq!(odd.puts(), tries, "{habits:?}: it is tried once");
        assert!(odd.0.objects.lock().unwrap().is_empty(), "{habits:?}");
    }
}

#[tokio::test]
async fn a_checksum_that_was_named_for_the_store_is_used_whatever_it_does_about_it() {
    for habits in [[Refuses, Refuses, Refuses], [Refuses, Refuses, Ignores], [Refuses, Refuses, NotValid]] {
        let (odd, store) = start(habits, Some(Sha256)).await;
        assert_eq!(store.checksum_algorithm().await.unwrap(), Sha256);
        let puts = if habits[2] == NotValid { 2 } else { 1 };
        assert_eq!(odd.puts(), puts, "{habits:?}");
    }
}

#[tokio::test]
async fn a_store_that_cannot_be_tried_is_sent_nothing_until_it_can() {
    let (odd, store) = start([NotValid, Refuses, Refuses], None).await;
    odd.0.forbids.store(true, Ordering::Relaxed);
    assert!(matches!(store.checksum_algorithm().await, Err(ObjectError::Unavailable(_))));
    odd.0.forbids.store(false, Ordering::Relaxed);
    assert!(matches!(store.checksum_algorithm().await, Err(ObjectError::Unavailable(_))));
    assert_eq!(odd.puts(), 2, "nobody waits for it again at once");
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(5)).await;
    tokio::time::resume();
    assert_eq!(store.checksum_algorithm().await.unwrap(), Crc32c);
}

#[tokio::test]
async fn a_checksum_that_was_named_is_used_also_where_the_store_cannot_be_tried() {
    let (odd, store) = start([Refuses, Refuses, Refuses], Some(Crc32c)).await;
    odd.0.forbids.store(true, Ordering::Relaxed);
    assert_eq!(store.checksum_algorithm().await.unwrap(), Crc32c);
}
