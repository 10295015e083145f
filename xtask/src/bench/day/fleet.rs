//! The fleet on this machine.

use std::process::Command;

use anyhow::{Context as _, Result};
use tempfile::{TempDir, tempdir};

use super::{
    super::{Programs, example, model::Model, server::Server, services::Services},
    nginx::Nginx,
    students::Students,
    usage::Watched,
};

/// Students and others, their documents, and what is in them.
const ROWS: &str = include_str!("rows.sql");
/// API servers.
const APIS: usize = 2;
/// Lessons that a worker makes at once.
pub const PLACES: u32 = 600;

/// Everything that runs, until dropped.
pub struct Fleet<'a> {
    programs: &'a Programs,
    // In the order in which they end.
    pub students: Students,
    nginx: Option<Nginx>,
    workers: Vec<Server>,
    apis: Vec<Server>,
    pub model: Model,
    pub services: Services,
    folder: TempDir,
}

impl<'a> Fleet<'a> {
    /// Starts it over rows that it fills in first; the model answers at once.
    pub fn start(programs: &'a Programs) -> Result<Self> {
        let services = example::build("ultudy-testkit", "services")?;
        let model = example::build("ultudy-testkit", "llm")?;
        let students = example::build("ultudy-testkit", "day")?;
        let nginx = example::build("ultudy-testkit", "nginx")?;
        let mut fleet = Self {
            programs,
            students: Students::start(&students)?,
            nginx: None,
            workers: Vec::new(),
            apis: Vec::new(),
            model: Model::start_by(&mut Command::new(model))?,
            services: Services::start_by(Command::new(services).arg("durable"))?,
            folder: tempdir()?,
        };
        fleet.model.say("release")?;
        fleet.services.migrate(&programs.ultudy)?;
        fleet.fill()?;
        for _ in 0..APIS {
            let api = fleet.server("api", "0")?;
            fleet.apis.push(api);
        }
        fleet.add_workers(1)?;
        let addresses: Vec<&str> = fleet
            .apis
            .iter()
            .map(|api| api.api.address_of_server())
            .collect();
        let nginx = fleet.nginx.insert(Nginx::start(&nginx, &addresses)?);
        let connect = format!("connect {}", nginx.address);
        fleet.students.say(&connect)?;
        fleet.students.say("seed")?;
        fleet.services.run("VACUUM ANALYZE", &[])?;
        Ok(fleet)
    }

    fn fill(&self) -> Result<()> {
        let described = &self.students.described;
        let rows = described.rows.iter();
        let mut variables: Vec<String> = rows.map(|(name, n)| format!("{name}={n}")).collect();
        variables.push(format!("issuer={}", described.issuer));
        let variables: Vec<&str> = variables.iter().map(String::as_str).collect();
        self.services.run(ROWS, &variables)
    }

    fn server(&self, role: &str, port: &str) -> Result<Server> {
        let described = &self.students.described;
        let (model, places) = (self.model.settings(), PLACES.to_string());
        let mut settings = vec![
            ("DATABASE_URL", self.services.url.as_str()),
            ("REDIS_URL", self.services.redis_url.as_str()),
            ("AUTH_MODE", "jwt"),
            ("AUTH_JWT_JWKS_URL", described.jwks_url.as_str()),
            ("AUTH_JWT_ISS", described.issuer.as_str()),
            ("AUTH_JWT_AUD", described.audience.as_str()),
            ("ENABLE_RATE_LIMITING", "true"),
            ("GENERATION_SHARING", "global"),
            ("LESSON_QUEUE_CONCURRENCY", places.as_str()),
            ("SAMPLE_COURSE", "false"),
            ("TRUSTED_PROXIES", "127.0.0.1"),
            ("PORT", port),
        ];
        settings.extend(model.iter().map(|(name, value)| (*name, value.as_str())));
        Server::start_as(role, &self.programs.ultudy, self.folder.path(), &settings)
    }

    /// Starts workers until there are so many.
    pub fn add_workers(&mut self, count: usize) -> Result<()> {
        while self.workers.len() < count {
            let worker = self.server("worker", "0")?;
            self.workers.push(worker);
        }
        Ok(())
    }

    /// How many APIs there are.
    pub fn apis(&self) -> usize {
        self.apis.len()
    }

    /// Tells one of them to stop, and starts another in its place once it has.
    pub fn replace_api(&mut self, number: usize) -> Result<()> {
        let api = self.apis.get_mut(number).context("no such API")?;
        api.stop()?;
        let address = api.api.address_of_server();
        let port = address.rsplit(':').next().context("no port")?.to_owned();
        let next = self.server("api", &port)?;
        self.apis[number] = next;
        Ok(())
    }

    /// The same with the first worker.
    pub fn replace_worker(&mut self) -> Result<()> {
        self.workers.first_mut().context("no worker")?.stop()?;
        let next = self.server("worker", "0")?;
        self.workers[0] = next;
        Ok(())
    }

    /// Has nginx read its files anew.
    pub fn reload_nginx(&self) -> Result<()> {
        self.nginx.as_ref().context("no nginx")?.reload()
    }

    /// Its processes.
    pub fn watched(&self) -> Result<Vec<Watched>> {
        let ours = |role: &str, servers: &[Server]| -> Vec<Watched> {
            let numbered = (1..).zip(servers);
            numbered
                .map(|(number, server)| Watched {
                    name: format!("{role} {number}"),
                    pid: server.pid(),
                    is_ours: true,
                })
                .collect()
        };
        let other = |name: &str, pid| Watched {
            name: name.to_owned(),
            pid,
            is_ours: false,
        };
        let nginx = self.nginx.iter();
        let mut all: Vec<_> = nginx.map(|nginx| other("nginx", nginx.pid)).collect();
        all.extend(ours("API", &self.apis));
        all.extend(ours("worker", &self.workers));
        let services = self.services.processes.iter();
        all.extend(services.map(|(name, pid)| other(name, *pid)));
        all.push(other("the model", self.model.pid()));
        all.push(other("the students", self.students.pid()));
        (all.len() > APIS + 3)
            .then_some(all)
            .context("the services did not say their processes")
    }
}
