//! `ultudy serve`: pages, API and worker in one process; `ultudy api` and `ultudy worker`: the
//! same shared between processes.

use std::{io::Write, net::SocketAddr, time::Duration};

use axum::{Router, serve::ListenerExt as _};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use ultudy_app::{
    App,
    accounts::{self, Secret},
    housekeeping, sample,
    worker::{self, WorkerConfig},
};
use ultudy_http::{AuthMode, HttpConfig, HttpState, Served, auth::LOCAL_OWNER, router};

use super::{Failure, log_to_stderr};
use crate::{config::Config, metrics, sample::SAMPLE, wire};

mod door;
mod open_files;
mod role;
mod stop;

use door::{Door, Guest};
#[cfg(test)]
pub use role::DRAIN_DELAY;
pub use role::Role;
use stop::Stop;

/// How long open requests may take to end at least, once no more are taken.
const REQUESTS_END: Duration = Duration::from_secs(10);
/// How long before that streams that would end by themselves are told to.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How long the process waits at its end until what calls of models cost is written down.
pub const LAST_RECORDS: Duration = Duration::from_secs(3);

/// How long computations may go on after everything else has ended.
pub const COMPUTATIONS_END: Duration = Duration::from_secs(2);

/// Serves until told to stop.
pub fn run(role: Role) -> Result<(), Failure> {
    let mut config = Config::from_env()?;
    role.check(&config)?;
    let _log = log_to_stderr(&config.log)?;
    let open_files = open_files::raise_limit();
    if role.works() {
        open_files::warn_of_too_few(open_files, config.lesson_concurrency);
    }
    role.do_without_replicas(&mut config);
    let metrics = metrics::count().map_err(|error| Failure::new("metrics", error))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new("runtime", error))?;
    let served = runtime.block_on(serve(role, config, metrics, open_files));
    // A computation that was told to stop and has not yet is not waited for.
    runtime.shutdown_timeout(COMPUTATIONS_END);
    served
}

async fn serve(
    role: Role,
    config: Config,
    metrics: PrometheusHandle,
    open_files: Option<u64>,
) -> Result<(), Failure> {
    let app = wire::app(&config).await?;
    let listener = listen(SocketAddr::from((config.host, config.port)), "PORT").await?;
    let worker_id = role.works().then_some(config.worker_id.as_str());
    metrics::tell_of_process(role.as_str(), worker_id);
    tokio::spawn(metrics::keep_up(metrics.clone()));
    let stop = Stop::default();
    let address = listener
        .local_addr()
        .map_err(|error| Failure::new("address", error))?;
    let requests_end = config.drain.max(REQUESTS_END);
    stop.on_signals(role.drain_delay(&config), requests_end - LAST_WORDS)?;
    let work = tokio::spawn(work(role, app.clone(), &config, &stop));
    if role.answers() {
        load_sample(&app, &config);
    }
    let first_operator = first_operator(role, &app, &config).await?;
    announce(address, &config, first_operator.as_ref())?;
    tracing::info!(
        role = role.as_str(),
        worker_id = config.worker_id,
        open_files,
        "serving"
    );
    let settled = app.clone();
    let state = HttpState::new(Served {
        app,
        config: http_config(&config),
        metrics,
        draining: stop.told.clone(),
        closing: stop.closing.clone(),
        ending: stop.ending.clone(),
    });
    if let Some(address) = config.metrics_addr {
        let listener = listen(address, "METRICS_ADDR").await?;
        serve_metrics(listener, state.clone(), stop.closing.clone())?;
    }
    let router = match role.answers() {
        true => router::site(state),
        false => router::of_worker(state),
    };
    let rest = role.rest(&config);
    answer(listener, router, stop.closing, rest, requests_end).await?;
    stop.over.cancel();
    let ended = work.await;
    settled.settle(LAST_RECORDS).await;
    ended.map_err(|error| Failure::new("worker", error))
}

