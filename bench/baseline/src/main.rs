//! The least that a program of this kind can be: axum, a SQLite file, one route that asks it,
//! and one that answers so many bytes (`BODY_BYTES`).
//! `cargo xtask bench` measures the start and the memory of ours beside it.

use std::{env, error::Error, io::Write as _, path::PathBuf};

use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::get};
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::var_os("DATA_DIR").ok_or("DATA_DIR names no folder")?);
    let file = SqliteConnectOptions::new()
        .filename(folder.join("baseline.db"))
        .create_if_missing(true);
    let pool = SqlitePoolOptions::new().connect_with(file).await?;
    sqlx::query("CREATE TABLE IF NOT EXISTS courses (id TEXT PRIMARY KEY, name TEXT NOT NULL)")
        .execute(&pool)
        .await?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    writeln!(std::io::stdout(), "Ultudy listens on http://{address}")?;
    let bytes = env::var("BODY_BYTES").map_or(Ok(0), |bytes| bytes.parse())?;
    let body = Bytes::from(vec![b'x'; bytes]);
    let router = Router::new()
        .route("/health", get(health))
        .route("/body", get(async move || body.clone()))
        .with_state(pool);
    Ok(axum::serve(listener, router).await?)
}

async fn health(State(pool): State<SqlitePool>) -> Result<&'static str, StatusCode> {
    sqlx::query("SELECT 1")
        .execute(&pool)
        .await
        .map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok("ok")
}
