//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::secret::Secret;

const ABOUT: &str = "Notespot's server: the REST API, public links, and everything that they need.

Without any setting it runs on this machine alone: metadata in SQLite, files in a folder, accounts of its own.
Each flag can also be given as the environment variable named beside it, or in the TOML file of --config.";

/// `notespot-server`.
#[derive(Debug, Parser)]
#[command(name = "notespot-server", version, about = "Notespot's server", long_about = ABOUT)]
pub struct Arguments {
    /// What to do; `serve` when nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The settings.
    #[command(flatten)]
    pub settings: Settings,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve until SIGTERM or Ctrl+C (the default)
    Serve,
    /// Manage users, and the accounts of the local identity provider
    #[command(subcommand)]
    User(UserCommand),
    /// Manage personal access tokens
    #[command(subcommand)]
    Token(TokenCommand),
    /// Check everything that a server of these settings stands on: the clock, the metadata, the objects, the issuer and
    /// its keys, the webhook secret, the public URL and the disk. Ends with 1 when something is wrong, and says what
    /// to do
    Doctor {
        /// Print what was found as JSON
        #[arg(long)]
        json: bool,
        /// Before that, set the bucket's rules: parts of uploads that nobody completes go after eight days, and web
        /// pages of --authorized-parties may send presigned requests. Rules of others stay
        #[arg(long)]
        set_bucket_rules: bool,
    },
    /// Check the Clerk instance of these settings: its documents and keys, its clock, the secret key, the OAuth
    /// application and the webhook secret. Ends with 1 when something is wrong, and says what to do
    CheckClerk,
    /// Print the `OpenAPI` document of the REST API
    Openapi,
}

/// Users, and accounts of the local identity provider.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Make an account at the local identity provider
    Add {
        /// The e-mail address to sign in with
        #[arg(long)]
        email: String,
        /// The display name
        #[arg(long)]
        name: String,
        /// Read the password from standard input, to the end of its first line
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// Print what is known of a user, and how much they store and may store
    Show {
        /// The e-mail address, or the id that the identity provider gave, such as `user_…`
        #[arg(value_name = "EMAIL-OR-ID")]
        user: String,
    },
    /// Say how much a user may store. Servers that run go by it at once
    Quota {
        /// The e-mail address, or the id that the identity provider gave, such as `user_…`
        #[arg(value_name = "EMAIL-OR-ID")]
        user: String,
        /// Such as 500MB or 50GB; default for what --quota gives everybody
        #[arg(value_name = "SIZE|default")]
        size: String,
    },
}

/// Personal access tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it; it is shown this once
    Create {
        /// Whose token, by the e-mail address or the id
        #[arg(long)]
        email: String,
        /// What it may do; everything when not given. Can be repeated
        #[arg(long = "scope", value_enum)]
        scopes: Vec<TokenScope>,
        /// What it is for, to know it by later
        #[arg(long, default_value = "Made on the command line")]
        name: String,
        /// When it ends, from now: 12h, 30d, 8w. Never when not given
        #[arg(long, value_name = "TIME")]
        ends: Option<String>,
    },
}

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TokenScope {
    /// List and download
    Read,
    /// Add files
    Upload,
    /// Rename, move, delete, and make and end public links
    Manage,
}

