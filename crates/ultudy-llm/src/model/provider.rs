//! Whose models can be asked.

use super::wire::{Anthropic, Gemini, OpenAi, WireFormat};

/// A provider of language models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Provider {
    /// OpenAI.
    OpenAi,
    /// Google's Gemini API.
    Gemini,
    /// Anthropic.
    Anthropic,
    /// Any server that speaks OpenAI's chat completions: Ollama, vLLM, llama.cpp …
    Compatible,
}

impl Provider {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::OpenAi,
        Self::Gemini,
        Self::Anthropic,
        Self::Compatible,
    ];

    /// The name by which settings, logs and metrics call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Gemini => "gemini",
            Self::Anthropic => "anthropic",
            Self::Compatible => "compatible",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// The setting that holds its key.
    #[must_use]
    pub fn key_setting(self) -> &'static str {
        match self {
            Self::OpenAi => "OPENAI_API_KEY",
            Self::Gemini => "GEMINI_API_KEY",
            Self::Anthropic => "ANTHROPIC_API_KEY",
            Self::Compatible => "COMPATIBLE_API_KEY",
        }
    }

    /// The setting that says where it is.
    #[must_use]
    pub fn base_url_setting(self) -> &'static str {
        match self {
            Self::OpenAi => "OPENAI_BASE_URL",
            Self::Gemini => "GEMINI_BASE_URL",
            Self::Anthropic => "ANTHROPIC_BASE_URL",
            Self::Compatible => "COMPATIBLE_BASE_URL",
        }
    }

    /// The setting that says how often it may be called.
    #[must_use]
    pub fn requests_setting(self) -> &'static str {
        match self {
            Self::OpenAi => "OPENAI_REQUESTS_PER_MINUTE",
            Self::Gemini => "GEMINI_REQUESTS_PER_MINUTE",
            Self::Anthropic => "ANTHROPIC_REQUESTS_PER_MINUTE",
            Self::Compatible => "COMPATIBLE_REQUESTS_PER_MINUTE",
        }
    }

    /// The setting that says how many tokens it reads and writes a minute.
    #[must_use]
    pub fn tokens_setting(self) -> &'static str {
        match self {
            Self::OpenAi => "OPENAI_TOKENS_PER_MINUTE",
            Self::Gemini => "GEMINI_TOKENS_PER_MINUTE",
            Self::Anthropic => "ANTHROPIC_TOKENS_PER_MINUTE",
            Self::Compatible => "COMPATIBLE_TOKENS_PER_MINUTE",
        }
    }

    /// Whether it answers nobody without a key.
    #[must_use]
    pub fn needs_key(self) -> bool {
        self != Self::Compatible
    }

    pub(super) fn wire(self) -> &'static dyn WireFormat {
        match self {
            Self::OpenAi => &OpenAi::OWN,
            Self::Compatible => &OpenAi::COMPATIBLE,
            Self::Gemini => &Gemini,
            Self::Anthropic => &Anthropic,
        }
    }
}
