//! The study loop in a real browser, by keyboard, on a phone, in the dark.

use std::path::PathBuf;

use ultudy_testkit::browser::{Browser, LAPTOP, Locator, PHONE, Scheme};

use crate::api::{Api, PATIENCE};

mod accounts;
mod learning;
mod pages;
mod uploads;

/// Widths every page must fit: a small phone, a laptop.
const WIDTHS: [u32; 2] = [PHONE, LAPTOP];

pub struct Student {
    pub browser: Browser,
    pub api: Api,
}

impl Student {
    /// Somebody who has just started the program.
    async fn with_the_sample() -> Self {
        let browser = Browser::start().await.expect("a browser");
        Self {
            browser,
            api: Api::start(&[("SAMPLE_COURSE", "true")], None).await,
        }
    }

    async fn new() -> Self {
        Self {
            browser: Browser::start().await.expect("a browser"),
            api: Api::local().await,
        }
    }

    pub async fn open(&self, path: &str) {
        let url = format!("{}{path}", self.api.server.base_url());
        self.browser.goto(&url).await.expect("the page opens");
    }

    /// Waits for something to be there.
    pub async fn sees(&self, css: &str) -> fantoccini::elements::Element {
        let found = self
            .browser
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(css))
            .await;
        match found {
            Ok(element) => element,
            Err(error) => panic!("{css} never came: {error}\n{}", self.text().await),
        }
    }

    pub async fn text(&self) -> String {
        let body = self
            .browser
            .find(Locator::Css("body"))
            .await
            .expect("a body");
        body.text().await.expect("its text")
    }

    pub async fn script(&self, script: &str) -> serde_json::Value {
        self.browser
            .execute(script, vec![])
            .await
            .expect("the script runs")
    }

    /// Waits until a script's answer is true.
    pub async fn waits_until(&self, what: &str, script: &str) {
        let reached =
            ultudy_testkit::wait::until(what, PATIENCE, async || self.script(script).await == true);
        reached.await.expect(what);
    }

    /// Presses a key where the focus is.
    async fn presses(&self, key: &str) {
        let focused = self.browser.active_element().await.expect("a focus");
        focused.send_keys(key).await.expect("the key is pressed");
    }

    /// Puts a file into the page's file picker.
    async fn picks(&self, name: &str, bytes: &[u8]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("the file is written");
        let picker = self.sees("#upload input[type=file]").await;
        picker
            .send_keys(&path.to_string_lossy())
            .await
            .expect("the file is picked");
        folder
    }

    /// Asserts that the page fits its width, and keeps a picture if `SCREENSHOTS` names a folder.
    pub async fn looks(&self, name: &str) {
        for scheme in [Scheme::Light, Scheme::Dark] {
            self.browser
                .prefer(scheme)
                .await
                .expect("the scheme is set");
            for width in WIDTHS {
                self.browser
                    .set_viewport(width, 800)
                    .await
                    .expect("the width is set");
                let excess = "return document.documentElement.scrollWidth - innerWidth";
                let excess = self.script(excess).await.as_f64().expect("a number");
                assert!(excess <= 0.0, "{name} is {excess} px too wide at {width}");
                if let Some(folder) = std::env::var_os("SCREENSHOTS") {
                    let file = format!("{name}-{width}-{scheme:?}.png").to_lowercase();
                    let path = PathBuf::from(folder).join(file);
                    self.browser
                        .save_screenshot(&path)
                        .await
                        .expect("the picture is kept");
                }
            }
        }
    }
}
