//! Settings: environment variables over the defaults of `config.default.toml`.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use ipnet::IpNet;
use ultudy_app::{
    documents::under_way::AtOnce, lessons::Sharing, limits::Rules, spending::Spending,
};
use ultudy_content::{ExtractLimits, Recogniser};
use ultudy_http::{AuthMode, CookieSecure};
use ultudy_store::{PostgresConfig, StoreConfig};
use url::Url;

mod auth;
mod cache;
mod embeddings;
mod limits;
mod llm;
mod objects;
mod prices;
mod reading;
mod redis;
mod secrets;

pub use auth::{Hidden, Issuer};
pub use cache::CacheConfig;
pub use embeddings::EmbeddingsConfig;
pub use llm::{LlmConfig, LlmModel};
pub use objects::{BucketConfig, ObjectsConfig, Provider};
pub use reading::VisionConfig;
#[cfg(test)]
pub use secrets::SECRETS;

use crate::pace::Allowed;

pub(crate) const DEFAULTS: &str = include_str!("../../../../config.default.toml");
/// Replicas are looked at twice a second.
const PIN_SECONDS_MIN: u64 = 2;
/// How long the worker waits for a database connection; a request waits far shorter
/// (`ultudy-http`'s `layers.rs`).
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
/// How long the answer to a statement is waited for; none of ours takes a tenth of it.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest name of a worker, in characters.
const WORKER_ID_MAX: usize = 100;
/// Most files that are read at once, each by a process of its own, and most lessons that are made at
/// once, each by a call.
const UPLOADS_MAX: u64 = 1_000;
const LESSONS_MAX: u64 = 10_000;
/// Most connections to the database.
const CONNECTIONS_MAX: u64 = 1_000;

/// Why the program does not start: one line, with the remedy.
#[derive(Debug, thiserror::Error)]
#[error("{name}={value:?} {reason}")]
pub struct ConfigError {
    name: String,
    value: String,
    reason: String,
}

/// All settings, checked.
#[derive(Debug, Clone)]
pub struct Config {
    pub host: IpAddr,
    pub port: u16,
    /// Where the metrics are answered; none if it is where all else is.
    pub metrics_addr: Option<SocketAddr>,
    pub env: String,
    pub cors_origins: Vec<String>,
    pub auth: AuthMode,
    /// Who says who people are, if it is not this program.
    pub issuer: Issuer,
    /// Where browsers reach this server; none if it is where it listens.
    pub public_url: Option<Url>,
    /// Whether anybody may make an account.
    pub sign_up_open: bool,
    pub cookie_secure: CookieSecure,
    pub trusted_proxies: Vec<IpNet>,
    pub log: String,
    pub data_dir: PathBuf,
    pub store: StoreConfig,
    /// Where uploaded files lie.
    pub objects: ObjectsConfig,
    /// Whether a setting says so.
    pub objects_named: bool,
    /// What processes share besides the database; none if this is the only one.
    pub redis_url: Option<Hidden>,
    /// How lessons are cached; none if they are not.
    pub cache: Option<CacheConfig>,
    /// Who shares a lesson that a generator made.
    pub sharing: Sharing,
    pub sample_course: bool,
    pub worker_id: String,
    pub upload_concurrency: usize,
    pub lesson_concurrency: usize,
    pub drain: Duration,
    /// How long requests are still taken after the order to stop; none: as its role does.
    pub drain_delay: Option<Duration>,
    pub upload_bytes_max: u64,
    /// How many uploads may arrive at once.
    pub uploads_at_once: AtOnce,
    pub extract: ExtractLimits,
    /// What reads scans; none if it is off or not installed.
    pub recogniser: Option<Recogniser>,
    /// Which pages a model reads from their pictures; none if none does.
    pub vision: Option<VisionConfig>,
    /// How often a user may ask for what costs; none if nothing is limited.
    pub limits: Option<Rules>,
    /// What providers of models allow.
    pub allowed: Allowed,
    /// The language models that write lessons; none if they are made without.
    pub llm: Option<LlmConfig>,
    /// What makes vectors for the search.
    pub embeddings: EmbeddingsConfig,
    /// Most bytes that what is kept of vectors takes.
    pub search_bytes_max: u64,
    /// What they cost and may cost.
    pub spending: Arc<Spending>,
}

