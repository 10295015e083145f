//! A real browser: headless Chromium, steered by Debian's chromedriver.

use std::{
    fs,
    io::{self, BufRead as _, BufReader},
    ops::Deref,
    path::Path,
    process::{ChildStdout, Command, Stdio},
};

use fantoccini::{Client, ClientBuilder, wd::WebDriverCompatibleCommand};
pub use fantoccini::{Locator, error::CmdError, key::Key};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Error, Result, process::ChildProcess};

/// What makes Chromium small, silent and alone.
const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
];

/// The width of a phone, in CSS pixels.
pub const PHONE: u32 = 360;

/// The width of a laptop, in CSS pixels.
pub const LAPTOP: u32 = 1280;

/// The colours a user prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// A browser with an empty profile. It is a [`Client`]: `goto`, `find`, `execute` and the rest are
/// called on it directly. Driver and browser are killed when it is dropped.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    _driver: Driver,
    _profile: TempDir,
}

/// A running chromedriver. Its output is held open, or its next word would kill it.
#[derive(Debug)]
struct Driver {
    port: u16,
    _process: ChildProcess,
    _output: BufReader<ChildStdout>,
}

impl Deref for Browser {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Browser {
    /// Starts driver and browser.
    ///
    /// # Errors
    /// [`Error::Start`] when chromedriver is not installed, [`Error::Browser`] when Chromium does
    /// not start.
    pub async fn start() -> Result<Self> {
        let profile = tempfile::tempdir()?;
        let driver = start_driver().await?;
        let mut flags: Vec<String> = FLAGS.iter().map(ToString::to_string).collect();
        flags.push(format!("--user-data-dir={}", profile.path().display()));
        let options = json!({ "goog:chromeOptions": { "args": flags } });
        let mut builder = ClientBuilder::new(HttpConnector::new());
        if let Value::Object(capabilities) = options {
            builder.capabilities(capabilities);
        }
        let url = format!("http://127.0.0.1:{}", driver.port);
        let client = builder.connect(&url).await.map_err(browser_error)?;
        Ok(Self {
            client,
            _driver: driver,
            _profile: profile,
        })
    }

    /// Shows pages as on a screen of this size in CSS pixels; below a window's least width, too.
    ///
    /// # Errors
    /// [`Error::Browser`] when the browser is gone.
    pub async fn set_viewport(&self, width: u32, height: u32) -> Result<()> {
        let parameters = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", parameters)
            .await
    }

    /// Shows pages as a user sees them who prefers these colours.
    ///
    /// # Errors
    /// [`Error::Browser`] when the browser is gone.
    pub async fn prefer(&self, scheme: Scheme) -> Result<()> {
        let value = match scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        let feature = json!({ "name": "prefers-color-scheme", "value": value });
        self.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "features": [feature] }),
        )
        .await
    }

    /// Writes what is on the screen to a PNG file, whose folder is made if need be.
    ///
    /// # Errors
    /// [`Error::Browser`] when the browser is gone, [`Error::Io`] when the file cannot be written.
    pub async fn save_screenshot(&self, path: &Path) -> Result<()> {
        let png = self.client.screenshot().await.map_err(browser_error)?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(fs::write(path, png)?)
    }

    async fn devtools(&self, method: &'static str, parameters: Value) -> Result<()> {
        let command = Devtools { method, parameters };
        let answer = self.client.issue_cmd(command).await;
        answer.map(drop).map_err(browser_error)
    }
}

/// Starts the driver on a port that it chooses, and waits until it says which.
async fn start_driver() -> Result<Driver> {
    let mut command = Command::new("chromedriver");
    command.arg("--port=0").stderr(Stdio::null());
    let mut process = ChildProcess::spawn(command.stdout(Stdio::piped()))?;
    let stdout = process.child_mut().stdout.take();
    let mut output =
        BufReader::new(stdout.ok_or_else(|| io::Error::from(io::ErrorKind::BrokenPipe))?);
    let reading = tokio::task::spawn_blocking(move || {
        let mut said = String::new();
        while port_in(&said).is_none() && output.read_line(&mut said)? > 0 {}
        Ok::<_, io::Error>((said, output))
    });
    let (said, output) = reading.await.map_err(io::Error::other)??;
    match port_in(&said) {
        Some(port) => Ok(Driver {
            port,
            _process: process,
            _output: output,
        }),
        None => Err(Error::Failed {
            program: "chromedriver".into(),
            status: process.kill()?,
            output: said,
        }),
    }
}

/// The port in chromedriver's announcement.
fn port_in(said: &str) -> Option<u16> {
    let (_, rest) = said.split_once("started successfully on port ")?;
    rest.split_once('.')?.0.parse().ok()
}

fn browser_error(error: impl std::error::Error) -> Error {
    Error::Browser(error.to_string())
}

/// A command of Chromium's developer tools, sent through the driver.
#[derive(Debug)]
struct Devtools {
    method: &'static str,
    parameters: Value,
}

impl WebDriverCompatibleCommand for Devtools {
    fn endpoint(
        &self,
        base_url: &url::Url,
        session_id: Option<&str>,
    ) -> std::result::Result<url::Url, url::ParseError> {
        let session = session_id.unwrap_or_default();
        base_url.join(&format!("session/{session}/goog/cdp/execute"))
    }

    fn method_and_body(&self, _request_url: &url::Url) -> (http::Method, Option<String>) {
        let body = json!({ "cmd": self.method, "params": self.parameters });
        (http::Method::POST, Some(body.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "data:text/html,<style>@media (prefers-color-scheme: dark) { p { color: \
        white } }</style><p>text";

    #[tokio::test]
    async fn a_page_is_shown_at_a_size_and_in_the_preferred_colours() {
        let browser = Browser::start().await.unwrap();
        browser.set_viewport(PHONE, 640).await.unwrap();
        browser.prefer(Scheme::Dark).await.unwrap();
        browser.goto(PAGE).await.unwrap();

        let script = "return [innerWidth, getComputedStyle(document.querySelector('p')).color]";
        let seen = browser.execute(script, Vec::new()).await.unwrap();
        assert_eq!(seen, json!([360, "rgb(255, 255, 255)"]));

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shots/page.png");
        browser.save_screenshot(&path).await.unwrap();
        assert!(fs::read(path).unwrap().starts_with(b"\x89PNG"));
    }
}
