//! How an application is started.

use std::path::PathBuf;
use std::time::Duration;

use notespot_client::{Secret, is_this_machine};
use notespot_network::NetworkSettings;
use url::Url;

use crate::{AppError, TransferSettings};

/// How the browser hands the sign-in back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirect {
    /// Through `notespot://auth/callback`: the host hands it to [`App::finish_sign_in`](crate::App::finish_sign_in).
    DeepLink,
    /// Through a listener on 127.0.0.1 that lives as long as the sign-in: RFC 8252 §7.3.
    Loopback,
}

/// Where the session is kept between runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// In the system's keyring; in memory only where there is none that works.
    Keyring,
    /// In memory: it ends with the program.
    Memory,
}

/// How an application is started.
#[derive(Clone, Debug)]
pub struct AppConfig {
    /// The server, where somebody insists on one; else the one that was used last; else
    /// [`AppConfig::DEFAULT_SERVER`].
    pub server_url: Option<Url>,
    /// Where libraries are kept. Made when it is not there.
    pub data_dir: PathBuf,
    /// Where the server's address is remembered. Made when it is not there.
    pub config_dir: PathBuf,
    /// A personal access token: takes the place of signing in.
    pub token: Option<Secret>,
    /// How the browser hands the sign-in back.
    pub redirect: Redirect,
    /// Where the session is kept.
    pub keep: Keep,
    /// How hard transfers work. Their `network` is made of the next field.
    pub transfers: TransferSettings,
    /// The way that requests take, to the server and to the object store.
    pub network: NetworkSettings,
    /// By whose rules names are sorted, such as `sv-SE`. Only a window's library is sorted here.
    pub locale: String,
    /// For how long a command goes on by itself when the server or the store is away. [`App`](crate::App) has a
    /// queue for that, which has no end.
    pub patience: Duration,
}

impl AppConfig {
    /// The embedded server's address.
    pub const DEFAULT_SERVER: &str = "http://127.0.0.1:4800";
    /// In which a server or a store is started again.
    pub const DEFAULT_PATIENCE: Duration = Duration::from_mins(1);

    /// The platform's folders, the keyring, and what the environment says. This is the only place
    /// where the application reads the environment:
    ///
    /// - `NOTESPOT_SERVER`: the server's address;
    /// - `NOTESPOT_TOKEN`: a personal access token;
    /// - `NOTESPOT_PROXY`: the proxy for everything, or `none`. Without it the system's, which on every
    ///   system may be told by `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, read when the
    ///   first request is made;
    /// - `NOTESPOT_EXTRA_CA`: a PEM file of authorities that are trusted as well as the system's.
    ///
    /// Beside it the person's locale, which on Unix is `LC_ALL`, `LC_CTYPE` or `LANG`.
    ///
    /// Errors when there is no home folder, or when `NOTESPOT_SERVER` is no address.
    pub fn from_environment(redirect: Redirect) -> Result<Self, AppError> {
        let folders = directories::ProjectDirs::from("", "", "notespot").ok_or(AppError::NoHomeFolder)?;
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let server_url = set("NOTESPOT_SERVER").map(|text| parse_server_url(&text)).transpose()?;
        Ok(Self {
            server_url,
            data_dir: folders.data_local_dir().to_owned(),
            config_dir: folders.config_dir().to_owned(),
            token: set("NOTESPOT_TOKEN").map(Secret::new),
            redirect,
            keep: Keep::Keyring,
            transfers: TransferSettings::default(),
            network: NetworkSettings {
                proxy: set("NOTESPOT_PROXY"),
                extra_ca: std::env::var_os("NOTESPOT_EXTRA_CA")
                    .filter(|path| !path.is_empty())
                    .map(PathBuf::from),
            },
            locale: sys_locale::get_locale().unwrap_or_default(),
            patience: Self::DEFAULT_PATIENCE,
        })
    }
}

/// Takes a server's address as a person writes it: without a scheme it is `https`, or `http` on
/// this machine; path, query and user information are refused.
pub(crate) fn parse_server_url(text: &str) -> Result<Url, AppError> {
    let text = text.trim();
    let local = Url::parse(&format!("http://{text}")).is_ok_and(|url| is_this_machine(&url));
    let whole = match (text.contains("://"), local) {
        (true, _) => text.to_owned(),
        (false, true) => format!("http://{text}"),
        (false, false) => format!("https://{text}"),
    };
    let bad = || AppError::BadServerUrl { given: text.to_owned() };
    let url = Url::parse(&whole).map_err(|_| bad())?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if plain { Ok(url) } else { Err(bad()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_may_be_named_as_people_write_it() {
        let url = |text: &str| parse_server_url(text).unwrap().to_string();
        assert_eq!(url(" files.example.org "), "https://files.example.org/");
        assert_eq!(url("127.0.0.1:4800"), "http://127.0.0.1:4800/");
        assert_eq!(url("127.example.org"), "https://127.example.org/");
        assert_eq!(url("http://box.local:8080/"), "http://box.local:8080/");
    }

    #[test]
    fn what_is_no_server_address_is_refused() {
        for text in ["", "ftp://example.org", "https://u:p@example.org", "https://example.org/path", "a b"] {
            assert!(matches!(parse_server_url(text), Err(AppError::BadServerUrl { .. })), "{text}");
        }
    }
}
