//! Course PDFs in, studying out.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use commands::serve::Role;

mod commands;
mod config;
#[cfg(test)]
mod deploy_files;
mod log;
mod metrics;
mod objects;
mod pace;
mod sample;
mod wire;

/// Study your course PDFs. Without a command it serves: pages, API and worker in one
/// process. Settings are environment variables; config.default.toml lists them all.
#[derive(Debug, Parser)]
#[command(name = "ultudy", version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve pages and API, and work, in one process (the default).
    Serve,
    /// Serve pages and API; the work is done by workers, which share DATABASE_URL, REDIS_URL and
    /// AWS_S3_BUCKET or OBJECT_STORE_URL.
    Api,
    /// Work, and serve nothing but /health and /metrics.
    Worker,
    /// Ask the server with these settings (HOST, PORT) on this machine whether it is ready: for
    /// whatever looks after processes.
    Healthcheck,
    /// Bring a PostgreSQL database (DATABASE_URL) to this version's schema.
    Migrate,
    /// Carry everything from the embedded database and its folder over to PostgreSQL, or back.
    Transfer(commands::transfer::Transfer),
    /// Bring everything over from another program.
    #[command(subcommand)]
    Import(commands::import::Import),
    /// Look after accounts (AUTH_MODE=accounts, oidc or jwt).
    #[command(subcommand)]
    User(commands::user::User),
    /// Show what asking language models has come to: tokens, money, what was saved.
    Usage(commands::usage::Usage),
    /// Make the lessons of PDFs at hand, without a server.
    Study(commands::study::Study),
    /// Print the OpenAPI document of the API.
    Openapi,
    /// Read one document from standard input, under limits: what the server starts for
    /// each upload.
    #[command(hide = true, disable_help_flag = true)]
    Extract {
        /// For the reader.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        None | Some(Command::Serve) => commands::serve::run(Role::Serve),
        Some(Command::Api) => commands::serve::run(Role::Api),
        Some(Command::Worker) => commands::serve::run(Role::Worker),
        Some(Command::Study(study)) => return commands::study::run(&study),
        Some(Command::Usage(usage)) => commands::usage::run(&usage),
        Some(Command::User(user)) => commands::user::run(&user),
        Some(Command::Transfer(transfer)) => commands::transfer::run(&transfer),
        Some(Command::Import(import)) => commands::import::run(&import),
        Some(Command::Healthcheck) => commands::healthcheck::run(),
        Some(Command::Migrate) => commands::migrate::run(),
        Some(Command::Openapi) => commands::openapi::run(),
        Some(Command::Extract { args }) => return commands::extract::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ultudy: {error}");
            ExitCode::FAILURE
        }
    }
}