/// The settings as texts: what is set, else the default.
struct Settings(BTreeMap<String, String>);

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// The first setting that cannot be taken.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(|name| std::env::var(name).ok())
    }

    fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let settings = Settings::new(&variable)?;
        let data_dir = PathBuf::from(settings.required("DATA_DIR")?);
        let embeddings = embeddings::embeddings(&settings)?;
        let llm = llm::llm(&settings, &embeddings)?;
        let config = Self {
            host: host(&settings)?,
            port: port(&settings)?,
            metrics_addr: metrics_addr(&settings)?,
            env: settings.text("ENV"),
            cors_origins: settings.list("CORS_ORIGINS"),
            auth: auth::mode(&settings)?,
            issuer: auth::issuer(&settings)?,
            public_url: auth::public_url(&settings)?,
            sign_up_open: auth::sign_up_open(&settings)?,
            cookie_secure: auth::cookie_secure(&settings)?,
            trusted_proxies: auth::trusted_proxies(&settings)?,
            log: settings.required("LOG")?,
            store: store(&settings, &data_dir)?,
            objects: objects::objects(&settings, &data_dir, &variable)?,
            objects_named: ["OBJECT_STORE_URL", "AWS_S3_BUCKET"]
                .iter()
                .any(|name| !settings.text(name).is_empty()),
            redis_url: redis::url(&settings, "REDIS_URL")?,
            cache: cache::cache(&settings)?,
            sharing: cache::sharing(&settings)?,
            data_dir,
            sample_course: settings.parse("SAMPLE_COURSE", "must be true or false")?,
            worker_id: worker_id(&settings)?,
            upload_concurrency: settings.count("UPLOAD_QUEUE_CONCURRENCY", UPLOADS_MAX)?,
            lesson_concurrency: settings.count("LESSON_QUEUE_CONCURRENCY", LESSONS_MAX)?,
            drain: Duration::from_secs(settings.number("DRAIN_SECONDS")?),
            drain_delay: drain_delay(&settings)?,
            upload_bytes_max: settings.positive("UPLOAD_MAX_MB")?.saturating_mul(1 << 20),
            uploads_at_once: limits::uploads_at_once(&settings)?,
            extract: reading::extract_limits(&settings)?,
            recogniser: reading::recogniser(&settings)?,
            vision: reading::vision(&settings, llm.as_ref())?,
            limits: limits::rules(&settings)?,
            spending: Arc::new(prices::spending(&settings, llm.as_ref(), &embeddings)?),
            allowed: llm::pace(&settings)?,
            llm,
            embeddings,
            search_bytes_max: settings
                .positive("SEARCH_MEMORY_MB")?
                .saturating_mul(1 << 20),
        };
        config.refuse_public_address()?;
        Ok(config)
    }

    /// Where a server with this environment listens, whatever else is in it.
    ///
    /// # Errors
    /// HOST or PORT cannot be taken.
    pub fn address_from_env() -> Result<SocketAddr, ConfigError> {
        let is_asked = |name: &str| matches!(name, "HOST" | "PORT");
        let settings = Settings::new(|name| std::env::var(name).ok().filter(|_| is_asked(name)))?;
        Ok(SocketAddr::new(host(&settings)?, port(&settings)?))
    }

    /// Where rows and files lie without a server: in DATA_DIR.
    pub fn embedded(&self) -> (StoreConfig, ObjectsConfig) {
        (
            embedded_store(&self.data_dir),
            ObjectsConfig::Folder(embedded_objects(&self.data_dir)),
        )
    }

    /// The PostgreSQL database at `url`, else the one that DATABASE_URL names.
    ///
    /// # Errors
    /// It is no such URL, or there is neither.
    pub fn server(&self, url: Option<&str>) -> Result<StoreConfig, ConfigError> {
        let otherwise = "given to the option or set";
        match (url, &self.store) {
            (Some(url), _) => {
                refuse_unlike_postgres("DATABASE_URL", url, otherwise)?;
                Ok(StoreConfig::Postgres(PostgresConfig::new(url.to_owned())))
            }
            (None, StoreConfig::Postgres(_)) => Ok(self.store.clone()),
            (None, StoreConfig::Sqlite { .. }) => Err(ConfigError {
                name: "DATABASE_URL".into(),
                value: String::new(),
                reason: format!("must be postgres://…, {otherwise}"),
            }),
        }
    }

    /// Where browsers reach the server, given where it listens.
    pub fn base_url(&self, address: SocketAddr) -> String {
        match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{address}"),
        }
    }

    /// Without accounts everybody who reaches the server is the user.
    fn refuse_public_address(&self) -> Result<(), ConfigError> {
        if self.host.is_loopback() || self.auth.is_for_many() {
            return Ok(());
        }
        Err(ConfigError {
            name: "HOST".into(),
            value: self.host.to_string(),
            reason: "is reachable from other machines, which AUTH_MODE=local and dev do not \
                     protect: set HOST=127.0.0.1, or AUTH_MODE=accounts, oidc or jwt"
                .into(),
        })
    }
}

