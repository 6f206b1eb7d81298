//! Pictures for the web view, over a scheme of their own: `preview://localhost/{node}/{version}`.
//!
//! It reads no path and no query, answers GET, and gives nothing but pictures that were verified; what they are is
//! found in their bytes. The window's content security policy allows the scheme for images alone.

use notespot_app::{App, Picture};
use notespot_protocol::{NodeId, VersionId};
use tauri::http::{Method, Request, Response, StatusCode, Uri, header};
use tauri::{Manager as _, Runtime, UriSchemeContext, UriSchemeResponder};

/// The scheme's name; `tauri.conf.json` names it too.
pub(crate) const SCHEME: &str = "preview";

#[expect(clippy::needless_pass_by_value, reason = "it is how tauri hands a request over")]
pub(crate) fn answer<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let asked = (request.method() == Method::GET).then(|| ids_in(request.uri())).flatten();
    let app = context.app_handle().try_state::<App>().map(|app| app.inner().clone());
    let (Some((node, version)), Some(app)) = (asked, app) else { return responder.respond(nothing()) };
    tauri::async_runtime::spawn(async move {
        responder.respond(match app.preview(node, version).await {
            Ok(picture) => shown(picture),
            Err(error) => {
                tracing::debug!(%node, %error, "there is no picture to show");
                nothing()
            }
        });
    });
}

fn ids_in(uri: &Uri) -> Option<(NodeId, VersionId)> {
    let (node, version) = uri.path().strip_prefix('/')?.split_once('/')?;
    Some((node.parse().ok()?, version.parse().ok()?))
}

fn shown(Picture { media_type, bytes }: Picture) -> Response<Vec<u8>> {
    let mut answer = Response::new(bytes);
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(media_type));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, header::HeaderValue::from_static("nosniff"));
    // What stays of it stays with the application, which takes it away when its person signs out.
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    answer
}

fn nothing() -> Response<Vec<u8>> {
    let mut answer = Response::new(Vec::new());
    *answer.status_mut() = StatusCode::NOT_FOUND;
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_two_ids_and_nothing_else() {
        let (node, version) = (NodeId::generate(), VersionId::generate());
        let ids = |path: &str| ids_in(&format!("preview://localhost{path}").parse().unwrap());
        assert_eq!(ids(&format!("/{node}/{version}")), Some((node, version)));
        for path in ["/", "/../..", &format!("/{node}"), &format!("/{node}/{version}/x"), "/etc/passwd"] {
            assert_eq!(ids(path), None, "{path}");
        }
    }
}
