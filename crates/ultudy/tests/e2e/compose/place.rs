//! Where a compose file's services are on this machine.

use std::{
    collections::BTreeMap,
    fs,
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;
use ultudy_testkit::{
    compose::{self, Compose, Service},
    nginx::Nginx,
    pgbouncer::PgBouncer,
    ports,
    postgres::{Postgres, User},
    process::ChildProcess,
    wait,
};

use crate::api::PATIENCE;

const SECRETS: &str = "/run/secrets";
/// nginx's address there.
const FRONT: &str = "172.31.77.10";
/// Services that listen in a container of their own.
const LISTEN: [&str; 2] = ["api-1", "api-2"];

/// The file, and the folder of files that containers would have.
pub struct Place {
    compose: Compose,
    folder: TempDir,
    /// What is called so there is called so here.
    names: Vec<(String, String)>,
    /// Of services that are not told of one there, too: each has a network of its own.
    ports: BTreeMap<&'static str, u16>,
    nginx: Option<Nginx>,
    services: Option<Services>,
}

struct Services {
    // Goes before what it speaks to.
    _pgbouncer: PgBouncer,
    _redis: ChildProcess,
    postgres: Postgres,
}

fn deploy(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../deploy")
        .join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(deploy(name)).expect("it is there")
}

impl Place {
    /// The file and new secrets; nobody listens where servers should be.
    pub fn without_services() -> Self {
        let place = Self::prepare();
        place.translate_secrets();
        place
    }

    fn prepare() -> Self {
        let compose = compose::read(&read("compose.yaml"), |_| None).expect("a compose file");
        let folder = tempfile::tempdir().expect("a folder");
        let here = |name: &str| folder.path().join(name).display().to_string();
        let mut names = vec![
            (SECRETS.to_owned(), here("secrets")),
            ("/objects".into(), here("objects")),
            ("0.0.0.0".into(), "127.0.0.1".into()),
            (FRONT.into(), "127.0.0.1".into()),
        ];
        for server in ["pgbouncer:6432", "postgres:5432", "redis:6379"] {
            names.push((format!("@{server}"), format!("@127.0.0.1:{}", free())));
        }
        let place = Self {
            compose,
            folder,
            names,
            ports: LISTEN.map(|name| (name, free())).into(),
            nginx: None,
            services: None,
        };
        place.make_secrets();
        place
    }

    /// The same with PostgreSQL, PgBouncer and Redis running.
    pub fn start() -> Self {
        let mut place = Self::prepare();
        place.start_services();
        place
    }

    fn make_secrets(&self) {
        let folder = self.folder.path().join("secrets");
        let mut make = Command::new("sh");
        let made = make.arg(deploy("make-secrets.sh")).arg(&folder).output();
        let made = made.expect("sh runs");
        assert!(made.status.success(), "{made:?}");
        for name in self.compose.secrets.keys() {
            assert!(folder.join(name).exists(), "{name} is not made");
        }
    }

    /// The addresses in secrets, as they are here.
    fn translate_secrets(&self) {
        for name in self.compose.secrets.keys() {
            let path = self.folder.path().join("secrets").join(name);
            let secret = fs::read_to_string(&path).expect("it is there");
            fs::write(&path, self.here(&secret)).expect("it is written");
        }
    }

    fn start_services(&mut self) {
        let postgres = Postgres::start().expect("PostgreSQL starts");
        self.is_at("@postgres:5432", postgres.port());
        self.make_database(&postgres);
        let users = self.secret("pgbouncer-users");
        let pgbouncer = PgBouncer::start_of_compose(&postgres, &users).expect("PgBouncer starts");
        self.is_at("@pgbouncer:6432", pgbouncer.port());
        let redis_port = free();
        let redis = self.start_redis(redis_port);
        self.is_at("@redis:6379", redis_port);
        self.translate_secrets();
        self.services = Some(Services {
            _pgbouncer: pgbouncer,
            _redis: redis,
            postgres,
        });
    }

    /// As the image of PostgreSQL does with an empty volume.
    fn make_database(&self, postgres: &Postgres) {
        let environment = self.environment("postgres");
        let mut init = Command::new("sh");
        init.arg(deploy("postgres/init.sh"))
            .envs(environment)
            .env("POSTGRES_USER", User::Superuser.name())
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", postgres.port().to_string());
        let made = init.output().expect("sh runs");
        assert!(made.status.success(), "{made:?}");
    }

    /// By its own command, at a port of this machine's.
    fn start_redis(&self, port: u16) -> ChildProcess {
        let [shell, option, line] = &self.service("redis").command[..] else {
            panic!("a line for a shell");
        };
        let here = format!("exec redis-server - --port {port} --bind 127.0.0.1 --save '' ");
        assert!(line.starts_with("exec redis-server - "), "{line}");
        let line = self.here(&line.replace("exec redis-server - ", &here));
        let mut redis = Command::new(shell);
        redis.args([option, &line]).current_dir(self.folder.path());
        let redis = ChildProcess::spawn(redis.stdout(std::process::Stdio::null()));
        wait::until_blocking("Redis listens", PATIENCE, || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        })
        .expect("it starts");
        redis.expect("it starts")
    }

    /// nginx before the APIs, with the files that are mounted for it; where it is.
    pub fn start_nginx(&mut self) -> String {
        let mounted = &self.service("nginx").volumes;
        for file in ["nginx.conf", "ultudy-site.conf", "apis.compose.conf"] {
            let source = format!("./nginx/{file}:/etc/nginx/");
            assert!(mounted.iter().any(|it| it.starts_with(&source)), "{file}");
        }
        let mut apis = read("nginx/apis.compose.conf");
        for (name, here) in &self.ports {
            let port = &self.service(name).environment["PORT"];
            let here = format!("127.0.0.1:{here}");
            assert!(apis.contains(&format!("{name}:{port}")), "{apis}");
            apis = apis.replace(&format!("{name}:{port}"), &here);
        }
        let nginx = Nginx::start_with(&apis).expect("nginx starts");
        self.nginx.insert(nginx).base_url()
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn service(&self, name: &str) -> &Service {
        let service = self.compose.services.get(name);
        service.unwrap_or_else(|| panic!("no service {name}"))
    }

    /// A service's variables, as they are here.
    pub fn environment(&self, name: &str) -> BTreeMap<String, String> {
        let set = self.service(name).environment.iter();
        set.map(|(variable, value)| match self.ports.get(name) {
            Some(port) if variable == "PORT" => (variable.clone(), port.to_string()),
            _ if variable == "DATA_DIR" => {
                let folder = self.folder.path().join(name);
                (variable.clone(), folder.display().to_string())
            }
            _ => (variable.clone(), self.here(value)),
        })
        .collect()
    }

    /// Statements as the superuser.
    pub fn sql(&self, statements: &str) -> String {
        let services = self.services.as_ref().expect("they run");
        services
            .postgres
            .sql("ultudy", statements)
            .expect("it runs")
    }

    fn secret(&self, name: &str) -> String {
        let path = self.folder.path().join("secrets").join(name);
        fs::read_to_string(path).expect("it is there")
    }

    fn is_at(&mut self, name: &str, port: u16) {
        for (there, here) in &mut self.names {
            if there == name {
                *here = format!("@127.0.0.1:{port}");
            }
        }
    }

    fn here(&self, text: &str) -> String {
        let names = self.names.iter();
        names.fold(text.to_owned(), |text, (there, here)| {
            text.replace(there, here)
        })
    }
}

fn free() -> u16 {
    ports::free_port().expect("a port")
}
