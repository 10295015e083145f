//! `ultudy user`: looks after accounts, beside a server that runs or not.

use std::{fmt::Display, io::Write, net::SocketAddr};

use clap::Subcommand;
use ultudy_app::{
    App,
    accounts::{self, Secret, administration},
};
use ultudy_domain::account::Role;
use ultudy_http::auth::LOCAL_OWNER;

use super::{Failure, counts};
use crate::{config::Config, wire};

/// What to do with accounts. A running server knows of it within five seconds.
#[derive(Debug, Subcommand)]
pub enum User {
    /// List everybody: id, e-mail address, role, since when, whether disabled, issuer.
    List,
    /// Print a link by which somebody can make an account, once, within 24 hours, also with
    /// SIGN_UP=off.
    Invite,
    /// Print a link by which somebody can choose a new password, once, within 24 hours. Their
    /// sessions end and their API tokens are revoked at once.
    Reset {
        /// The account's e-mail address.
        email: String,
    },
    /// Give an account all that the one user of AUTH_MODE=local has, or somebody else who has
    /// no account: courses, documents, lessons, mastery, history. All or nothing; what the
    /// account has stays beside it.
    Give {
        /// E-mail address, or id as `list` shows it.
        user: String,
        /// Whose data, as its owner_id says.
        #[arg(long, value_name = "OWNER", default_value = LOCAL_OWNER)]
        from: String,
    },
    /// Make somebody an operator, or a student again.
    Role {
        /// E-mail address, or id as `list` shows it.
        user: String,
        /// student or operator.
        #[arg(value_parser = role)]
        role: Role,
    },
    /// Let somebody in no more: sessions end, API tokens are revoked.
    Disable {
        /// E-mail address, or id as `list` shows it.
        user: String,
    },
    /// Let somebody in again.
    Enable {
        /// E-mail address, or id as `list` shows it.
        user: String,
    },
    /// Delete an account with all its courses, documents and answers.
    Delete {
        /// E-mail address, or id as `list` shows it.
        user: String,
        /// Yes, delete it all.
        #[arg(long, required = true)]
        yes: bool,
    },
}

fn role(name: &str) -> Result<Role, String> {
    Role::parse(name).ok_or_else(|| "must be student or operator".into())
}

/// Does it.
pub fn run(user: &User) -> Result<(), Failure> {
    let config = Config::from_env()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new("runtime", error))?;
    runtime.block_on(look_after(&config, user))
}

async fn look_after(config: &Config, user: &User) -> Result<(), Failure> {
    let app = wire::app(config).await?;
    let of = |error| Failure::new("accounts", error);
    match user {
        User::List => {
            let all = administration::list(&app).await.map_err(of)?;
            all.iter().try_for_each(|account| say(line(account)))
        }
        User::Invite => {
            let link = accounts::invitation_link(&app).await.map_err(of)?;
            say(url(config, "sign-up", &link))
        }
        User::Reset { email } => {
            let link = accounts::reset_link(&app, email).await;
            let link = link.map_err(|error| Failure::new(email, error))?;
            say(url(config, "reset", &link))
        }
        User::Role { user, role } => {
            let id = id(&app, user).await?;
            administration::set_role(&app, &id, *role)
                .await
                .map_err(of)?;
            say(format!("{user} is {} now", role.as_str()))
        }
        User::Disable { user } => {
            let id = id(&app, user).await?;
            administration::disable(&app, &id).await.map_err(of)?;
            say(format!("{user} is disabled now"))
        }
        User::Enable { user } => {
            let id = id(&app, user).await?;
            administration::enable(&app, &id).await.map_err(of)?;
            say(format!("{user} is enabled now"))
        }
        User::Delete { user, .. } => {
            let id = id(&app, user).await?;
            administration::delete(&app, &id).await.map_err(of)?;
            say(format!("{user} is deleted now"))
        }
        User::Give { user, from } => give(&app, user, from).await,
    }
}

async fn id(app: &App, name: &str) -> Result<String, Failure> {
    let found = administration::find(app, name).await;
    found
        .map(|account| account.user.id)
        .map_err(|error| Failure::new(name, error))
}

fn line(account: &administration::Account) -> String {
    let user = &account.user;
    let state = match account.disabled_at {
        Some(_) => "disabled",
        None => "enabled",
    };
    [
        user.id.as_str(),
        user.email.as_deref().unwrap_or("-"),
        user.role.as_str(),
        &user.created_at.format("%Y-%m-%d").to_string(),
        state,
        account.issuer.as_deref().unwrap_or("-"),
    ]
    .join("\t")
}

fn url(config: &Config, page: &str, link: &Secret) -> String {
    let address = SocketAddr::from((config.host, config.port));
    format!("{}/{page}#{}", config.base_url(address), link.reveal())
}

fn say(line: impl Display) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").map_err(|error| Failure::new("standard output", error))
}

async fn give(app: &App, user: &str, from: &str) -> Result<(), Failure> {
    let given = accounts::give(app, from, &id(app, user).await?)
        .await
        .map_err(|error| Failure::new(user, error))?;
    let counts = counts(given.iter().map(|(table, rows)| (table.name, *rows)));
    say(format!("{user} has now what {from:?} had: {counts}."))
}
