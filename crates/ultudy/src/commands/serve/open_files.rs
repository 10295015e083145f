//! How many files and connections the process may hold at once.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What a process has open besides the calls of a model.
const OTHERS: u64 = 256;

/// Warns where fewer files may be open than so many calls at once would need.
pub(super) fn warn_of_too_few(limit: Option<u64>, calls: usize) {
    let needed = u64::try_from(calls).map_or(u64::MAX, |calls| calls.saturating_add(OTHERS));
    if let Some(open_files) = limit.filter(|limit| *limit < needed) {
        tracing::warn!(
            open_files,
            needed,
            "LESSON_QUEUE_CONCURRENCY asks for more connections than may be open: raise the hard limit on \
             open files (ulimit -Hn, LimitNOFILE=), or calls fail and are made again"
        );
    }
}

/// Raises the limit as far as the system lets it: each open page of a student is a connection, and
/// the usual 1,024 are used up by as many. What holds then; none where there is no limit.
pub(super) fn raise_limit() -> Option<u64> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let all = Rlimit {
        current: maximum,
        maximum,
    };
    match setrlimit(Resource::Nofile, all) {
        Ok(()) => maximum,
        Err(error) => {
            tracing::warn!(%error, "the limit on open files stays as it is");
            current
        }
    }
}