/// Everything that can be set. What is not given here or in the environment is looked for in the
/// file, and has a default after that.
#[derive(Args, Clone, Debug, Default)]
pub struct Settings {
    /// A TOML file with settings: the flags' names, with underscores
    #[arg(long, global = true, env = "NOTESPOT_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address and port to listen on; port 0 picks one [default: 127.0.0.1:4800]
    #[arg(long, global = true, env = "NOTESPOT_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// The address under which others reach this server [default: that of --listen]
    #[arg(long, global = true, env = "NOTESPOT_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Where data is kept [default: the system's folder for application data]
    #[arg(long, global = true, env = "NOTESPOT_DATA_DIR", value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
    /// Where metadata is kept: sqlite, or mongodb://… or mongodb+srv://… with the database's name [default: sqlite]
    #[arg(long, global = true, env = "NOTESPOT_METADATA", hide_env_values = true, value_name = "STORE")]
    pub metadata: Option<String>,
    /// Where files are kept: embedded, or `s3://bucket?region=…` with more behind `&`: endpoint, `public_endpoint`,
    /// `path_style`, dualstack, encryption (aes256 or aws:kms), `kms_key`, checksum (crc64nvme, crc32c or sha256 where
    /// the bucket is not to be asked which it verifies). The guide to the server tells of each [default: embedded]
    #[arg(long, global = true, env = "NOTESPOT_OBJECTS", value_name = "STORE")]
    pub objects: Option<String>,
    /// Whose tokens are accepted: local, or https addresses, separated by commas [default: local]
    #[arg(long, global = true, env = "NOTESPOT_ISSUER", value_name = "ISSUERS", value_delimiter = ',')]
    pub issuer: Option<Vec<String>>,
    /// The desktop app's OAuth client id; with an issuer elsewhere, the one that it has there [default: made at
    /// the first start]
    #[arg(long, global = true, env = "NOTESPOT_OAUTH_CLIENT_ID", value_name = "ID")]
    pub oauth_client_id: Option<String>,
    /// The origins whose session tokens are accepted, separated by commas
    #[arg(
        long,
        global = true,
        env = "NOTESPOT_AUTHORIZED_PARTIES",
        value_name = "ORIGINS",
        value_delimiter = ','
    )]
    pub authorized_parties: Option<Vec<String>>,
    /// The secret key of the Clerk instance, `sk_live_…`. Other users of this machine can read command lines: better
    /// given by the environment or the file
    #[arg(long, global = true, env = "CLERK_SECRET_KEY", value_name = "KEY", hide_env_values = true)]
    pub clerk_secret_key: Option<Secret>,
    /// The signing secret of the webhook endpoint at Clerk, `whsec_…`. The same goes for it
    #[arg(long, global = true, env = "CLERK_WEBHOOK_SECRET", value_name = "SECRET", hide_env_values = true)]
    pub clerk_webhook_secret: Option<Secret>,
    /// Where Clerk's Backend API is [default: <https://api.clerk.com>]
    #[arg(long, global = true, env = "CLERK_API_URL", value_name = "URL")]
    pub clerk_api_url: Option<String>,
    /// Who may make an account on the sign-in page: open, first, closed [default: open on this
    /// machine's own address, else first]
    #[arg(long, global = true, env = "NOTESPOT_SIGN_UP", value_name = "WHO")]
    pub sign_up: Option<String>,
    /// How much each user may store who has no quota of their own, such as 50GB [default: 50GB]
    #[arg(long, global = true, env = "NOTESPOT_QUOTA", value_name = "SIZE")]
    pub quota: Option<String>,
    #[command(flatten)]
    pub operations: OperationsSettings,
}

/// How the server is run.
#[derive(Args, Clone, Debug, Default)]
pub struct OperationsSettings {
    /// How the log is written: pretty, or json with one object a line [default: pretty]
    #[arg(long, global = true, env = "NOTESPOT_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<String>,
    /// Proxies whose X-Forwarded-For is believed: addresses or networks such as 10.0.0.0/8, separated by commas
    /// [default: none]
    #[arg(
        long,
        global = true,
        env = "NOTESPOT_TRUSTED_PROXIES",
        value_name = "NETWORKS",
        value_delimiter = ','
    )]
    pub trusted_proxies: Option<Vec<String>>,
    /// Connections at once; half of them may listen for changes. The limit of open files has to be some 200 higher
    /// [default: 768]
    #[arg(long, global = true, env = "NOTESPOT_CONNECTIONS", value_name = "NUMBER")]
    pub connections: Option<String>,
    /// Of them, those that one address may have at once. Those from this machine itself and from --trusted-proxies do
    /// not count [default: a quarter of --connections]
    #[arg(long, global = true, env = "NOTESPOT_CONNECTIONS_PER_ADDRESS", value_name = "NUMBER")]
    pub connections_per_address: Option<String>,
    /// What has to be shown as a bearer token for /metrics [default: /metrics answers this machine alone]
    #[arg(long, global = true, env = "NOTESPOT_METRICS_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub metrics_token: Option<Secret>,
    /// Requests that one user may make in a minute, or off. Those from this machine itself do not count
    /// [default: 6000]
    #[arg(long, global = true, env = "NOTESPOT_REQUESTS_PER_MINUTE", value_name = "NUMBER")]
    pub requests_per_minute: Option<String>,
    /// Requests that one address may make in a minute without a sign-in, or off [default: 1200]
    #[arg(long, global = true, env = "NOTESPOT_ANONYMOUS_REQUESTS_PER_MINUTE", value_name = "NUMBER")]
    pub anonymous_requests_per_minute: Option<String>,
    /// After SIGTERM, how long to go on while /readyz says no, so that a load balancer looks elsewhere first
    /// [default: 0s]
    #[arg(long, global = true, env = "NOTESPOT_DRAIN_DELAY", value_name = "SECONDS")]
    pub drain_delay: Option<String>,
}
