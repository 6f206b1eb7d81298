//! The collections, and what is in them.

use mongodb::{Client, Collection, Database};

use super::hints::Hints;
use super::processes::Process;
use super::rows::{
    AccountRow, BarRow, CodeRow, LimitRow, LinkCountRow, LinkRow, NodeRow, OrphanRow, PartRow, ProcessRow,
    RefreshTokenRow, SlugRow, TokenRow, TombstoneRow, UploadRow, UserRow, VersionRow, WebhookRow,
};

macro_rules! collections {
    ($($(#[$doc:meta])* $name:ident: $row:ty,)*) => {
        /// All of them, and the connections to where they are.
        pub(super) struct Collections {
            pub(super) client: Client,
            pub(super) database: Database,
            pub(super) hints: Hints,
            pub(super) process: Process,
            $($name: Collection<$row>,)*
        }

        impl Collections {
            pub(super) fn new(client: Client, database: &str) -> Self {
                let database = client.database(database);
                Self { $($name: database.collection(stringify!($name)),)* client, database, hints: Hints::default(), process: Process::default() }
            }

            /// Their names.
            pub(super) const NAMES: &[&str] = &[$(stringify!($name),)*];

            $($(#[$doc])* pub(super) fn $name(&self) -> &Collection<$row> { &self.$name })*
        }
    };
}

collections! {
    users: UserRow,
    nodes: NodeRow,
    versions: VersionRow,
    uploads: UploadRow,
    /// What parts of open uploads were presigned for.
    announced_parts: PartRow,
    links: LinkRow,
    /// Whose a slug is: by the slug alone, one shard knows.
    slugs: SlugRow,
    /// How often links were opened and downloaded: no transaction writes here.
    link_counts: LinkCountRow,
    tombstones: TombstoneRow,
    orphans: OrphanRow,
    tokens: TokenRow,
    accounts: AccountRow,
    codes: CodeRow,
    refresh_tokens: RefreshTokenRow,
    webhooks: WebhookRow,
    /// Users that the identity provider has deleted.
    barred_users: BarRow,
    /// How often something was done.
    limits: LimitRow,
    /// Servers that run, and the sessions of their transactions.
    processes: ProcessRow,
}
