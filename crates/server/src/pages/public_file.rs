//! `GET /s/{slug}`: what a public link opens in a browser.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::header::HeaderMap;
use http::{Method, StatusCode};
use notespot_metadata::MetadataError;
use notespot_metadata::links::OpenedLink;
use notespot_metadata::nodes::StoredVersion;
use notespot_protocol::{ByteCount, Node, Slug};

use super::media::{Preview, kind_of, preview_of};
use super::{FormsMayGoTo, Pages, html, text_preview, visits, words};

/// Larger pictures are not loaded without being asked for.
const IMAGE_MAX: ByteCount = ByteCount(24 * 1024 * 1024);

#[derive(Template)]
#[template(path = "public_file.html")]
struct PublicFilePage {
    slug: Slug,
    name: String,
    description: String,
    kind: String,
    size: ByteCount,
    uploaded: String,
    uploaded_at: String,
    shared_by: String,
    downloads: u64,
    sha256_short: String,
    sha256_groups: Vec<String>,
    shown: Shown,
}

/// What stands beside the file's facts.
enum Shown {
    Image,
    Audio,
    Video,
    Text { beginning: String, cut: bool },
    Kind { extension: String },
}

pub(super) async fn show(
    State(pages): State<Arc<Pages>>,
    Path(slug): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let Ok(slug) = slug.parse::<Slug>() else { return super::not_found() };
    let (node, version, shared_by, downloads) = match pages.metadata.open_link(&slug).await {
        Ok(OpenedLink::File { node, version, owner_name, link }) => {
            (*node, *version, owner_name, link.downloads)
        }
        Ok(OpenedLink::Ended) => return super::ended(),
        Err(MetadataError::NotFound) => return super::not_found(),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a public page failed");
            return super::failed(
                StatusCode::SERVICE_UNAVAILABLE,
                "This page cannot be shown at the moment",
                "Something on this server failed. Try again in a moment.",
            );
        }
    };
    if visits::is_person(&method, &headers)
        && let Err(error) = pages.metadata.count_view(&slug).await
    {
        tracing::warn!(error = &error as &dyn std::error::Error, "a view was not counted");
    }
    let shown = Shown::of(&pages, &node, &version, &method).await;
    let content = version.content;
    let page = PublicFilePage {
        kind: kind_of(&content.content_type, node.name.as_str()),
        size: content.size,
        uploaded: words::day(content.uploaded_at),
        uploaded_at: content.uploaded_at.to_string(),
        sha256_short: words::short(&content.sha256),
        sha256_groups: words::groups(&content.sha256),
        slug,
        name: words::plain(node.name.as_str()),
        description: words::plain(&node.description),
        shared_by: words::plain(&shared_by),
        downloads,
        shown,
    };
    html(StatusCode::OK, &page, &FormsMayGoTo::Nowhere)
}

impl Shown {
    async fn of(pages: &Pages, node: &Node, version: &StoredVersion, method: &Method) -> Self {
        let content = &version.content;
        match preview_of(&content.content_type) {
            Some(Preview::Image) if content.size <= IMAGE_MAX => Self::Image,
            Some(Preview::Audio) => Self::Audio,
            Some(Preview::Video) => Self::Video,
            Some(Preview::Text) if method == Method::GET => {
                let size = content.size.0;
                match text_preview::beginning(&*pages.objects, &version.object_key, size).await {
                    Some(beginning) => Self::Text { beginning, cut: size > text_preview::SHOWN_BYTES },
                    None => Self::kind(node),
                }
            }
            _ => Self::kind(node),
        }
    }

    fn kind(node: &Node) -> Self {
        let (_, extension) = node.name.split_extension();
        let extension = extension.trim_start_matches('.');
        let plain = extension.len() <= 5 && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
        Self::Kind { extension: if plain { extension.to_ascii_uppercase() } else { String::new() } }
    }
}
