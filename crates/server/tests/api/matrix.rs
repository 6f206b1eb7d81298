//! Who gets in where: every call of the OpenAPI document with every kind of caller. A call that is added is in here by
//! itself, and fails until it says whom it lets in.

mod callers;
pub(crate) mod calls;
mod things;

use notespot_protocol::ErrorCode;
use notespot_testkit::{Answer, TestServer};
use reqwest::StatusCode;

use self::callers::{Caller, Standing, callers};
use self::calls::{Access, Call};
use self::things::Things;

/// More than one call is let in that should not be: all of them are told.
struct Findings(Vec<String>);

impl Findings {
    fn check(&mut self, holds: bool, call: &Call, caller: &Caller, answer: &Answer) {
        if !holds {
            let Call { method, path, access, .. } = call;
            let body = answer.text();
            self.0.push(format!("{method} {path} ({access:?}) by {}: {} {body}", caller.name, answer.status));
        }
    }
}

#[tokio::test]
async fn every_call_lets_in_whom_it_says_and_nobody_else() {
    let server = TestServer::start().await.unwrap();
    let calls = calls::documented(&server).await;
    let callers = callers(&server).await;
    let (adas, nobodys) = (Things::of_ada(&server).await, Things::of_nobody());
    let before = adas.state().await;
    let mut findings = Findings(Vec::new());
    let mut asked = 0;
    for call in &calls {
        for caller in &callers {
            // Whoever is let in finds nothing there; whoever is not is shown what there is.
            let is_let_in = caller.standing.may(call.access);
            let things = if is_let_in && caller.is_ada { &nobodys } else { &adas };
            let answer = call.send(&server, caller, things).await;
            asked += 1;
            let problem = answer.problem().ok().map(|problem| problem.code);
            let is_refused = match answer.status {
                StatusCode::UNAUTHORIZED => problem == Some(ErrorCode::NotSignedIn),
                StatusCode::FORBIDDEN => problem == Some(ErrorCode::Forbidden),
                _ => false,
            };
            match (call.access, &caller.standing) {
                (Access::Anybody, _) => findings.check(!is_refused, call, caller, &answer),
                (_, Standing::Nobody) => {
                    let is_told = answer.status == StatusCode::UNAUTHORIZED
                        && answer.headers.get("www-authenticate").is_some_and(|value| value == "Bearer");
                    findings.check(is_refused && is_told, call, caller, &answer);
                }
                _ if is_let_in => {
                    findings.check(!is_refused && answer.status.as_u16() < 500, call, caller, &answer);
                }
                _ => {
                    let is_forbidden = answer.status == StatusCode::FORBIDDEN;
                    findings.check(is_refused && is_forbidden, call, caller, &answer);
                }
            }
            if !caller.is_ada {
                let shows = things::MARKS.iter().any(|mark| answer.text().contains(mark));
                findings.check(!shows || call.access == Access::Anybody, call, caller, &answer);
            }
        }
    }
    assert_eq!(adas.state().await, before, "somebody changed what is Ada's");
    assert!(findings.0.is_empty(), "{} of {asked}:\n{}", findings.0.len(), findings.0.join("\n"));
    assert!(calls.len() >= 39 && callers.len() >= 14, "the document or the callers got lost");
}
