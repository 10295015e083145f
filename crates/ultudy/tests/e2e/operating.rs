//! The commands of docs/operating.md, run as they stand there, block by block: each server must start,
//! each command end well, and what leads to a cluster name what is in deploy/.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;
use ultudy_testkit::{
    database::Database,
    issuer::Issuer,
    oidc_provider::{CLIENT_ID, OidcProvider, Setup},
    postgres::{Postgres, User},
    redis::Redis,
    s3::{ACCESS_KEY, BUCKET, S3, SECRET_KEY},
};

const OPERATING: &str = include_str!("../../../../docs/operating.md");

/// Starts what is to serve until it says so, and stops it; other commands are run. What gives or imports
/// something needs something there, which other tests have: here it must be a command that there is.
const ULTUDY: &str = r#"#!/bin/bash
case "$1" in
  ''|serve|api|worker) ;;
  user|import) exec PROGRAM "$@" --help ;;
  *) exec PROGRAM "$@" ;;
esac
export PORT=0 DRAIN_SECONDS=1 DRAIN_DELAY_SECONDS=0
[ "$1" = '' ] || [ "$1" = serve ] || export DATA_DIR="$(mktemp -d)"
said="$(mktemp -d)/said"
PROGRAM "$@" > "$said" 2>&1 &
for _ in $(seq 600); do
  if grep -q 'Ultudy listens on' "$said"; then
    kill -TERM $!
    wait $! || { cat "$said" >&2; exit 1; }
    exit 0
  fi
  kill -0 $! 2> /dev/null || break
  sleep 0.1
done
cat "$said" >&2
exit 1
"#;

/// Runs in no cluster: folders and files must be there, but for those that an operator makes.
const KUBECTL: &str = r#"#!/bin/bash
while [ $# -gt 0 ]; do
  case "$1" in
    --namespace) grep -qx "  name: $2" deploy/k8s/base/namespace.yaml || { echo "no namespace $2" >&2; exit 1; }; shift ;;
    -k) [ -f "$2/kustomization.yaml" ] || { echo "no $2" >&2; exit 1; }; shift ;;
    -f) [ -f "$2" ] || [ "$2" = secrets.yaml ] || { echo "no $2" >&2; exit 1; }; shift ;;
    job) grep -qrx "  name: $2" deploy/k8s || { echo "no job $2" >&2; exit 1; }; shift ;;
  esac
  shift
done
"#;

/// Runs no container: the file must be there and have the services and profiles.
const DOCKER: &str = r#"#!/bin/bash
[ "$1 $2" = 'compose --file' ] && [ -f "$3" ] || { echo "no $3" >&2; exit 1; }
file="$3"
shift 3
if [ "$1" = --profile ]; then
  grep -q "profiles: \[$2\]" "$file" || { echo "no profile $2" >&2; exit 1; }
  shift 2
fi
case "$1" in build|logs|run|up) shift ;; *) echo "no command $1" >&2; exit 1 ;; esac
for service in "$@"; do
  case "$service" in -*) continue ;; esac
  grep -qx "  $service:" "$file" || { echo "no service $service" >&2; exit 1; }
done
echo 'http://localhost/sign-up#…'
"#;

/// Asks no cloud: what a bucket is to be told is left for the test to read.
const AWS: &str = r#"#!/bin/bash
[ "$1 $2" = 's3api put-bucket-lifecycle-configuration' ] || { echo "no $1 $2" >&2; exit 1; }
printf %s "${@: -1}" > 'FOLDER/lifecycle.json'
"#;

/// Reads the files where they were put, and runs nowhere.
const NGINX: &str = r#"#!/bin/bash
[ "$1" = -t ] || exit 0
sed -i 's#/var/log/nginx/#FOLDER/#; s#/run/nginx.pid#FOLDER/pid#' FOLDER/nginx.conf
exec /usr/sbin/nginx -t -q -p FOLDER -e FOLDER/error.log -c FOLDER/nginx.conf
"#;

/// Lines that stand together and are indented by four, or fenced as those of a shell: a block, with the
/// heading it stands under. And what a sentence says of a cluster.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    let (mut heading, mut is_inside, mut is_fenced) = ("", false, false);
    for line in text.lines() {
        heading = line.strip_prefix("## ").unwrap_or(heading);
        if line.starts_with("```") {
            (is_fenced, is_inside) = (line == "```sh", false);
            continue;
        }
        let command = if is_fenced {
            Some(line)
        } else {
            line.strip_prefix("    ")
        };
        match (command, blocks.last_mut()) {
            (Some(command), Some(block)) if is_inside => {
                block.1.push('\n');
                block.1.push_str(command);
            }
            (Some(command), _) => blocks.push((heading.to_owned(), command.to_owned())),
            (None, _) => {}
        }
        is_inside = command.is_some();
        if command.is_none() {
            let said = said(line).map(|command| (heading.to_owned(), command));
            blocks.extend(said);
        }
    }
    blocks
}

/// The commands in a line that a sentence names; `…` is what all of them have.
fn said(line: &str) -> impl Iterator<Item = String> {
    let quoted = line.split('`').skip(1).step_by(2);
    let commands = quoted.filter(|text| {
        ["docker compose ", "kubectl ", "aws "]
            .iter()
            .any(|name| text.starts_with(name))
    });
    commands.map(|text| text.replace(" … ", " --file deploy/compose.yaml "))
}