impl Settings {
    fn new(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut settings: BTreeMap<String, String> =
            toml::from_str(DEFAULTS).map_err(|error| ConfigError {
                name: "config.default.toml".into(),
                value: String::new(),
                reason: error.to_string(),
            })?;
        for (name, value) in &mut settings {
            if let Some(set) = secrets::set(name, &variable)? {
                *value = set.trim().to_owned();
            }
        }
        Ok(Self(settings))
    }

    fn text(&self, name: &str) -> String {
        self.0.get(name).cloned().unwrap_or_default()
    }

    fn error(&self, name: &str, reason: impl Into<String>) -> ConfigError {
        ConfigError {
            name: name.into(),
            value: self.text(name),
            reason: reason.into(),
        }
    }

    fn required(&self, name: &str) -> Result<String, ConfigError> {
        let text = self.text(name);
        if text.is_empty() {
            Err(self.error(name, "must not be empty"))
        } else {
            Ok(text)
        }
    }

    fn list(&self, name: &str) -> Vec<String> {
        let text = self.text(name);
        text.split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect()
    }

    fn parse<T: FromStr>(&self, name: &str, reason: &str) -> Result<T, ConfigError> {
        self.text(name)
            .parse()
            .map_err(|_| self.error(name, reason))
    }

    fn number(&self, name: &str) -> Result<u64, ConfigError> {
        self.parse(name, "must be a whole number")
    }

    fn positive(&self, name: &str) -> Result<u64, ConfigError> {
        let number = self.number(name)?;
        if number == 0 {
            Err(self.error(name, "must be at least 1"))
        } else {
            Ok(number)
        }
    }

    fn count(&self, name: &str, most: u64) -> Result<usize, ConfigError> {
        let number = self.positive(name)?;
        if number > most {
            return Err(self.error(name, format!("must be at most {most}")));
        }
        usize::try_from(number).map_err(|_| self.error(name, "is too large"))
    }
}

fn host(settings: &Settings) -> Result<IpAddr, ConfigError> {
    match settings.text("HOST").as_str() {
        "localhost" => Ok(IpAddr::from([127, 0, 0, 1])),
        _ => settings.parse("HOST", "must be an IP address such as 127.0.0.1"),
    }
}

fn port(settings: &Settings) -> Result<u16, ConfigError> {
    settings.parse("PORT", "must be a port number, 0 to 65535")
}

fn metrics_addr(settings: &Settings) -> Result<Option<SocketAddr>, ConfigError> {
    if settings.text("METRICS_ADDR").is_empty() {
        return Ok(None);
    }
    let reason = "must be an address and a port such as 127.0.0.1:9100, or not set";
    settings.parse("METRICS_ADDR", reason).map(Some)
}

fn store(settings: &Settings, data_dir: &std::path::Path) -> Result<StoreConfig, ConfigError> {
    let url = settings.text("DATABASE_URL");
    if url.is_empty() {
        for name in ["DATABASE_DIRECT_URL", "READ_REPLICA_URL"] {
            if !settings.text(name).is_empty() {
                return Err(ConfigError {
                    name: name.into(),
                    value: "…".into(),
                    reason: "is of no use without DATABASE_URL".into(),
                });
            }
        }
        return Ok(embedded_store(data_dir));
    }
    refuse_unlike_postgres("DATABASE_URL", &url, "or not set for SQLite in DATA_DIR")?;
    let direct_url = Some(settings.text("DATABASE_DIRECT_URL")).filter(|url| !url.is_empty());
    if let Some(url) = &direct_url {
        refuse_unlike_postgres("DATABASE_DIRECT_URL", url, "or not set")?;
    }
    let replica_urls = settings.list("READ_REPLICA_URL");
    for url in &replica_urls {
        refuse_unlike_postgres("READ_REPLICA_URL", url, "several separated by commas")?;
    }
    let connections = settings.count("DATABASE_POOL_SIZE", CONNECTIONS_MAX)?;
    let pin = settings.positive("REPLICA_PIN_SECONDS")?;
    if pin < PIN_SECONDS_MIN {
        return Err(settings.error("REPLICA_PIN_SECONDS", "must be at least 2"));
    }
    Ok(StoreConfig::Postgres(PostgresConfig {
        url,
        direct_url,
        replica_urls,
        pin: Duration::from_secs(pin),
        max_connections: u32::try_from(connections).unwrap_or(u32::MAX),
        acquire_timeout: ACQUIRE_TIMEOUT,
        answer_timeout: ANSWER_TIMEOUT,
    }))
}

/// Whether a URL is PostgreSQL's.
pub fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// The URL may hold a password: never printed.
fn refuse_unlike_postgres(name: &str, url: &str, otherwise: &str) -> Result<(), ConfigError> {
    if is_postgres(url) {
        return Ok(());
    }
    Err(ConfigError {
        name: name.into(),
        value: "…".into(),
        reason: format!("must be postgres://…, {otherwise}"),
    })
}

