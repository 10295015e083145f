//! The one place that picks engines and joins the parts.

use std::{fs::File, path::Path, sync::Arc};

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;
use ultudy_app::{
    App, Parts,
    accounts::{Accounts, Bearer},
    batches::Batching,
    clock::{Clock as _, SystemClock},
    documents::transcribe::Vision,
    issuer::{Caller, Provider, ProviderConfig, Verifier},
    lessons::CachedLessons,
    limits::Limits,
    reader::DocumentReader,
    skew,
    tutor::Tutor,
    worker::Runs,
};
use ultudy_content::Extractor;
use ultudy_domain::{
    document::ExtractedDocument,
    extraction::{ExtractError, ExtractProgress, Probe},
    page_text::PageReader,
};
use ultudy_engines::{
    cache::{BELIEVED, Cache, InProcessCache, RedisCache},
    events::{Events, InProcessEvents, RedisEvents},
    limiter::{InProcessLimiter, Limiter, RedisLimiter},
    pins::RedisPins,
    queue::{Queue, RedisQueue},
    redis::{Eviction, Redis},
};
use ultudy_llm::{
    Generator, Task,
    embeddings::{Embedder, Hashed},
    extractive::Extractive,
    model::{self, Batches, Embeddings, ModelConfig, Models, ModelsConfig, Pace, RETRY_PAUSE},
};
use ultudy_store::{PostgresConfig, Store, StoreConfig, queue::TableQueue};
use url::{Host, Url};

use crate::{
    commands::Failure,
    config::{Config, EmbeddingsConfig, Hidden, Issuer, LlmModel},
    objects,
    pace::SharedPace,
    sample::SAMPLE,
};

/// Most memory that cached lessons take in the process.
const CACHED_BYTES: u64 = 64 << 20;

/// Opens everything the settings name.
///
/// # Errors
/// A folder that cannot be made, a database that cannot be opened; says which.
pub async fn app(config: &Config) -> Result<App, Failure> {
    make_folder(&config.data_dir)?;
    let redis = redis(config).await?;
    let store = store(config, redis.as_ref()).await?;
    watch_clocks(&store, redis.as_ref());
    let limiter = limiter(redis.as_ref());
    let pace = pace(config, redis.as_ref());
    let models = models(config, &pace)?;
    Ok(App::new(Parts {
        queue: queue(config, &store, redis.as_ref())?,
        store,
        events: events(redis.as_ref()).await,
        blobs: objects::blobs(config, &config.objects).await?,
        reader: Arc::new(InChildren(extractor(config)?)),
        vision: vision(config, models.as_ref()),
        generator: generator(models.as_ref()),
        embedder: embedder(config, &pace)?,
        search_bytes_max: config.search_bytes_max,
        tutor: tutor(config, models.as_ref()),
        sharing: config.sharing,
        clock: Arc::new(SystemClock),
        upload_bytes_max: config.upload_bytes_max,
        uploads_at_once: config.uploads_at_once,
        runs: Runs::default(),
        accounts: accounts(config, limiter.clone())?,
        limits: Limits::new(limiter, config.limits),
        lessons: lessons(config, redis.as_ref()).await?,
        spending: Arc::clone(&config.spending),
        batching: batching(config)?,
    }))
}

/// Compares this machine's clock with those that all processes share.
fn watch_clocks(store: &Store, redis: Option<&Redis>) {
    let clock = Arc::new(SystemClock);
    if store.is_shared() {
        let store = store.clone();
        let ask = async move || store.time().await.ok().flatten();
        tokio::spawn(skew::watch(
            clock.clone(),
            ("database", "the database's"),
            ask,
        ));
    }
    if let Some(redis) = redis.cloned() {
        let ask = async move || redis.time().await.ok();
        tokio::spawn(skew::watch(clock, ("redis", "Redis'"), ask));
    }
}

async fn store(config: &Config, redis: Option<&Redis>) -> Result<Store, Failure> {
    let opened = match (&config.store, redis) {
        (StoreConfig::Postgres(postgres), Some(redis)) => {
            let pins = RedisPins::new(redis.clone(), postgres.pin);
            Store::open_with(&config.store, Arc::new(pins)).await
        }
        _ => Store::open(&config.store).await,
    };
    opened.map_err(|error| Failure::new("database", error))
}

/// The models that are asked, if any are.
fn models(config: &Config, pace: &Arc<dyn Pace>) -> Result<Option<Arc<Models>>, Failure> {
    let Some(llm) = config.llm.clone() else {
        return Ok(None);
    };
    let models = Models::new(ModelsConfig {
        first: model(llm.first),
        by_task: llm.by_task,
        fallbacks: llm.fallbacks.into_iter().map(model).collect(),
        context_tokens: llm.context_tokens,
        total_timeout: llm.total_timeout,
        idle_timeout: llm.idle_timeout,
        retry_pause: RETRY_PAUSE,
        pace: Arc::clone(pace),
    });
    let models = models.map_err(|error| Failure::new("language model", error))?;
    Ok(Some(Arc::new(models)))
}

