//! A figure: a picture of a document, shown where the page has it.

use serde::{Deserialize, Serialize};

/// Most figures kept of one document.
pub const FIGURES_MAX: usize = 200;

/// Most bytes of all figures of one document.
pub const FIGURE_BYTES_MAX: usize = 32 << 20;

/// A figure as the child process found it. The sections' Markdown refers to it as an image
/// with the address [`address`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ExtractedFigure {
    /// Place among the document's figures, from 1.
    pub number: u32,
    /// Page, from 1.
    pub page: u32,
    /// `image/png` or `image/jpeg`.
    pub media_type: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// What the page prints below or above it, if it does.
    pub caption: Option<String>,
    /// The file of this media type.
    #[serde(skip)]
    pub data: Vec<u8>,
}

/// The address by which Markdown refers to a figure of its own document.
#[must_use]
pub fn address(number: u32) -> String {
    format!("figure:{number}")
}

/// The figure that an address means, if it is an [`address`].
#[must_use]
pub fn parse_address(address: &str) -> Option<u32> {
    address.strip_prefix("figure:")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_to_its_figure() {
        assert_eq!(parse_address(&address(7)), Some(7));
        assert_eq!(parse_address("https://example.org/7"), None);
    }
}
