//! `GET /sign-in`, `/sign-up`, `/reset` and `/account`, only where people sign in.

use std::{future::Future, sync::Arc};

use askama::Template;
use axum::{
    Extension,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use ultudy_app::accounts::{self, Via, Who};
use ultudy_domain::{
    Timestamp,
    account::{ApiToken, AuthSession, Role},
};
use uuid::Uuid;

use super::{page, visitor::Visitor, words};
use crate::{
    HttpState,
    auth::{Account, require_passwords},
    error::ApiError,
    input::Params,
};

tokio::task_local! {
    /// Set while a page is made for somebody who is signed in: every page's frame then leads
    /// to their account.
    static SIGNED_IN: ();
}

/// Makes an answer for somebody who is signed in.
pub fn as_signed_in<T>(making: impl Future<Output = T>) -> impl Future<Output = T> {
    SIGNED_IN.scope((), making)
}

/// Whether the page being made is for somebody who is signed in.
pub fn is_signed_in() -> bool {
    SIGNED_IN.try_with(|()| true).unwrap_or(false)
}

/// A text as the value of a query's field.
pub fn in_query(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Where to go after signing in.
#[derive(Debug, Deserialize)]
pub struct Next {
    next: Option<String>,
}

impl Next {
    /// The path; the first page, if it is none of this site.
    pub fn path(&self) -> &str {
        own_path(self.next.as_deref().unwrap_or_default())
    }
}

/// Only a path of this site, else its first page: `//host` and `/\host` are other sites to a
/// browser, which also leaves out tabs and line ends.
pub fn own_path(path: &str) -> &str {
    let is_own = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(|c: char| c == '\\' || c.is_control());
    if is_own { path } else { "/" }
}

#[derive(Template)]
#[template(path = "sign_in.html")]
pub(super) struct SignInPage<'a> {
    pub(super) at: &'static str,
    pub(super) next: &'a str,
    pub(super) sign_up_open: bool,
    /// Where people sign in, if it is not here.
    pub(super) provider: Option<ProviderLinks<'a>>,
}

/// An outside provider on the page.
pub(super) struct ProviderLinks<'a> {
    pub(super) name: &'a str,
    /// Whether one can sign out of the provider itself.
    pub(super) can_sign_out: bool,
}

#[derive(Template)]
#[template(path = "sign_up.html")]
pub(super) struct SignUpPage<'a> {
    pub(super) at: &'static str,
    pub(super) next: &'a str,
    pub(super) sign_up_open: bool,
}

#[derive(Template)]
#[template(path = "reset.html")]
pub(super) struct ResetPage {
    pub(super) at: &'static str,
}

#[derive(Template)]
#[template(path = "account.html")]
pub(super) struct AccountPage {
    pub(super) at: &'static str,
    pub(super) email: Option<String>,
    pub(super) is_operator: bool,
    pub(super) sessions: Vec<SessionRow>,
    pub(super) tokens: Vec<TokenRow>,
    /// Whether lessons cost something.
    pub(super) has_costs: bool,
}

/// A session in the list.
pub(super) struct SessionRow {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) address: Option<String>,
    pub(super) seen: String,
    pub(super) current: bool,
}

/// A token in the list.
pub(super) struct TokenRow {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) used: Option<String>,
}

/// `GET /sign-in`
pub async fn sign_in(
    State(state): State<HttpState>,
    who: Option<Extension<Arc<Who>>>,
    Params(next): Params<Next>,
) -> Result<Response, ApiError> {
    let provider = state.app.accounts.provider.as_ref();
    let provider = provider.map(|provider| ProviderLinks {
        name: provider.name(),
        can_sign_out: provider.end_session().is_some(),
    });
    if provider.is_none() {
        require_passwords(&state)?;
    }
    if who.is_some() {
        return Ok(Redirect::to(next.path()).into_response());
    }
    page::answer(&SignInPage {
        at: "outside",
        next: next.path(),
        sign_up_open: state.app.accounts.sign_up_open,
        provider,
    })
}

/// `GET /sign-up`
pub async fn sign_up(
    State(state): State<HttpState>,
    Params(next): Params<Next>,
) -> Result<Response, ApiError> {
    require_passwords(&state)?;
    page::answer(&SignUpPage {
        at: "outside",
        next: next.path(),
        sign_up_open: state.app.accounts.sign_up_open,
    })
}

/// `GET /reset`
pub async fn reset(State(state): State<HttpState>) -> Result<Response, ApiError> {
    require_passwords(&state)?;
    page::answer(&ResetPage { at: "outside" })
}

/// `GET /account`
pub async fn account(
    State(state): State<HttpState>,
    Account(who): Account,
    visitor: Visitor,
) -> Result<Response, ApiError> {
    let sessions = accounts::list_sessions(&state.app, &who.user.id).await?;
    let tokens = accounts::list_tokens(&state.app, &who.user.id).await?;
    let mut account = AccountPage::new(&who, sessions, tokens, &visitor);
    account.has_costs = state.app.spending.is_on;
    page::answer(&account)
}

impl AccountPage {
    pub(super) fn new(
        who: &Who,
        sessions: Vec<AuthSession>,
        tokens: Vec<ApiToken>,
        visitor: &Visitor,
    ) -> Self {
        let sessions = sessions.into_iter().map(|session| SessionRow {
            id: session.id,
            name: words::device(session.user_agent.as_deref()),
            address: session.address,
            seen: moment(visitor, session.last_seen_at),
            current: who.via == Via::Session(session.id),
        });
        let tokens = tokens.into_iter().map(|token| TokenRow {
            id: token.id,
            name: token.name,
            used: token.last_used_at.map(|at| moment(visitor, at)),
        });
        Self {
            at: "account",
            email: who.user.email.clone(),
            is_operator: who.user.role == Role::Operator,
            sessions: sessions.collect(),
            tokens: tokens.collect(),
            has_costs: false,
        }
    }
}

fn moment(visitor: &Visitor, at: Timestamp) -> String {
    visitor.local(at).format("%-d %B %Y, %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_nobody_is_led_to_another_site() {
        let path = |next: &str| {
            let next = Next {
                next: Some(next.into()),
            };
            next.path().to_owned()
        };
        assert_eq!(path("/courses/1?a=b#c"), "/courses/1?a=b#c");
        for elsewhere in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "javascript:alert(1)",
            "evil",
            "",
        ] {
            assert_eq!(path(elsewhere), "/", "{elsewhere}");
        }
        assert_eq!(Next { next: None }.path(), "/");
    }
}
