//! What a transfer carries: every table, each after those it refers to. A test holds it
//! against the schemas of both databases.

/// A table that is carried over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its key, as its rows are ordered; of rows with an owner, without the owner.
    pub(crate) key: &'static [&'static str],
    /// Whose rows they are.
    pub(crate) of: Of,
}

/// Whose a table's rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// An owner's, who may have nothing else.
    Root,
    /// An owner's; each hangs on a row of a [`Of::Root`] table.
    Owner,
    /// Nobody's: reached by this condition through the rows of the owner `$1`, and shared.
    Nobody { reached: &'static str },
    /// An owner's, and numbered by the database as they arrive: the numbers are given anew, in
    /// the same order. The inverted index `chunk_terms` goes with them.
    Chunks,
}

/// Every table whose rows are carried over, in the order in which they can be stored.
pub const TABLES: &[Table] = &[
    root("users", &[]),
    owned("auth_sessions", &["id"]),
    owned("api_tokens", &["id"]),
    root("one_time_links", &["token_hash"]),
    root("preferences", &[]),
    root("courses", &["id"]),
    nobodys(
        "blobs",
        &["sha256"],
        "sha256 IN (SELECT sha256 FROM documents WHERE owner_id = $1
            UNION SELECT sha256 FROM figures WHERE owner_id = $1)",
    ),
    root("documents", &["id"]),
    owned("figures", &["document_id", "number"]),
    owned("glossaries", &["document_id"]),
    owned("sections", &["id"]),
    nobodys(
        "generations",
        &["key"],
        "key IN (SELECT generation_key FROM lessons WHERE owner_id = $1)",
    ),
    owned("lessons", &["id"]),
    owned("concepts", &["id"]),
    owned("check_ins", &["id"]),
    owned("answers", &["id"]),
    root("study_sessions", &["id"]),
    root("jobs", &["id"]),
    owned("document_index", &["document_id"]),
    root("llm_calls", &["id"]),
    root("llm_usage", &["day", "provider", "model", "task"]),
    Table {
        name: "chunks",
        key: &["number"],
        of: Of::Chunks,
    },
];

/// Tables that are not carried over, and why.
pub const LEFT_BEHIND: &[(&str, &str)] = &[
    ("schema_migrations", "the destination has its own"),
    ("transfers", "the destination has its own"),
    ("workers", "processes on the source's database"),
    ("outdated_lessons", "the destination has its own cache"),
    (
        "llm_budgets",
        "begun anew with what was spent, which is carried over",
    ),
    (
        "llm_reservations",
        "calls of processes on the source's database",
    ),
    (
        "page_readings",
        "of no document any more: what was read of those that are stored is in their sections",
    ),
    (
        "llm_batches",
        "asked for by processes on the source's database; who waits for one asks anew",
    ),
    ("llm_batch_items", "the same"),
    (
        "chunk_terms",
        "made anew from the chunks: the two databases keep it differently, and SQLite's \
         cannot be read back",
    ),
    (
        "document_embeddings",
        "made anew from the chunks, whose numbers are others: housekeeping embeds them",
    ),
    ("chunk_vectors", "the same"),
];

const fn root(name: &'static str, key: &'static [&'static str]) -> Table {
    Table {
        name,
        key,
        of: Of::Root,
    }
}

const fn owned(name: &'static str, key: &'static [&'static str]) -> Table {
    Table {
        name,
        key,
        of: Of::Owner,
    }
}

const fn nobodys(name: &'static str, key: &'static [&'static str], reached: &'static str) -> Table {
    Table {
        name,
        key,
        of: Of::Nobody { reached },
    }
}

impl Table {
    /// The columns of its key, without the owner.
    #[must_use]
    pub fn key(&self) -> &'static [&'static str] {
        self.key
    }

    /// Whether its owner may have nothing else.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.of == Of::Root
    }

    /// Which rows are reached through the owner `$1`.
    pub(crate) fn condition(&self) -> &'static str {
        match self.of {
            Of::Nobody { reached } => reached,
            Of::Root | Of::Owner | Of::Chunks => "owner_id = $1",
        }
    }

    /// Whether its rows are shared by owners.
    pub(crate) fn is_nobodys(&self) -> bool {
        matches!(self.of, Of::Nobody { .. })
    }

    /// The column that the destination fills itself, if there is one.
    pub(crate) fn numbered_anew(&self) -> Option<&'static str> {
        (self.of == Of::Chunks).then_some("number")
    }
}
