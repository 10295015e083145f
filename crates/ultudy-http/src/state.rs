//! What every handler works with.

use std::{ops::Deref, sync::Arc};

use ipnet::IpNet;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;
use ultudy_app::App;

use crate::{AuthMode, CookieSecure};

/// How the server answers.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// Who may ask.
    pub auth: AuthMode,
    /// Origins other than its own whose pages may ask.
    pub cors_origins: Vec<String>,
    /// `development`, `production` …: shown by the health answers.
    pub env: String,
    /// Whether a session's cookie may go over https only.
    pub cookie_secure: CookieSecure,
    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether the metrics are answered at an address of their own instead.
    pub metrics_apart: bool,
}

/// The application and how it is served. Cheap to clone, which is done many times a request.
#[derive(Clone)]
pub struct HttpState(Arc<Served>);

/// What a [`HttpState`] holds.
pub struct Served {
    /// The use cases.
    pub app: App,
    /// How the server answers.
    pub config: HttpConfig,
    /// What the process has counted.
    pub metrics: PrometheusHandle,
    /// Fires when the process is told to stop: it still answers, and says that it is leaving.
    pub draining: CancellationToken,
    /// Fires when it takes no more connections: streams end that would go on for ever.
    pub closing: CancellationToken,
    /// Fires a moment before it breaks off what is still being answered.
    pub ending: CancellationToken,
}

impl HttpState {
    /// Joins the parts.
    #[must_use]
    pub fn new(served: Served) -> Self {
        Self(Arc::new(served))
    }
}

impl Deref for HttpState {
    type Target = Served;

    fn deref(&self) -> &Served {
        &self.0
    }
}
