//! The image's Dockerfile.

use std::path::Path;

use super::{is_command, read, variables};

fn instructions(name: &str) -> Vec<String> {
    let text = read(name).replace("\\\n", " ");
    let lines = text.lines().map(str::trim);
    let told = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    told.map(str::to_owned).collect()
}

fn of<'a>(all: &'a [String], name: &'a str) -> impl Iterator<Item = &'a str> {
    let found = all.iter().filter_map(move |line| line.strip_prefix(name));
    found.map(str::trim)
}

#[test]
fn it_sets_settings_and_starts_commands() {
    let all = instructions("docker/Dockerfile");
    let known = variables();
    for set in of(&all, "ENV ").flat_map(str::split_whitespace) {
        let (name, _) = set.split_once('=').unwrap();
        assert!(known.contains(name), "{name}");
    }
    let words = |line: &str| serde_json::from_str::<Vec<String>>(line).unwrap();
    let entry: Vec<_> = of(&all, "ENTRYPOINT ").map(words).collect();
    assert_eq!(entry, [["ultudy"]]);
    for command in of(&all, "CMD ").map(words) {
        assert!(command.iter().all(|word| is_command(word)), "{command:?}");
    }
    let check = of(&all, "HEALTHCHECK ").next().unwrap();
    let (_, check) = check.split_once("CMD ").unwrap();
    let [program, command] = &words(check)[..] else {
        panic!("{check}");
    };
    assert!(program == "ultudy" && is_command(command), "{check}");
}

#[test]
fn it_runs_as_nobody_in_particular() {
    for file in ["docker/Dockerfile", "docker/pgbouncer.Dockerfile"] {
        let all = instructions(file);
        let user = of(&all, "USER ").last().unwrap().to_owned();
        let (user, group) = user.split_once(':').unwrap();
        let is_root = |id: &str| id.parse::<u32>().unwrap() == 0;
        assert!(!is_root(user) && !is_root(group), "{file}");
    }
}

/// What is copied into the build is let in, and is there.
#[test]
fn the_build_has_what_it_needs_and_no_secret() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let ignored = std::fs::read_to_string(root.join(".dockerignore")).unwrap();
    let let_in: Vec<&str> = ignored
        .lines()
        .filter_map(|line| line.strip_prefix('!'))
        .collect();
    for path in &let_in {
        assert!(root.join(path).exists(), "{path}");
    }
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let manifest: toml::Table = toml::from_str(&manifest).unwrap();
    for member in manifest["workspace"]["members"].as_array().unwrap() {
        let folder = member.as_str().unwrap().trim_end_matches("/*");
        assert!(let_in.contains(&folder), "{folder}");
    }
    assert!(ignored.lines().any(|line| line == "deploy/secrets"));
}
