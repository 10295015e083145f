//! The child's arguments, written by the parent and read by the child.

use std::str::FromStr;

/// Which pages the child asks the parent to have read from their pictures, on the socket that
/// is then the standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    Nothing,
    /// Those whose text cannot be read.
    Illegible,
    All,
}

/// What the child is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Task {
    /// Read everything, some pages from their pictures.
    Extract { ask: Ask },
    /// Only see whether it opens.
    Probe,
    /// Read all text, before anything is left out; some pages as above.
    Text { ask: Ask },
    /// Draw a page, by number from 1.
    Picture { page: u32 },
    /// Draw a page, by number from 1, as a file for models that look at pictures.
    Photo { page: u32 },
    /// Become another program, under the same limits; it may read programs and their data.
    Run { command: Vec<String> },
    /// Only call the PDF library for the text of every page, and print pages and seconds:
    /// what a measurement compares with.
    Raw,
}

impl Task {
    fn asks(&self) -> Ask {
        match self {
            Self::Extract { ask } | Self::Text { ask } => *ask,
            _ => Ask::Nothing,
        }
    }
}

/// The child's task and limits.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    pub(crate) fn to_words(&self) -> Vec<String> {
        let mut words = Vec::new();
        let mut option = |name: &str, value: Option<String>| {
            words.extend(value.map(|value| format!("--{name}={value}")));
        };
        option("memory", self.memory_bytes.map(|n| n.to_string()));
        option("cpu", self.cpu_seconds.map(|n| n.to_string()));
        option("pages-max", Some(self.pages_max.to_string()));
        option("parent", self.parent.map(|n| n.to_string()));
        match &self.task {
            Task::Extract { .. } => {}
            Task::Probe => words.push("--probe".to_owned()),
            Task::Picture { page } => words.push(format!("--picture={page}")),
            Task::Photo { page } => words.push(format!("--photo={page}")),
            Task::Text { .. } => words.push("--text".to_owned()),
            Task::Raw => words.push("--raw".to_owned()),
            Task::Run { command } => {
                words.push("--run".to_owned());
                words.extend(command.iter().cloned());
            }
        }
        match self.task.asks() {
            Ask::Nothing => {}
            Ask::Illegible => words.push("--recognise".to_owned()),
            Ask::All => words.push("--recognise=all".to_owned()),
        }
        words
    }

    /// Reads the words of a command line; an answer of `Err` says which one is wrong.
    pub(crate) fn parse(words: &[String]) -> Result<Self, String> {
        let mut args = Self {
            task: Task::Extract { ask: Ask::Nothing },
            memory_bytes: None,
            cpu_seconds: None,
            pages_max: u32::MAX,
            parent: None,
        };
        let mut asks = Ask::Nothing;
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.split_once('=').unwrap_or((word, "")) {
                ("--recognise", "") => asks = Ask::Illegible,
                ("--recognise", "all") => asks = Ask::All,
                ("--probe", "") => args.task = Task::Probe,
                ("--text", "") => args.task = Task::Text { ask: Ask::Nothing },
                ("--raw", "") => args.task = Task::Raw,
                ("--picture", value) => {
                    let page = number(word, value)?;
                    args.task = Task::Picture { page };
                }
                ("--photo", value) => {
                    let page = number(word, value)?;
                    args.task = Task::Photo { page };
                }
                ("--run", "") => {
                    let command = words.by_ref().cloned().collect();
                    args.task = Task::Run { command };
                }
                ("--memory", value) => args.memory_bytes = Some(number(word, value)?),
                ("--cpu", value) => args.cpu_seconds = Some(number(word, value)?),
                ("--pages-max", value) => args.pages_max = number(word, value)?,
                ("--parent", value) => args.parent = Some(number(word, value)?),
                _ => return Err(format!("{word} is no argument of extract")),
            }
        }
        if let Task::Extract { ask } | Task::Text { ask } = &mut args.task {
            *ask = asks;
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
        let command = ["/usr/bin/tesseract", "--dpi", "300"].map(str::to_owned);
        for task in [
            Task::Probe,
            Task::Raw,
            Task::Text { ask: Ask::Nothing },
            Task::Text {
                ask: Ask::Illegible,
            },
            Task::Extract { ask: Ask::Nothing },
            Task::Extract {
                ask: Ask::Illegible,
            },
            Task::Extract { ask: Ask::All },
            Task::Picture { page: 7 },
            Task::Photo { page: 7 },
            Task::Run {
                command: command.to_vec(),
            },
        ] {
            let args = Args {
                task,
                memory_bytes: Some(1 << 29),
                cpu_seconds: Some(60),
                pages_max: 2_000,
                parent: Some(17),
            };
            assert_eq!(Args::parse(&args.to_words()), Ok(args));
        }
    }

    #[test]
    fn a_wrong_word_is_named() {
        let words = |word: &str| vec![word.to_owned()];
        for word in ["--frobnicate", "--cpu=soon", "--picture="] {
            assert!(Args::parse(&words(word)).is_err_and(|e| e.contains(word)));
        }
    }
}
