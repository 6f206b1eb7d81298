//! What gives out temporary credentials on AWS, as far as AWS's SDKs ask it.
//!
//! The container's endpoint: docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html. `IMDSv2`:
//! docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html. STS:
//! docs.aws.amazon.com/STS/latest/APIReference, "`AssumeRoleWithWebIdentity`".

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

pub(super) const CONTAINER_TOKEN: &str = "Bearer of-the-container";
pub(super) const WEB_IDENTITY: &str = "a-token-of-another-provider";
const SESSION: &str = "of-the-session";
/// For how long the first credentials are good: too short for anything but the next request.
pub(super) const FIRST_LIFE: Duration = Duration::from_secs(30);
/// Good to go on with, and so little that others are asked for at once.
const SOON: Duration = Duration::from_mins(10);
const LATER_LIFE: Duration = Duration::from_hours(1);

/// Each credentials that it gives out are other ones.
pub(super) struct Roles {
    address: String,
    tally: Arc<Tally>,
}

/// What it does when it is asked for credentials.
pub(super) enum Script {
    /// Gives out some that are good for 30 seconds, and others that are for an hour.
    Gives,
    /// Gives out some that are good for ten minutes, and never answers again.
    GivesOnceAndHangs,
    /// Refuses the first time.
    RefusesOnceAndGives,
}

struct Tally {
    script: Script,
    asked: AtomicU32,
    given_out: AtomicU32,
}

/// What a request has that an answer depends on.
struct Asked {
    line: String,
    headers: String,
    body: String,
}

impl Roles {
    pub(super) async fn start() -> Self {
        Self::by(Script::Gives).await
    }

    pub(super) async fn by(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let tally = Arc::new(Tally { script, asked: AtomicU32::new(0), given_out: AtomicU32::new(0) });
        let counter = Arc::clone(&tally);
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let counter = Arc::clone(&counter);
                tokio::spawn(async move { answer(socket, &counter).await });
            }
        });
        Self { address, tally }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(super) fn given_out(&self) -> u32 {
        self.tally.given_out.load(Ordering::Relaxed)
    }

    pub(super) fn asked(&self) -> u32 {
        self.tally.asked.load(Ordering::Relaxed)
    }
}

async fn answer(socket: TcpStream, tally: &Tally) {
    let mut socket = BufReader::new(socket);
    let asked = read(&mut socket).await;
    let has = |header: &str| asked.headers.contains(header);
    let (path, is_ours) = (asked.line.split(' ').nth(1).unwrap_or_default(), has(SESSION));
    let first = tally.asked.fetch_add(1, Ordering::Relaxed) == 0;
    match tally.script {
        Script::GivesOnceAndHangs if !first => return std::future::pending().await,
        Script::RefusesOnceAndGives if first => return say(&mut socket, 403, "").await,
        _ => {}
    }
    let (status, body) = match path {
        "/container" if has(CONTAINER_TOKEN) => (200, json(tally)),
        "/latest/api/token" if asked.line.starts_with("PUT") => (200, SESSION.to_owned()),
        "/latest/meta-data/iam/security-credentials/" if is_ours => (200, "notespot".to_owned()),
        "/latest/meta-data/iam/security-credentials/notespot" if is_ours => (200, json(tally)),
        "/sts" | "/sts/" if asked.body.contains(WEB_IDENTITY) => (200, xml(tally)),
        _ => (401, String::new()),
    };
    say(&mut socket, status, &body).await;
}

async fn say(socket: &mut BufReader<TcpStream>, status: u16, body: &str) {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} Said\r\ncontent-length: {length}\r\nx-aws-ec2-metadata-token-ttl-seconds: 600\r\n\
         connection: close\r\n\r\n"
    );
    socket.write_all((head + body).as_bytes()).await.unwrap();
}

async fn read(socket: &mut BufReader<TcpStream>) -> Asked {
    let (mut line, mut headers) = (String::new(), String::new());
    socket.read_line(&mut line).await.unwrap();
    while socket.read_line(&mut headers).await.unwrap() > 2 {}
    let length = headers.lines().find_map(|header| {
        let (name, value) = header.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or_default()];
    socket.read_exact(&mut body).await.unwrap();
    Asked { line, headers, body: String::from_utf8(body).unwrap() }
}

/// The next key, and when it ends.
fn next(tally: &Tally) -> (String, String) {
    let number = tally.given_out.fetch_add(1, Ordering::Relaxed) + 1;
    let life = match tally.script {
        Script::Gives if number == 1 => FIRST_LIFE,
        Script::GivesOnceAndHangs => SOON,
        _ => LATER_LIFE,
    };
    let end = DateTime::from(SystemTime::now() + life).fmt(DateTimeFormat::DateTime).unwrap();
    (format!("ASIA{number:04}"), end)
}

fn json(tally: &Tally) -> String {
    let (key, end) = next(tally);
    format!(
        r#"{{"Code": "Success", "Type": "AWS-HMAC", "LastUpdated": "2026-01-01T00:00:00Z", "AccessKeyId": "{key}",
             "SecretAccessKey": "secret-of-{key}", "Token": "token-of-{key}", "Expiration": "{end}"}}"#
    )
}

fn xml(tally: &Tally) -> String {
    let (key, end) = next(tally);
    format!(
        r#"<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <AssumedRoleUser>
      <Arn>arn:aws:sts::111122223333:assumed-role/notespot/test</Arn>
      <AssumedRoleId>AROA:test</AssumedRoleId>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>{key}</AccessKeyId>
      <SecretAccessKey>secret-of-{key}</SecretAccessKey>
      <SessionToken>token-of-{key}</SessionToken>
      <Expiration>{end}</Expiration>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>"#
    )
}
