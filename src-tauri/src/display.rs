//! What a window needs of the system before it can be opened.

/// Where the NVIDIA driver shows itself.
#[cfg(target_os = "linux")]
const NVIDIA: &str = "/proc/driver/nvidia/version";
/// Turns WebKitGTK's DMA-BUF renderer off.
#[cfg(target_os = "linux")]
const NO_DMABUF: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// There is nowhere to open a window.
#[derive(Debug, thiserror::Error)]
#[error(
    "There is no display to open a window on. Start Notespot in a desktop session; if this is one, check DISPLAY or WAYLAND_DISPLAY."
)]
pub(crate) struct NoDisplay;

/// Makes sure that there is a display, and that the web view can draw on it.
#[cfg(target_os = "linux")]
pub(crate) fn prepare() -> Result<(), NoDisplay> {
    if gtk::init().is_err() {
        return Err(NoDisplay);
    }
    guard_against_blank_windows();
    Ok(())
}

/// Elsewhere the system says it itself.
#[cfg(not(target_os = "linux"))]
pub(crate) fn prepare() -> Result<(), NoDisplay> {
    Ok(())
}

/// With NVIDIA's driver, WebKitGTK's DMA-BUF renderer can leave the window blank
/// (tauri-apps/tauri#9304).
#[cfg(target_os = "linux")]
fn guard_against_blank_windows() {
    if std::env::var_os(NO_DMABUF).is_some() || !std::path::Path::new(NVIDIA).exists() {
        return;
    }
    // Where that fails, the window is tried as it is.
    crate::restart::with(NO_DMABUF, "1");
}
