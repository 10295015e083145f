//! The manifests of deploy/k8s, rendered, held against Kubernetes' schemas and a policy, offline but
//! for installing the tools.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, Result, bail};

use super::Verify;
use crate::{process, python, workspace};

const PACKAGES: [&str; 2] = ["kubernetes-validate==1.37.0", "checkov==3.3.30"];
const MODULES: &str = "kubernetes_validate, checkov";
/// What is rendered.
const RENDERED: [&str; 4] = ["base", "hpa", "keda", "model"];
/// Versions of Kubernetes whose schemas they must satisfy.
const VERSIONS: [&str; 3] = ["1.29.0", "1.31.0", "1.34.0"];
/// Rules of the policy that are the operator's to keep: to name the image by its digest, and to have it
/// pulled each time if its tag may move.
const SKIPPED: &str = "CKV_K8S_15,CKV_K8S_43";

/// Fails at the first finding.
pub(super) fn check(_: &Verify) -> Result<()> {
    let target = workspace::target_directory()?.join("kubernetes");
    let target = target.as_path();
    fs::create_dir_all(target)?;
    let python = python::ensure(&target.join("python"), &PACKAGES, MODULES)?;
    let tools = python.parent().context("a folder of programs")?;
    for name in RENDERED {
        let file = render(name, target)?;
        for version in VERSIONS {
            let mut validate = Command::new(tools.join("kubernetes-validate"));
            validate.args(["--strict", "--kubernetes-version", version]);
            process::run(validate.arg(&file))?;
        }
        let mut policy = Command::new(tools.join("checkov"));
        policy.args([
            "--framework",
            "kubernetes",
            "--compact",
            "--quiet",
            "--skip-download",
        ]);
        process::run(policy.args(["--skip-check", SKIPPED, "--file"]).arg(&file))?;
    }
    Ok(())
}

/// By kubectl's own kustomize; the file.
fn render(name: &str, target: &Path) -> Result<std::path::PathBuf> {
    let folder = workspace::root().join("deploy/k8s").join(name);
    let mut kubectl = Command::new("kubectl");
    if !process::succeeds(Command::new("kubectl").args(["kustomize", "--help"])) {
        bail!("kubectl 1.27 or later must be installed");
    }
    let rendered = process::output(kubectl.arg("kustomize").arg(folder))?;
    let file = target.join(format!("{name}.yaml"));
    fs::write(&file, rendered)?;
    Ok(file)
}
