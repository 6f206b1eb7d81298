//! The desktop shell: a window around [`notespot_app::App`].
//!
//! What needs the system is here: the window, deep links, drops, dialogs, the clipboard, the
//! browser. What Notespot does is in `notespot_app`; commands are a few lines that call it.

mod arguments;
mod bindings;
mod browser;
mod clipboard;
mod commands;
mod deep_links;
mod dialogs;
mod display;
mod drops;
mod early_notices;
mod files;
mod host;
mod previews;
mod quit;
#[cfg(target_os = "linux")]
mod restart;
mod window;

use std::process::ExitCode;
use std::sync::Arc;

use notespot_app::{App, AppConfig};
use tauri::{Builder, Manager as _, RunEvent, Wry};

use crate::early_notices::EarlyNotices;
use crate::host::Desktop;

/// Runs the app until its window is closed.
#[must_use]
pub fn run() -> ExitCode {
    if let Some(ended) = arguments::answer() {
        return ended;
    }
    arguments::start_logging();
    if let Err(error) = display::prepare() {
        return arguments::failed(&error.to_string());
    }
    let app = match builder().build(tauri::generate_context!()) {
        Ok(app) => app,
        Err(error) => {
            #[cfg(target_os = "linux")]
            restart::after_another(&error);
            return arguments::failed(&format!("The window could not be opened: {error}."));
        }
    };
    let code = app.run_return(|handle, event| {
        if let RunEvent::Exit = event {
            quit::settle(handle);
        }
    });
    u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)
}

fn builder() -> Builder<Wry> {
    let bindings = bindings::builder();
    Builder::default()
        // First, as its documentation asks: a second start hands its link over and ends here.
        .plugin(tauri_plugin_single_instance::init(|app, _, _| window::bring_to_front(app)))
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .register_asynchronous_uri_scheme_protocol(previews::SCHEME, previews::answer)
        .invoke_handler(bindings.invoke_handler())
        .manage(EarlyNotices::new())
        .setup(|app| {
            let redirect = deep_links::register(app.handle());
            let config = AppConfig::from_environment(redirect)?;
            let host = Arc::new(Desktop::new(app.handle().clone()));
            let application = tauri::async_runtime::block_on(App::start(config, host))?;
            app.manage(application);
            window::open(app)?;
            deep_links::follow(app.handle());
            quit::on_signal(app.handle());
            Ok(())
        })
        .on_window_event(drops::on_window_event)
}
