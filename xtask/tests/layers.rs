//! Dependencies run one way: domain, then the parts that do not know each other, then the use
//! cases, then HTTP, then the program.

use std::path::Path;

use cargo_metadata::{Dependency, DependencyKind, MetadataCommand, Package};

/// Which of our crates each of our crates may use in the product. A test may use more.
const LAYERS: [(&str, &[&str]); 11] = [
    ("ultudy-domain", &[]),
    ("ultudy-engines", &["ultudy-domain"]),
    ("ultudy-content", &["ultudy-domain"]),
    ("ultudy-llm", &["ultudy-domain"]),
    // The store implements the queue on its jobs table.
    ("ultudy-store", &["ultudy-domain", "ultudy-engines"]),
    (
        "ultudy-app",
        &[
            "ultudy-domain",
            "ultudy-engines",
            "ultudy-content",
            "ultudy-llm",
            "ultudy-store",
        ],
    ),
    ("ultudy-http", &["ultudy-domain", "ultudy-app"]),
    (
        "ultudy",
        &[
            "ultudy-domain",
            "ultudy-engines",
            "ultudy-content",
            "ultudy-llm",
            "ultudy-store",
            "ultudy-app",
            "ultudy-http",
        ],
    ),
    ("ultudy-testkit", &[]),
    ("ultudy-baseline", &[]),
    ("xtask", &[]),
];

#[test]
fn dependencies_run_one_way() {
    let members = members();
    let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    for (name, _) in LAYERS {
        assert!(names.contains(&name), "{name} is no crate of the workspace");
    }
    for member in &members {
        let name = member.name.as_str();
        let layer = LAYERS.iter().find(|(layer, _)| *layer == name);
        let (_, allowed) = layer.unwrap_or_else(|| panic!("{name} has no layer; give it one"));
        for used in ours(member, &names) {
            assert!(allowed.contains(&used), "{name} must not use {used}");
        }
    }
}

/// Our own crates that a crate uses outside its tests.
fn ours<'a>(member: &'a Package, names: &'a [&str]) -> impl Iterator<Item = &'a str> {
    let product = |dependency: &&Dependency| dependency.kind != DependencyKind::Development;
    let used = member.dependencies.iter().filter(product);
    used.map(|dependency| dependency.name.as_str())
        .filter(|name| names.contains(name))
}

#[allow(
    clippy::expect_used,
    reason = "without the workspace there is nothing to test"
)]
fn members() -> Vec<Package> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let metadata = MetadataCommand::new()
        .manifest_path(manifest)
        .no_deps()
        .exec();
    metadata.expect("cargo metadata").packages
}
