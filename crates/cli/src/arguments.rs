//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

const AFTER: &str = "\
Names are paths from the top level, such as `Semester 5/notes.pdf`; an id does as well.

Environment:
  NOTESPOT_SERVER   the server's address [default: the one used last, else http://127.0.0.1:4800]
  NOTESPOT_TOKEN    a personal access token, for machines without a keyring; takes the place of signing in
  NOTESPOT_LOG      what to log on standard error, such as `debug`

Exit codes:
  0  done
  1  failed, wholly or in part
  2  the command was not understood
  3  not signed in
  4  the server cannot be reached

With --json, standard output holds one object or one array and nothing else; uploads stand in it in the order
in which they end. What failed stands there as
{\"error\": {\"code\", \"message\", \"request_id\"}}.";

/// Files and public links from the command line
#[derive(Debug, Parser)]
#[command(name = "notespot", version, after_help = AFTER)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Answer in JSON, for scripts
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The server's address; goes before `NOTESPOT_SERVER`
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) server: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sign in with your browser
    SignIn,
    /// Sign out, and forget the session
    SignOut,
    /// Upload files, and folders with everything in them
    Upload {
        /// The files and folders
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// The folder that they go into [default: the top level]
        #[arg(long, value_name = "FOLDER")]
        to: Option<String>,
        /// Make a public link of each, and print it
        #[arg(long)]
        link: bool,
    },
    /// Download files, and verify them
    Download {
        /// The files
        #[arg(required = true, value_name = "NAME-OR-ID")]
        names: Vec<String>,
        /// The folder on this machine that they go into
        #[arg(long, value_name = "DIR", default_value = ".")]
        to: PathBuf,
    },
    /// List a folder
    Ls {
        /// The folder [default: the top level]
        #[arg(value_name = "FOLDER")]
        folder: Option<String>,
    },
    /// Print a file's public link; made where there is none
    Link {
        /// The file
        #[arg(value_name = "NAME-OR-ID")]
        name: String,
    },
    /// End a file's public link, at once and for ever
    Unlink {
        /// The file
        #[arg(value_name = "NAME-OR-ID")]
        name: String,
    },
    /// Move files and folders to the trash
    Rm {
        /// What to move there
        #[arg(required = true, value_name = "NAME-OR-ID")]
        names: Vec<String>,
    },
}
