//! Files that do something when they are opened, instead of showing something.

/// Endings that one system or another starts, installs or obeys.
const ENDINGS: &[&str] = &[
    // Windows, by itself or by its script host.
    "exe",
    "com",
    "bat",
    "cmd",
    "msi",
    "msp",
    "mst",
    "msix",
    "msixbundle",
    "appx",
    "appxbundle",
    "scr",
    "pif",
    "cpl",
    "hta",
    "js",
    "jse",
    "vbs",
    "vbe",
    "wsf",
    "wsh",
    "wsc",
    "ws",
    "sct",
    "ps1",
    "ps1xml",
    "psm1",
    "psd1",
    "reg",
    "inf",
    "lnk",
    "url",
    "scf",
    "gadget",
    "application",
    "appref-ms",
    "chm",
    "hlp",
    "dll",
    "ocx",
    "sys",
    "msc",
    "library-ms",
    "search-ms",
    "settingcontent-ms",
    "diagcab",
    "iso",
    "img",
    "vhd",
    "vhdx",
    "xll",
    "wll",
    "ade",
    "adp",
    "mde",
    // macOS.
    "app",
    "command",
    "tool",
    "workflow",
    "terminal",
    "action",
    "scpt",
    "scptd",
    "applescript",
    "pkg",
    "mpkg",
    "dmg",
    "webloc",
    "inetloc",
    "fileloc",
    "osax",
    // Linux and the like.
    "desktop",
    "sh",
    "bash",
    "zsh",
    "csh",
    "ksh",
    "fish",
    "run",
    "bin",
    "appimage",
    "flatpakref",
    "flatpakrepo",
    "snap",
    "deb",
    "rpm",
    "out",
    "elf",
    "so",
    "ko",
    "service",
    // Wherever what they need is installed.
    "jar",
    "jnlp",
    "class",
    "py",
    "pyw",
    "pyc",
    "pyo",
    "pyz",
    "pl",
    "rb",
    "php",
    "lua",
    "tcl",
    "air",
    "apk",
    "xpi",
    "crx",
    "swf",
    "docm",
    "dotm",
    "xlsm",
    "xltm",
    "xlam",
    "pptm",
    "potm",
    "ppam",
    "ppsm",
    "sldm",
];

/// Whether a file of this name may do something of its own when it is opened. By its last ending, as systems go by it.
pub(crate) fn is_program(name: &str) -> bool {
    let name = name.trim_end_matches([' ', '.']);
    let Some((_, ending)) = name.rsplit_once('.') else { return false };
    ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_start_something_is_known_by_its_last_ending() {
        for name in ["setup.EXE", "report.pdf.exe", "a.desktop", "x.jar", "run.sh", "evil.bat. ", ".bat"] {
            assert!(is_program(name), "{name}");
        }
        for name in ["report.pdf", "exe", "a.exe.txt", "notes", "photo.jpeg", "\u{65e5}.\u{672c}", "."] {
            assert!(!is_program(name), "{name}");
        }
    }
}
