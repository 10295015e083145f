//! The overlay with a language model.

use super::{base, environment, find, is_setting, objects, programs, read, running::Here, values};
use crate::api::text;

/// What `model` adds to the programs is settings that there are, and a key that is in the secret and mounted
/// where the setting says.
#[test]
fn a_model_is_set_for_who_asks_it() {
    let (base, model) = (base(), objects(&["model/config.yaml"]));
    let config = &find(&model, "ConfigMap", "ultudy-config")["data"];
    for name in config.as_object().expect("data").keys() {
        assert!(is_setting(name), "{name}");
    }
    assert!(config["LLM_PROVIDER"].is_string() && config["LLM_BUDGET_DAY"].is_string());
    let overlay = read("model/kustomization.yaml");
    let secrets = super::secrets();
    for (file, name) in [("api.yaml", "ultudy-api"), ("worker.yaml", "ultudy-worker")] {
        assert!(overlay.contains(&format!("- path: {file}")), "{overlay}");
        let patch = objects(&[&format!("model/{file}")]);
        let pod = &find(&patch, "Deployment", name)["spec"]["template"]["spec"];
        let container = &pod["containers"][0];
        let there = &find(&base, "Deployment", name)["spec"]["template"]["spec"];
        // Patches find what they change by its name.
        assert_eq!(container["name"], there["containers"][0]["name"]);
        let variable = &container["env"][0];
        let setting = text(&variable["name"]);
        let setting = setting.strip_suffix("_FILE").expect("a file");
        assert!(is_setting(setting), "{setting}");
        let (folder, key) = {
            let path = text(&variable["value"]);
            let (folder, key) = path.rsplit_once('/').expect("a path");
            (folder.to_owned(), key.to_owned())
        };
        assert_eq!(container["volumeMounts"][0]["mountPath"], folder.as_str());
        let volume = &pod["volumes"][0];
        assert_eq!(container["volumeMounts"][0]["name"], volume["name"]);
        let item = &volume["secret"]["items"][0];
        assert_eq!(
            (&item["key"], &item["path"]),
            (&key.as_str().into(), &key.as_str().into())
        );
        assert!(secrets[&key].is_string(), "{key}");
    }
}

/// Whatever it lacks is said at the start, at which both would end.
#[tokio::test]
async fn they_start_with_the_model() {
    let (base, model, here) = (base(), objects(&["model/config.yaml"]), Here::new());
    let config = find(&model, "ConfigMap", "ultudy-config");
    for ((_, container), file) in programs(&base).into_iter().zip(["api.yaml", "worker.yaml"]) {
        let role = text(&container["args"][0]);
        let patch = objects(&[&format!("model/{file}")]);
        let patch = &patch[0]["spec"]["template"]["spec"]["containers"][0];
        let mut settings = environment(&base, container);
        settings.extend(values(&config["data"]));
        settings.extend(environment(&[], patch));
        let process = here.start(&role, settings).await;
        process.server.logged("serving").await;
    }
}