/// Whether lessons are asked for in batches. What a provider was given is also fetched once they are not.
fn batching(config: &Config) -> Result<Batching, Failure> {
    let Some(llm) = &config.llm else {
        return Ok(Batching::default());
    };
    let mut asked = llm.first.clone();
    if let Some(name) = llm.by_task.get(&Task::Lesson) {
        asked.model.clone_from(name);
    }
    let (provider, base_url) = (asked.provider, asked.base_url);
    let api = Batches::new(&ModelConfig {
        provider,
        base_url,
        key: asked.key.0,
        model: asked.model,
    });
    let api = api.map_err(|error| Failure::new("language model", error))?;
    if llm.batch.is_some() && api.is_none() {
        let provider = provider.name();
        tracing::warn!(
            "LLM_BATCH is low, and {provider} has no batch API: lessons are asked for one by one"
        );
    }
    Ok(Batching {
        is_on: llm.batch.is_some() && api.is_some(),
        api: api.map(Arc::new),
        gather: llm.batch.unwrap_or(Batching::default().gather),
        patience: llm.batch_patience,
    })
}

/// What writes lessons.
fn generator(models: Option<&Arc<Models>>) -> Arc<dyn Generator> {
    match models {
        Some(models) => Arc::clone(models) as Arc<dyn Generator>,
        None => Arc::new(Extractive),
    }
}

/// What is asked while a student waits.
fn tutor(config: &Config, models: Option<&Arc<Models>>) -> Option<Tutor> {
    let (models, llm) = models.zip(config.llm.as_ref())?;
    Some(Tutor::new(
        (Arc::clone(models) as _, llm.grading_patience),
        (Arc::clone(models) as _, llm.answer_patience),
    ))
}

/// What reads pages from their pictures.
fn vision(config: &Config, models: Option<&Arc<Models>>) -> Option<Vision> {
    let (models, vision) = models.zip(config.vision)?;
    Some(Vision {
        transcriber: Arc::clone(models) as _,
        reads_all: vision.reads_all,
        pages_max: vision.pages_max,
    })
}

fn warn_of_http(provider: model::Provider, base_url: &Url) {
    if base_url.scheme() == "http" && !is_here(base_url) {
        let setting = provider.base_url_setting();
        tracing::warn!("{setting} is http: the key and the texts go unencrypted");
    }
}

fn model(model: LlmModel) -> ModelConfig {
    warn_of_http(model.provider, &model.base_url);
    ModelConfig {
        provider: model.provider,
        base_url: model.base_url,
        key: model.key.0,
        model: model.model,
    }
}

/// What makes vectors for the search.
fn embedder(config: &Config, pace: &Arc<dyn Pace>) -> Result<Option<Arc<dyn Embedder>>, Failure> {
    let named = match config.embeddings.clone() {
        EmbeddingsConfig::Off => return Ok(None),
        EmbeddingsConfig::Hashed => return Ok(Some(Arc::new(Hashed::default()))),
        EmbeddingsConfig::Model(model) => model,
    };
    warn_of_http(named.provider, &named.base_url);
    let embeddings = Embeddings::new(model::EmbeddingsConfig {
        provider: named.provider,
        base_url: named.base_url,
        key: named.key.0,
        model: named.model,
        least_similarity: named.least_similarity,
        retry_pause: RETRY_PAUSE,
        pace: Arc::clone(pace),
    });
    let embeddings = embeddings.map_err(|error| Failure::new("embedding model", error))?;
    Ok(Some(Arc::new(embeddings)))
}

/// The Redis that a setting names.
async fn connected(setting: &str, url: Option<&Hidden>) -> Result<Option<Redis>, Failure> {
    let Some(Hidden(url)) = url else {
        return Ok(None);
    };
    let redis = Redis::connect(url).await;
    redis
        .map(Some)
        .map_err(|error| Failure::new(setting, error))
}

async fn lessons(config: &Config, redis: Option<&Redis>) -> Result<CachedLessons, Failure> {
    let Some(cache) = &config.cache else {
        return Ok(CachedLessons::default());
    };
    let own = connected("CACHE_REDIS_URL", cache.redis_url.as_ref()).await?;
    if let Some(own) = &own {
        tokio::spawn(own.clone().watch_memory("cache"));
    }
    let cache: Arc<dyn Cache> = match (own.as_ref().or(redis), &config.store) {
        (Some(redis), _) => Arc::new(RedisCache::start(
            redis.clone(),
            CACHED_BYTES,
            cache.redis_bytes,
            cache.time,
        )),
        (None, StoreConfig::Sqlite { .. }) => {
            Arc::new(InProcessCache::new(CACHED_BYTES, cache.time))
        }
        // Other processes may work on the same database, and nobody says what they change.
        (None, StoreConfig::Postgres(_)) => {
            Arc::new(InProcessCache::new(CACHED_BYTES, cache.time.min(BELIEVED)))
        }
    };
    Ok(CachedLessons::new(cache))
}

