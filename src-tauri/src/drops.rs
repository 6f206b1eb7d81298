//! Files that are dropped on the window. The web view hears of them and never sees a path.

use notespot_app::{App, Host as _};
use notespot_protocol::window::AppEvent;
use tauri::{DragDropEvent, Manager as _, Window, WindowEvent};

use crate::host::Desktop;

pub(crate) fn on_window_event(window: &Window, event: &WindowEvent) {
    let WindowEvent::DragDrop(event) = event else { return };
    let hover = |over| Desktop::new(window.app_handle().clone()).on_event(AppEvent::DropHover { over });
    match event {
        DragDropEvent::Enter { .. } => hover(true),
        DragDropEvent::Leave => hover(false),
        DragDropEvent::Drop { paths, .. } => {
            hover(false);
            if !paths.is_empty() {
                window.state::<App>().files_dropped(paths.clone(), shift_is_held());
            }
        }
        _ => {}
    }
}

/// Drops carry no keys: the keyboard is asked. Called on the main thread, as GDK wants it.
#[cfg(target_os = "linux")]
fn shift_is_held() -> bool {
    use gtk::gdk::{Display, Keymap, ModifierType};

    let keymap = Display::default().and_then(|display| Keymap::for_display(&display));
    let state = keymap.map_or(0, |keymap| keymap.modifier_state());
    ModifierType::from_bits_truncate(state).contains(ModifierType::SHIFT_MASK)
}

/// Not known here: the link is one click away all the same.
#[cfg(not(target_os = "linux"))]
fn shift_is_held() -> bool {
    false
}