fn embedded_store(data_dir: &std::path::Path) -> StoreConfig {
    StoreConfig::Sqlite {
        path: data_dir.join("ultudy.db"),
    }
}

fn embedded_objects(data_dir: &std::path::Path) -> PathBuf {
    data_dir.join("objects")
}

/// A process' id alone is the same in every container.
fn worker_id(settings: &Settings) -> Result<String, ConfigError> {
    let set = settings.text("WORKER_ID");
    if set.is_empty() {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname");
        let host = host.as_deref().map_or("worker", str::trim);
        return Ok(format!("{host}-{}", std::process::id()));
    }
    if set.chars().count() > WORKER_ID_MAX || set.chars().any(char::is_control) {
        return Err(settings.error("WORKER_ID", "must be a name of at most 100 characters"));
    }
    Ok(set)
}

fn drain_delay(settings: &Settings) -> Result<Option<Duration>, ConfigError> {
    let name = "DRAIN_DELAY_SECONDS";
    if settings.text(name).is_empty() {
        return Ok(None);
    }
    Ok(Some(Duration::from_secs(settings.number(name)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn read(set: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let set: BTreeMap<_, _> = set.iter().copied().collect();
        Config::read(|name| set.get(name).map(|value| (*value).to_owned()))
    }

    #[test]
    fn the_defaults_hold_as_they_stand_in_the_file() {
        let config = read(&[]);
        assert!(
            config.as_ref().is_ok_and(|config| config.port == 3001
                && config.upload_bytes_max == 200 << 20
                && config.extract.memory_bytes == 512 << 20
                && config.host.is_loopback()),
            "{config:?}"
        );
    }

    #[test]
    fn a_value_that_cannot_be_taken_names_itself_and_the_remedy() {
        for (name, value) in [
            ("PORT", "70000"),
            ("METRICS_ADDR", "9100"),
            ("AUTH_MODE", "none"),
            ("SIGN_UP", "yes"),
            ("COOKIE_SECURE", "yes"),
            ("TRUSTED_PROXIES", "127.0.0.1, proxy"),
            ("TRUSTED_PROXIES", "10.0.0.0/33"),
            ("PUBLIC_URL", "study.example"),
            ("AUTH_OIDC_ISSUER", "…"),
            ("UPLOAD_MAX_MB", "0"),
            ("DRAIN_DELAY_SECONDS", "soon"),
            ("LESSON_QUEUE_CONCURRENCY", "-1"),
            ("LESSON_QUEUE_CONCURRENCY", "10001"),
            ("UPLOAD_QUEUE_CONCURRENCY", "1001"),
            ("OBJECT_STORE_URL", "ftp://bucket"),
            ("WORKER_ID", "a\nb"),
            ("SAMPLE_COURSE", "maybe"),
            ("ENABLE_LESSON_CACHE", "on"),
            ("LESSON_CACHE_TTL", "0"),
            ("ENABLE_RATE_LIMITING", "1"),
            ("LESSON_JOBS_PER_MINUTE", "0"),
            ("UPLOAD_JOBS_PER_MINUTE", "many"),
            ("USER_REQUESTS_PER_MINUTE", "-1"),
            ("ADDRESS_REQUESTS_PER_MINUTE", "1e6"),
            ("OCR", "always"),
            ("OCR_LANGUAGES", "eng, --help"),
        ] {
            let message = read(&[(name, value)])
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default();
            let shown = value.escape_debug().to_string();
            assert!(
                message.contains(name) && message.contains(&shown),
                "{name}: {message}"
            );
        }
    }

    #[test]
    fn without_accounts_a_public_address_is_refused() {
        for host in ["0.0.0.0", "::", "192.168.1.7"] {
            for mode in ["local", "dev"] {
                assert!(
                    read(&[("HOST", host), ("AUTH_MODE", mode)]).is_err(),
                    "{host} {mode}"
                );
            }
        }
        assert!(read(&[("HOST", "::1")]).is_ok());
        assert!(read(&[("HOST", "0.0.0.0"), ("AUTH_MODE", "accounts")]).is_ok());
    }

    #[test]
    fn a_database_url_is_never_printed() {
        let (bad, good) = ("mysql://u:secret@h/d", "postgres://u:secret@h/d");
        for set in [
            &[("DATABASE_URL", bad)][..],
            &[("DATABASE_URL", good), ("DATABASE_DIRECT_URL", bad)],
            &[("DATABASE_DIRECT_URL", good)],
        ] {
            let error = read(set).err();
            assert!(error.is_some_and(|error| !format!("{error} {error:?}").contains("secret")));
        }
    }
}
