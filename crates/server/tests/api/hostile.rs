//! Requests that are nearly right, at the program as it is run: never an answer that the server failed, and
//! nothing for whoever changed a bit of what lets them in.

use notespot_protocol::{Batch, BatchItem, DownloadPlan, Node};
use notespot_testkit::{Answer, Api, Damage, TestServer, cases, content};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

const USUALLY: u32 = 400;
const SIZE: usize = 5000;

/// What is sent nearly right.
#[derive(Clone, Copy, Debug)]
enum What {
    Token,
    Cursor,
    Query,
    Body,
    Path,
    Slug,
    Range,
    Presigned,
    Form,
}

const ALL: [What; 9] = [
    What::Token,
    What::Cursor,
    What::Query,
    What::Body,
    What::Path,
    What::Slug,
    What::Range,
    What::Presigned,
    What::Form,
];

const FORM: &str = "grant_type=authorization_code&code=c&code_verifier=v&redirect_uri=notespot%3A%2F%2Fauth%2Fcallback&client_id=app";

struct Scene {
    _server: TestServer,
    token: String,
    ada: Api,
    stranger: Api,
    file: Node,
    slug: String,
    cursor: String,
    presigned: String,
}

async fn scene() -> Scene {
    let server = TestServer::start().await.unwrap();
    let token = server.somebody("Ada").await.unwrap();
    let ada = server.api(token.clone()).unwrap();
    let file = ada.upload(None, "a.bin", &content(1, SIZE)).await.unwrap();
    ada.upload(None, "b.bin", &content(2, 50)).await.unwrap();
    let slug = ada.link(file.id).await.unwrap().slug.to_string();
    let page = ada.get("/v1/nodes?limit=1").await.unwrap().value().unwrap();
    let cursor = page["next"].as_str().unwrap().to_owned();
    let asked = json!({ "items": [{ "node": file.id }] });
    let plan: Batch<BatchItem<DownloadPlan>> =
        ada.post("/v1/downloads", &asked).await.unwrap().json().unwrap();
    let plan = plan.items.into_iter().next().unwrap().into_result().unwrap();
    let presigned = plan.request.url.expose().to_owned();
    let stranger = server.stranger().unwrap();
    Scene { _server: server, token, ada, stranger, file, slug, cursor, presigned }
}

impl Scene {
    /// What is right, before something befalls it.
    fn valid(&self, what: What) -> String {
        match what {
            What::Token => self.token.clone(),
            What::Cursor => self.cursor.clone(),
            What::Query => "view=search&text=a&sort=modified&order=descending&limit=5".to_owned(),
            What::Body => json!({ "name": "c.bin", "tags": ["x"], "description": "d" }).to_string(),
            What::Path => format!("v1/nodes/{}", self.file.id),
            What::Slug => self.slug.clone(),
            What::Range => "bytes=100-199".to_owned(),
            What::Presigned => self.presigned.split_once("notespot-objects/").unwrap().1.to_owned(),
            What::Form => FORM.to_owned(),
        }
    }

    fn request(&self, what: What, text: &str) -> Option<RequestBuilder> {
        let stranger = &self.stranger;
        let get = |api: &Api, path: &str| api.request(Method::GET, path).ok();
        let encoded = || url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        match what {
            What::Token => Some(get(stranger, "/v1/me")?.header("authorization", format!("Bearer {text}"))),
            What::Cursor => get(&self.ada, &format!("/v1/nodes?limit=1&cursor={}", encoded())),
            What::Query => get(&self.ada, &format!("/v1/nodes?{text}")),
            What::Body => {
                let request = self.ada.request(Method::PATCH, &format!("/v1/nodes/{}", self.file.id)).ok()?;
                Some(request.header("content-type", "application/json").body(text.to_owned()))
            }
            What::Path => get(
                &self.ada,
                &format!("/{}", text.trim_start_matches(|letter: char| !letter.is_alphanumeric())),
            ),
            What::Slug => get(stranger, &format!("/s/{}", encoded())),
            What::Range => Some(get(stranger, &format!("/s/{}/download", self.slug))?.header("range", text)),
            What::Presigned => get(stranger, &format!("/notespot-objects/{text}")),
            What::Form => {
                let request = stranger.request(Method::POST, "/oauth/token").ok()?;
                let form = "application/x-www-form-urlencoded";
                Some(request.header("content-type", form).body(text.to_owned()))
            }
        }
    }

    /// What holds of every answer, and of those to what was `damaged`.
    fn require(&self, what: What, damaged: Option<&str>, answer: &Answer) {
        // Of S3 the embedded store knows a part, and says so.
        let is_unknown = matches!(what, What::Presigned) && answer.status == 501;
        assert!(
            answer.status.as_u16() < 500 || is_unknown,
            "{what:?} {damaged:?}: {} {}",
            answer.status,
            answer.text()
        );
        let is_ok = answer.status.is_success();
        match (what, damaged) {
            (What::Token, Some(text)) => {
                assert!(text.trim() == self.token || answer.problem().unwrap().status == 401, "{text}");
            }
            (What::Slug, Some(text)) => assert!(!is_ok || text.is_empty(), "{text}: {}", answer.status),
            (What::Presigned, damaged) if is_ok => {
                assert!(answer.body == content(1, SIZE), "{damaged:?}");
                let signature =
                    |text: &str| text.split_once("X-Amz-Signature=").map(|(_, end)| end.to_owned());
                let is_same = damaged.is_none_or(|text| signature(text) == signature(&self.presigned));
                assert!(is_same, "{damaged:?}");
            }
            (What::Range, _) if answer.status == 206 => {
                let said = answer.headers["content-range"].to_str().unwrap();
                let (first, rest) = said.strip_prefix("bytes ").unwrap().split_once('-').unwrap();
                let (first, last): (usize, usize) =
                    (first.parse().unwrap(), rest.split_once('/').unwrap().0.parse().unwrap());
                assert!(answer.body == content(1, SIZE)[first..=last], "{said}");
            }
            (What::Range, _) => assert!(answer.status == 416 || answer.body == content(1, SIZE)),
            (_, None) => assert!(is_ok || matches!(what, What::Form), "{what:?}: {}", answer.text()),
            _ => {}
        }
    }
}

#[test]
fn whatever_is_sent_is_answered_and_lets_nobody_in() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let scene = runtime.block_on(scene());
    let answer = |what, text: &str| {
        // What no client can send.
        let request = scene.request(what, text)?;
        let (client, request) = request.build_split();
        Some(runtime.block_on(Answer::of(RequestBuilder::from_parts(client, request.ok()?))).unwrap())
    };
    for what in ALL {
        scene.require(what, None, &answer(what, &scene.valid(what)).unwrap());
    }
    let mut runner = TestRunner::new(cases(USUALLY).clone_with_source_file(file!()));
    let drawn = (select(ALL.to_vec()), prop::collection::vec(Damage::any(), 1..4));
    let outcome = runner.run(&drawn, |(what, damages)| {
        let valid = scene.valid(what);
        let mut bytes = valid.clone().into_bytes();
        for damage in &damages {
            damage.befall(&mut bytes);
        }
        let text = String::from_utf8_lossy(&bytes);
        if let Some(answer) = answer(what, &text) {
            scene.require(what, Some(&*text).filter(|text| *text != valid), &answer);
        }
        Ok(())
    });
    outcome.unwrap();
}