async fn events(redis: Option<&Redis>) -> Arc<dyn Events> {
    match redis {
        Some(redis) => Arc::new(RedisEvents::start(redis.clone(), SystemClock.new_id()).await),
        None => Arc::new(InProcessEvents::default()),
    }
}

fn limiter(redis: Option<&Redis>) -> Arc<dyn Limiter> {
    match redis {
        Some(redis) => Arc::new(RedisLimiter::new(redis.clone())),
        None => Arc::new(InProcessLimiter::default()),
    }
}

/// What providers of models allow, for texts and vectors: never more, also while Redis is away.
fn pace(config: &Config, redis: Option<&Redis>) -> Arc<dyn Pace> {
    let limiter: Arc<dyn Limiter> = match redis {
        Some(redis) => Arc::new(RedisLimiter::strict(redis.clone())),
        None => Arc::new(InProcessLimiter::default()),
    };
    Arc::new(SharedPace::new(limiter, config.allowed.clone()))
}

fn accounts(config: &Config, limiter: Arc<dyn Limiter>) -> Result<Accounts, Failure> {
    let mut accounts = Accounts::new(config.sign_up_open, limiter);
    accounts.sample = config.sample_course.then_some(SAMPLE);
    let caller = |http_allowed| {
        Caller::new(http_allowed).map_err(|error| Failure::new("certificates", error))
    };
    match config.issuer.clone() {
        Issuer::None => {}
        Issuer::Jwt {
            jwks_url,
            issuer,
            audience,
            roles,
            http_allowed,
        } => {
            let verifier = Verifier::new(issuer, audience, caller(http_allowed)?, jwks_url);
            accounts.bearer = Some(Bearer { verifier, roles });
        }
        Issuer::Oidc {
            issuer,
            client_id,
            client_secret,
            scopes,
            redirect_url,
            roles,
            http_allowed,
        } => {
            let provider = ProviderConfig {
                issuer,
                client_id,
                client_secret: client_secret.map(|secret| secret.0),
                scopes,
                redirect_url,
                roles,
            };
            accounts.provider = Some(Provider::new(provider, caller(http_allowed)?));
        }
    }
    Ok(accounts)
}

/// The Redis that processes share.
///
/// # Errors
/// It cannot be reached, or drops jobs when it is full.
async fn redis(config: &Config) -> Result<Option<Redis>, Failure> {
    let Some(redis) = connected("REDIS_URL", config.redis_url.as_ref()).await? else {
        return Ok(None);
    };
    let failed = |error: String| Failure::new("REDIS_URL", error);
    let eviction = redis
        .eviction()
        .await
        .map_err(|error| failed(error.to_string()))?;
    match eviction {
        Eviction::Nothing => {}
        Eviction::Volatile => tracing::warn!(
            "this Redis drops keys that end by themselves when it is full, which ends leases of \
             running jobs early: set maxmemory-policy noeviction"
        ),
        Eviction::AnyKey => {
            return Err(failed(
                "this Redis drops any key when it is full, jobs too: set maxmemory-policy \
                 noeviction"
                    .into(),
            ));
        }
    }
    tokio::spawn(redis.clone().watch_memory("shared"));
    Ok(Some(redis))
}

fn queue(config: &Config, store: &Store, redis: Option<&Redis>) -> Result<Arc<dyn Queue>, Failure> {
    if let Some(redis) = redis {
        let client = SystemClock.new_id();
        return Ok(Arc::new(RedisQueue::new(redis.clone(), client)));
    }
    let table = match &config.store {
        StoreConfig::Postgres(PostgresConfig {
            direct_url: Some(url),
            ..
        }) => TableQueue::listening(store.clone(), url)
            .map_err(|error| Failure::new("DATABASE_DIRECT_URL", error))?,
        _ => TableQueue::new(store.clone()),
    };
    Ok(Arc::new(table))
}

/// The extractor as the application knows it. They meet only here, so that what most of the
/// program is built of need not wait for the building of the PDF library.
struct InChildren(Extractor);

#[async_trait]
impl DocumentReader for InChildren {
    async fn probe(&self, file: File) -> Result<Probe, ExtractError> {
        self.0.probe(file).await
    }

    async fn extract(
        &self,
        file: File,
        pages: Option<&dyn PageReader>,
        progress: &mut (dyn FnMut(ExtractProgress) + Send),
        cancel: &CancellationToken,
    ) -> Result<ExtractedDocument, ExtractError> {
        self.0.extract_with(pages, file, progress, cancel).await
    }
}

/// Documents are read by this same program, started again.
///
/// # Errors
/// The system does not say where the program is.
pub fn extractor(config: &Config) -> Result<Extractor, Failure> {
    let program =
        std::env::current_exe().map_err(|error| Failure::new("this program's path", error))?;
    let extractor = Extractor::new(program, vec!["extract".into()], config.extract);
    Ok(extractor.with_recogniser(config.recogniser.clone()))
}

/// Whether an address is this machine's own.
pub fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Makes the folder if it is not there.
///
/// # Errors
/// It cannot be made.
pub fn make_folder(path: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(path).map_err(|error| Failure::new(path.display(), error))
}
