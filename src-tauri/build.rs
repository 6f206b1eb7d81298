//! Embeds the configuration, the capabilities and the icons.

fn main() {
    let capabilities = "./src-tauri/capabilities/**/*";
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    if std::env::var_os("CARGO_CFG_TARGET_OS").is_some_and(|system| system == "linux") {
        // Else the symbols of the SQLite inside this program shadow those of the system's, which
        // WebKit uses.
        println!("cargo:rustc-link-arg-bins=-Wl,--exclude-libs,ALL");
    }
    let attributes = tauri_build::Attributes::new().capabilities_path_pattern(capabilities);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
