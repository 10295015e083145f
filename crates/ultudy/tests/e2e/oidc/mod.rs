//! `AUTH_MODE=oidc`: signing in at a real OpenID provider.

use reqwest::{Client, Method, Response, StatusCode, redirect::Policy};
use serde_json::Value;
use ultudy_testkit::{
    oidc_provider::{CLIENT_ID, OidcProvider, Setup},
    ports,
};
use url::Url;

use crate::api::{Api, send, session_cookie};

mod refusals;
mod signing_in;

const SECRET: &str = "the client's secret";
const START: &str = "/api/auth/oidc/start";

/// A server and the provider where its people sign in.
struct World {
    api: Api,
    provider: OidcProvider,
}

/// How both are set up.
#[derive(Default)]
struct Plan<'a> {
    secret: Option<&'a str>,
    roles: Value,
    more: Vec<(&'a str, &'a str)>,
}

impl World {
    async fn new() -> Self {
        Self::with(Plan {
            secret: Some(SECRET),
            ..Plan::default()
        })
        .await
    }

    async fn with(plan: Plan<'_>) -> Self {
        let port = ports::free_port().expect("a free port").to_string();
        let public_url = format!("http://127.0.0.1:{port}");
        let redirect = format!("{public_url}/api/auth/oidc/callback");
        let setup = Setup {
            redirect: &redirect,
            secret: plan.secret,
            roles: plan.roles.clone(),
            ..Setup::default()
        };
        let provider = OidcProvider::start(&setup).expect("a provider");
        let settings = [
            ("AUTH_MODE", "oidc"),
            ("PORT", &port),
            ("PUBLIC_URL", &public_url),
            ("AUTH_OIDC_ISSUER", provider.issuer()),
            ("AUTH_OIDC_CLIENT_ID", CLIENT_ID),
            ("AUTH_OIDC_CLIENT_SECRET", plan.secret.unwrap_or_default()),
        ];
        let api = Api::start(&[&settings[..], &plan.more].concat(), None).await;
        Self { api, provider }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.api.server.base_url())
    }

    /// Signs in with a browser of its own; its session's cookie.
    async fn sign_in(&self, login: &str) -> String {
        let browser = Browser::new();
        let callback = browser.to_callback(&self.url(START), login).await;
        let answer = browser.get(&callback).await;
        assert_eq!(
            answer.status(),
            StatusCode::SEE_OTHER,
            "{}",
            self.api.server.log()
        );
        session_cookie(&answer).expect("a session")
    }

    async fn me(&self, cookie: &str) -> crate::api::Answer {
        let request = self.api.request_as(None, Method::GET, "/api/me");
        send(request.header("cookie", cookie)).await
    }
}

/// A browser without scripts.
struct Browser(Client);

impl Browser {
    fn new() -> Self {
        let client = Client::builder()
            .cookie_store(true)
            .redirect(Policy::none());
        Self(
            client
                .danger_accept_invalid_certs(true)
                .build()
                .expect("a client"),
        )
    }

    async fn get(&self, url: &str) -> Response {
        self.0.get(url).send().await.expect("an answer")
    }

    /// Follows redirections until there are none, or one leads to our callback.
    async fn follow(&self, mut answer: Response) -> Result<String, Response> {
        while answer.status().is_redirection() {
            let location = answer.headers()["location"].to_str().expect("text");
            let next = answer.url().join(location).expect("an address");
            if next.path() == "/api/auth/oidc/callback" {
                return Ok(next.into());
            }
            answer = self.get(next.as_str()).await;
        }
        Err(answer)
    }

    /// Signs in at the provider, and gives the address that it sends the browser back to.
    async fn to_callback(&self, start: &str, login: &str) -> String {
        let mut page = match self.follow(self.get(start).await).await {
            Ok(callback) => return callback,
            Err(page) => page,
        };
        for _ in 0..3 {
            let url = page.url().clone();
            let html = page.text().await.expect("a page");
            let prompt = match html.contains("value=\"login\"") {
                true => vec![("prompt", "login"), ("login", login), ("password", "any")],
                false => vec![("prompt", "consent")],
            };
            let form = self.0.post(action(&html, &url)).form(&prompt);
            let answer = form.send().await.expect("an answer");
            match self.follow(answer).await {
                Ok(callback) => return callback,
                Err(next) => page = next,
            }
        }
        panic!(
            "the provider asks on and on: {}",
            page.text().await.unwrap_or_default()
        );
    }
}

/// Where a page's form goes.
fn action(html: &str, url: &Url) -> Url {
    let (_, rest) = html
        .split_once("action=\"")
        .unwrap_or_else(|| panic!("a form, not {html}"));
    let (action, _) = rest.split_once('"').expect("an attribute");
    url.join(action).expect("an address")
}

fn query(url: &Url, name: &str) -> String {
    let found = url.query_pairs().find(|(key, _)| key == name);
    found
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}
