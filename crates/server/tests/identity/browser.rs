//! A browser without scripts: cookies, pages and the forms on them.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use http::header::{COOKIE, LOCATION, SET_COOKIE};
use url::Url;

/// Keeps cookies and follows nothing.
pub(super) struct Browser {
    http: reqwest::Client,
    cookies: BTreeMap<String, String>,
}

/// What a browser was shown.
pub(super) struct Shown {
    pub(super) status: u16,
    pub(super) url: Url,
    pub(super) location: Option<String>,
    pub(super) headers: http::HeaderMap,
    pub(super) body: String,
}

impl Browser {
    pub(super) fn new() -> Self {
        Self::at(Ipv4Addr::LOCALHOST)
    }

    /// One on a machine of this address.
    pub(super) fn at(address: Ipv4Addr) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        Self { http: http.local_address(IpAddr::from(address)).build().unwrap(), cookies: BTreeMap::new() }
    }

    pub(super) fn forget_cookies(&mut self) {
        self.cookies.clear();
    }

    pub(super) async fn open(&mut self, url: &str) -> Shown {
        let request = self.http.get(url);
        self.send(request).await
    }

    /// Fills in the page's form and presses its button.
    pub(super) async fn submit(&mut self, page: &Shown, typed: &[(&str, &str)]) -> Shown {
        let mut fields = page.hidden_fields();
        fields.extend(typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let action = page.url.join(&page.form_action()).unwrap();
        let request = self.http.post(action).form(&fields);
        self.send(request).await
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Shown {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let response = request.header(COOKIE, cookies.join("; ")).send().await.unwrap();
        for set in response.headers().get_all(SET_COOKIE) {
            let (name, rest) = set.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = response.headers().get(LOCATION).map(|value| value.to_str().unwrap().to_owned());
        Shown {
            status: response.status().as_u16(),
            url: response.url().clone(),
            headers: response.headers().clone(),
            location,
            body: response.text().await.unwrap(),
        }
    }
}

impl Shown {
    /// Where the answer to the app goes: by redirect, or by the page that opens the app.
    pub(super) fn answer(&self) -> BTreeMap<String, String> {
        let target = self.location.clone().unwrap_or_else(|| self.link_starting("notespot:"));
        Url::parse(&target).unwrap().query_pairs().into_owned().collect()
    }

    pub(super) fn link_starting(&self, start: &str) -> String {
        let from = self.body.find(&format!("href=\"{start}")).unwrap_or_else(|| panic!("{}", self.body));
        attribute(&self.body[from..], "href")
    }

    fn form_action(&self) -> String {
        let from = self.body.find("<form").unwrap_or_else(|| panic!("no form: {}", self.body));
        attribute(&self.body[from..], "action")
    }

    fn hidden_fields(&self) -> Vec<(String, String)> {
        let inputs = self.body.split("<input ").skip(1).filter(|input| input.contains("type=\"hidden\""));
        inputs.map(|input| (attribute(input, "name"), attribute(input, "value"))).collect()
    }
}

fn attribute(tag: &str, name: &str) -> String {
    let from = tag.find(&format!("{name}=\"")).unwrap() + name.len() + 2;
    let value = &tag[from..from + tag[from..].find('"').unwrap()];
    let unescaped = value.replace("&#38;", "&").replace("&#34;", "\"").replace("&#39;", "'");
    unescaped.replace("&#60;", "<").replace("&#62;", ">")
}
