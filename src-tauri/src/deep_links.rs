//! `notespot://` links: how the browser hands a sign-in back.

use notespot_app::{App, Redirect};
use tauri::{AppHandle, Manager as _};
use tauri_plugin_deep_link::DeepLinkExt as _;
use url::Url;

use crate::window;

const SCHEME: &str = "notespot";

/// Makes this program the one that opens `notespot://` links, and says how sign-in returns: by such
/// a link, or by a loopback redirect where the system will not have it.
pub(crate) fn register(app: &AppHandle) -> Redirect {
    let links = app.deep_link();
    // A package registered the scheme when it was installed; a development build comes and goes.
    let registered = !cfg!(debug_assertions) && links.is_registered(SCHEME).unwrap_or(false);
    if registered {
        return Redirect::DeepLink;
    }
    match links.register_all() {
        Ok(()) => Redirect::DeepLink,
        Err(error) => {
            tracing::info!(%error, "links cannot be registered: sign-in returns by a loopback redirect");
            Redirect::Loopback
        }
    }
}

/// Follows the links that arrive from now on, and the one that the program was started with.
pub(crate) fn follow(app: &AppHandle) {
    let handle = app.clone();
    app.deep_link().on_open_url(move |event| open_all(&handle, event.urls()));
    match app.deep_link().get_current() {
        Ok(Some(urls)) => open_all(app, urls),
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "the link that the program was started with is unreadable"),
    }
}

fn open_all(app: &AppHandle, urls: Vec<Url>) {
    window::bring_to_front(app);
    let application = app.state::<App>().inner().clone();
    tauri::async_runtime::spawn(async move {
        for url in urls {
            // What went wrong is told to the window by the application, and logged there.
            let _told = application.finish_sign_in(url.as_str()).await;
        }
    });
}
