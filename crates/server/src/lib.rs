//! The REST API, the public pages and the local identity provider.
