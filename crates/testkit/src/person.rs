//! A person at a browser without scripts, signing in.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use url::Url;

/// A person with a browser: keeps cookies, fills in forms, follows redirects that stay on the
/// server. Where the app is to be called, the address is handed back instead.
pub struct Person {
    http: reqwest::Client,
    cookies: BTreeMap<String, String>,
    /// What is typed, by the field's name.
    pub typed: Vec<(&'static str, String)>,
}

struct Page {
    url: Url,
    location: Option<String>,
    body: String,
}

impl Person {
    /// Ada, who has not been here before: at the first visit she makes her account.
    pub fn ada() -> anyhow::Result<Self> {
        Self::named("Ada Lovelace", "ada@example.org")
    }

    /// Somebody else.
    pub fn named(name: &str, email: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let typed = vec![
            ("name", name.to_owned()),
            ("email", email.to_owned()),
            ("password", "correct horse battery".to_owned()),
        ];
        Ok(Self { http, cookies: BTreeMap::new(), typed })
    }

    /// Opens the page that the app sent the browser to, does what it asks for, and gives the address
    /// that brings the browser back to the app.
    pub async fn sign_in(&mut self, page: &str) -> anyhow::Result<String> {
        let mut page = self.send(self.http.get(page)).await?;
        // Sign-in, consent and a redirect or two.
        for _ in 0..5 {
            if let Some(back) = page.way_back() {
                return Ok(back);
            }
            page = match &page.location {
                Some(location) => {
                    let next = page.url.join(location)?;
                    self.send(self.http.get(next)).await?
                }
                None => self.submit(&page).await?,
            };
        }
        anyhow::bail!("the sign-in page leads nowhere:\n{}", page.body)
    }

    async fn submit(&mut self, page: &Page) -> anyhow::Result<Page> {
        let form = page.body.find("<form").with_context(|| format!("no form:\n{}", page.body))?;
        let action = attribute(&page.body[form..], "action").context("a form without an action")?;
        let inputs = page.body[form..].split("<input ").skip(1);
        let mut fields: Vec<(String, String)> = inputs
            .clone()
            .filter(|input| input.contains("type=\"hidden\""))
            .filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value")?)))
            .collect();
        for (name, value) in &self.typed {
            if inputs.clone().any(|input| attribute(input, "name").as_deref() == Some(name)) {
                fields.push(((*name).to_owned(), value.clone()));
            }
        }
        self.send(self.http.post(page.url.join(&action)?).form(&fields)).await
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> anyhow::Result<Page> {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = request.header(COOKIE, cookies.join("; ")).send().await?;
        ensure!(!answer.status().is_server_error(), "the server failed: {}", answer.status());
        for set in answer.headers().get_all(SET_COOKIE) {
            let (name, rest) = set.to_str()?.split_once('=').context("a cookie without a value")?;
            self.cookies.insert(name.to_owned(), rest.split(';').next().unwrap_or_default().to_owned());
        }
        let location = answer.headers().get(LOCATION).map(|value| value.to_str()).transpose()?;
        Ok(Page {
            url: answer.url().clone(),
            location: location.map(str::to_owned),
            body: answer.text().await?,
        })
    }
}

impl Page {
    /// The address of the app: the custom scheme on a page, or a redirect to a loopback listener.
    fn way_back(&self) -> Option<String> {
        let leaves = |target: &String| {
            Url::parse(target).is_ok_and(|url| url.scheme() == "notespot" || url.path() == "/callback")
        };
        let on_page = self.body.find("href=\"notespot:").and_then(|at| attribute(&self.body[at..], "href"));
        self.location.clone().filter(leaves).or(on_page)
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let tag = &tag[..tag.find('>').unwrap_or(tag.len())];
    let from = tag.find(&format!("{name}=\""))? + name.len() + 2;
    let value = &tag[from..from + tag[from..].find('"')?];
    let value = value.replace("&#34;", "\"").replace("&#39;", "'").replace("&quot;", "\"");
    let value = value.replace("&#60;", "<").replace("&#62;", ">").replace("&lt;", "<").replace("&gt;", ">");
    Some(value.replace("&#38;", "&").replace("&amp;", "&"))
}
