//! nginx: what its numbers have to do with the program's.

use super::{default, read};
use crate::commands::serve::DRAIN_DELAY;

/// What follows `name` up to the end of the directive, each time it is there.
fn values<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let lines = text.lines().map(str::trim);
    let found = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    found
        .map(|rest| rest.trim_end_matches(';').trim())
        .collect()
}

fn seconds(text: &str) -> u64 {
    text.strip_suffix('s').unwrap().parse().unwrap()
}

/// Else a request could go to a server that closes that moment, or none would be known to be back.
#[test]
fn a_server_drains_longer_than_nginx_keeps_connections_or_remembers_a_fault() {
    let main = read("nginx/nginx.conf");
    let (_, upstream) = main.split_once("upstream ultudy {").unwrap();
    assert!(
        upstream
            .trim_start()
            .lines()
            .any(|line| line.trim() == "least_conn;")
    );
    let kept = seconds(values(upstream, "keepalive_timeout")[0]);
    assert!(kept < DRAIN_DELAY.as_secs());
    for file in ["nginx/ultudy-apis.conf", "nginx/apis.compose.conf"] {
        let apis = read(file);
        let servers = values(&apis, "server");
        assert_eq!(servers.len(), 2, "{file}");
        for server in servers {
            let (_, remembered) = server.split_once("fail_timeout=").unwrap();
            assert!(seconds(remembered) < DRAIN_DELAY.as_secs(), "{file}");
        }
    }
}

#[test]
fn bodies_may_be_as_large_as_the_program_takes_them() {
    let site = read("nginx/ultudy-site.conf");
    let uploads = default("UPLOAD_MAX_MB") + 1;
    let sizes = values(&site, "client_max_body_size");
    assert_eq!(sizes, ["1m", &format!("{uploads}m")]);
}

#[test]
fn nothing_that_may_have_changed_something_is_sent_twice() {
    let site = read("nginx/ultudy-site.conf");
    // Off where what is not safe is tried once.
    assert_eq!(
        values(&site, "proxy_next_upstream"),
        ["error timeout", "off"]
    );
}