/// What the commands speak of.
struct World {
    folder: TempDir,
    postgres: std::sync::Arc<Postgres>,
    migrated: Database,
    redis: Redis,
    s3: S3,
    provider: OidcProvider,
    issuer: Issuer,
}

impl World {
    async fn start() -> Self {
        let program = env!("CARGO_BIN_EXE_ultudy");
        let folder = tempfile::tempdir().expect("a folder");
        let ultudy = ULTUDY.replace("PROGRAM", &format!("'{program}'"));
        let nginx = folder.path().join("nginx").display().to_string();
        let nginx = NGINX.replace("FOLDER", &nginx);
        let aws = AWS.replace("FOLDER", &folder.path().display().to_string());
        for (name, script) in [
            ("ultudy", ultudy.as_str()),
            ("kubectl", KUBECTL),
            ("docker", DOCKER),
            ("aws", &aws),
            ("nginx", &nginx),
        ] {
            let file = folder.path().join("bin").join(name);
            fs::create_dir_all(file.with_file_name("")).expect("it is made");
            fs::write(&file, script).expect("it is written");
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("it may run");
        }
        let setup = Setup {
            redirect: "https://study.example.org/api/auth/oidc/callback",
            secret: Some("…"),
            ..Setup::default()
        };
        Self {
            folder,
            postgres: Postgres::shared().expect("it starts"),
            migrated: Database::new(program.as_ref()).expect("a database"),
            redis: Redis::start_with_password("password").expect("it starts"),
            s3: S3::start().expect("it starts"),
            provider: OidcProvider::start(&setup).expect("it starts"),
            issuer: Issuer::start(&[]).await,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(&path).expect("it is made");
        path
    }

    /// Puts what is there in the place of what the text names.
    fn placed(&self, block: &str) -> String {
        let database = self
            .postgres
            .create_database(User::Owner)
            .expect("it is made");
        let database = self.postgres.url(User::Owner, &database);
        let redis = format!("redis://:password@127.0.0.1:{}", self.redis.port());
        let at = |name| self.path(name).display().to_string();
        [
            ("postgres://user@host/ultudy", database),
            ("postgres://…", self.migrated.url()),
            ("redis://:password@host:6379", redis.clone()),
            ("redis://…", redis),
            ("sk-…", "sk-none".to_owned()),
            ("sk-ant-…", "sk-ant-none".to_owned()),
            ("GEMINI_API_KEY=…", "GEMINI_API_KEY=none".to_owned()),
            (
                "AWS_S3_BUCKET=ultudy-files",
                format!(
                    "AWS_ENDPOINT_URL_S3=http://127.0.0.1:{} AWS_S3_BUCKET={BUCKET}",
                    self.s3.port()
                ),
            ),
            ("AKIA…", ACCESS_KEY.to_owned()),
            (
                "AWS_SECRET_ACCESS_KEY=…",
                format!("AWS_SECRET_ACCESS_KEY={SECRET_KEY}"),
            ),
            ("/shared/folder", at("shared")),
            ("/srv/ultudy", at("srv")),
            (" /etc/nginx/", format!(" {}/", at("nginx"))),
            (
                "deploy/make-secrets.sh",
                format!("deploy/make-secrets.sh {}", at("secrets")),
            ),
            ("DATA_DIR=data ", format!("DATA_DIR={} ", at("laptop"))),
            (
                "AUTH_OIDC_CLIENT_ID=ultudy",
                format!("AUTH_OIDC_CLIENT_ID={CLIENT_ID}"),
            ),
            (
                "https://id.example.org/realms/school",
                self.provider.issuer().to_owned(),
            ),
            ("https://id.example.org/jwks", self.issuer.jwks_url()),
            ("https://id.example.org", self.issuer.name().to_owned()),
        ]
        .iter()
        .fold(block.to_owned(), |block, (named, there)| {
            block.replace(named, there)
        })
    }

    /// Runs a block in the checkout.
    fn run(&self, heading: &str, block: &str) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let script = self.placed(block);
        let path = std::env::var("PATH").unwrap_or_default();
        let bin = self.folder.path().join("bin");
        let data = tempfile::tempdir_in(self.folder.path()).expect("a folder");
        let output = Command::new("timeout")
            .args(["120", "bash", "-e", "-c", &script])
            .current_dir(root)
            .env_clear()
            .env("PATH", format!("{}:{path}", bin.display()))
            .env("DATA_DIR", data.path())
            .env("SAMPLE_COURSE", "false")
            .env("AUTH_ALLOW_HTTP", "true")
            .output()
            .expect("a shell");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{heading}:\n{block}\n{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_block_of_the_operating_guide_works() {
    let blocks = blocks(OPERATING);
    assert!(blocks.len() >= 10, "{blocks:?}");
    let world = World::start().await;
    // A laptop's data, to be carried over.
    world.run(
        "before",
        &format!("DATA_DIR={} ultudy", world.path("laptop").display()),
    );
    for (heading, block) in &blocks {
        world.run(heading, block);
    }
    for said in [
        "docker compose --file",
        "kubectl --namespace ultudy delete job",
    ] {
        let is_there = |(_, block): &(String, String)| block.starts_with(said);
        assert!(blocks.iter().any(is_there), "{said}");
    }
    let told = world.folder.path().join("lifecycle.json");
    let told = fs::read(told).expect("a bucket is told something");
    let told: serde_json::Value = serde_json::from_slice(&told).expect("it is JSON");
    let aborts = &told["Rules"][0]["AbortIncompleteMultipartUpload"];
    assert_eq!(aborts["DaysAfterInitiation"], 1, "{told}");
}
