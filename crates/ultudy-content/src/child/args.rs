//! The child's arguments, written by the parent and read by the child.

use std::str::FromStr;

/// What the child is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    /// Read everything.
    Extract,
    /// Only see whether it opens.
    Probe,
    /// Read all text, before anything is left out.
    Text,
    /// Only call the PDF library for the text of every page, and print pages and seconds:
    /// what a measurement compares with.
    Raw,
}

/// The child's task and limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Args {
    pub(crate) task: Task,
    /// Address space in bytes.
    pub(crate) memory_bytes: Option<u64>,
    /// Processor time in seconds.
    pub(crate) cpu_seconds: Option<u64>,
    pub(crate) pages_max: u32,
    /// Process without which the child has no reason to live.
    pub(crate) parent: Option<i32>,
}

impl Args {
    /// As words of a command line.
    pub(crate) fn to_words(self) -> Vec<String> {
        let mut words = match self.task {
            Task::Extract => Vec::new(),
            Task::Probe => vec!["--probe".to_owned()],
            Task::Text => vec!["--text".to_owned()],
            Task::Raw => vec!["--raw".to_owned()],
        };
        let mut option = |name: &str, value: Option<String>| {
            words.extend(value.map(|value| format!("--{name}={value}")));
        };
        option("memory", self.memory_bytes.map(|n| n.to_string()));
        option("cpu", self.cpu_seconds.map(|n| n.to_string()));
        option("pages-max", Some(self.pages_max.to_string()));
        option("parent", self.parent.map(|n| n.to_string()));
        words
    }

    /// Reads the words of a command line; an answer of `Err` says which one is wrong.
    pub(crate) fn parse(words: &[String]) -> Result<Self, String> {
        let mut args = Self {
            task: Task::Extract,
            memory_bytes: None,
            cpu_seconds: None,
            pages_max: u32::MAX,
            parent: None,
        };
        for word in words {
            match word.split_once('=').unwrap_or((word, "")) {
                ("--probe", "") => args.task = Task::Probe,
                ("--text", "") => args.task = Task::Text,
                ("--raw", "") => args.task = Task::Raw,
                ("--memory", value) => args.memory_bytes = Some(number(word, value)?),
                ("--cpu", value) => args.cpu_seconds = Some(number(word, value)?),
                ("--pages-max", value) => args.pages_max = number(word, value)?,
                ("--parent", value) => args.parent = Some(number(word, value)?),
                _ => return Err(format!("{word} is no argument of extract")),
            }
        }
        Ok(args)
    }
}

fn number<T: FromStr>(word: &str, value: &str) -> Result<T, String> {
    value
        .parse()
        .map_err(|_| format!("{word} must be given a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_parent_writes_the_child_reads() {
        let args = Args {
            task: Task::Probe,
            memory_bytes: Some(1 << 29),
            cpu_seconds: Some(60),
            pages_max: 2_000,
            parent: Some(17),
        };
        assert_eq!(Args::parse(&args.to_words()), Ok(args));
    }

    #[test]
    fn a_wrong_word_is_named() {
        let words = |word: &str| vec![word.to_owned()];
        assert!(Args::parse(&words("--frobnicate")).is_err_and(|e| e.contains("--frobnicate")));
        assert!(Args::parse(&words("--cpu=soon")).is_err_and(|e| e.contains("--cpu=soon")));
    }
}