/// Does jobs and clears up until told to stop, if that is this process' to do; what is cached is
/// kept right by each, as long as it answers.
fn work(role: Role, app: App, config: &Config, stop: &Stop) -> impl Future<Output = ()> + use<> {
    let config = worker_config(config);
    let stop = stop.clone();
    async move {
        if role.works() {
            tokio::join!(
                worker::work(app.clone(), config, stop.told),
                housekeeping::keep_house(app, stop.closing),
            );
        } else {
            housekeeping::keep_telling(app, stop.over).await;
        }
    }
}

/// Until `closing` fires; connections that rest may stay so long after that, and requests be answered so long.
async fn answer(
    listener: TcpListener,
    router: Router,
    closing: CancellationToken,
    rest: Duration,
    requests_end: Duration,
) -> Result<(), Failure> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let (door, guests) =
        Door::of(listener, closing.clone()).map_err(|error| Failure::new("listener", error))?;
    let door = door.tap_io(|guest: &mut Guest| guest.send_at_once());
    let serving = axum::serve(door, service)
        .with_graceful_shutdown(guests.leave(rest))
        .into_future();
    let deadline = async {
        closing.cancelled().await;
        tokio::time::sleep(requests_end).await;
    };
    tokio::select! {
        ended = serving => ended.map_err(|error| Failure::new("server", error)),
        () = deadline => {
            tracing::warn!("some requests did not end in time");
            Ok(())
        }
    }
}

async fn listen(address: SocketAddr, setting: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::new(
            format!("cannot listen on {address}"),
            format!("{error}; set {setting} to a free port"),
        )
    })
}

/// Besides all else, as long as that.
fn serve_metrics(
    listener: TcpListener,
    state: HttpState,
    closing: CancellationToken,
) -> Result<(), Failure> {
    let address = listener
        .local_addr()
        .map_err(|error| Failure::new("METRICS_ADDR", error))?;
    tracing::info!("metrics are at http://{address}/metrics");
    tokio::spawn(async move {
        let router = router::of_metrics(state);
        let answered = answer(listener, router, closing, Duration::ZERO, REQUESTS_END);
        if let Err(error) = answered.await {
            tracing::error!(%error, "no metrics any more");
        }
    });
    Ok(())
}

/// The link that makes the first operator, as long as there is none.
async fn first_operator(role: Role, app: &App, config: &Config) -> Result<Option<Secret>, Failure> {
    if config.auth != AuthMode::Accounts || !role.answers() {
        return Ok(None);
    }
    accounts::first_operator_link(app)
        .await
        .map_err(|error| Failure::new("first operator", error))
}

/// On standard output: the link is for whoever starts the program, and for no log.
fn announce(
    address: SocketAddr,
    config: &Config,
    first_operator: Option<&Secret>,
) -> Result<(), Failure> {
    let mut said = format!("Ultudy listens on http://{address}\n");
    if let Some(link) = first_operator {
        let link = link.reveal();
        let hours = accounts::LINK_LIFE.num_hours();
        let base = config.base_url(address);
        said.insert_str(
            0,
            &format!(
                "Nobody operates this server yet. Within {hours} hours, once: \
                 {base}/sign-up#{link}\n"
            ),
        );
    }
    let mut out = std::io::stdout().lock();
    out.write_all(said.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::new("standard output", error))
}

fn worker_config(config: &Config) -> WorkerConfig {
    WorkerConfig {
        worker_id: config.worker_id.clone(),
        upload_concurrency: config.upload_concurrency,
        lesson_concurrency: config.lesson_concurrency,
        drain: config.drain,
    }
}

fn http_config(config: &Config) -> HttpConfig {
    HttpConfig {
        auth: config.auth,
        cors_origins: config.cors_origins.clone(),
        env: config.env.clone(),
        cookie_secure: config.cookie_secure,
        trusted_proxies: config.trusted_proxies.clone(),
        metrics_apart: config.metrics_addr.is_some(),
    }
}

/// For the one user there is without accounts; others find it when they are new. In the
/// background: the first page does not wait for it.
fn load_sample(app: &App, config: &Config) {
    if !config.sample_course || config.auth != AuthMode::Local {
        return;
    }
    let app = app.clone();
    tokio::spawn(async move {
        match sample::load_once(&app, LOCAL_OWNER, &SAMPLE).await {
            Ok(true) => tracing::info!("loaded the sample course"),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the sample course could not be loaded"),
        }
    });
}
