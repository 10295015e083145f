//! How documents are read.

use std::time::Duration;

use ultudy_content::{ExtractLimits, Recogniser, RecognitionLimits};

use super::{ConfigError, Settings};

pub(super) fn extract_limits(settings: &Settings) -> Result<ExtractLimits, ConfigError> {
    let pages = settings.positive("PDF_MAX_PAGES")?;
    Ok(ExtractLimits {
        memory_bytes: settings.positive("PDF_MEMORY_MB")?.saturating_mul(1 << 20),
        cpu: Duration::from_secs(settings.positive("PDF_CPU_SECONDS")?),
        pages_max: u32::try_from(pages)
            .map_err(|_| settings.error("PDF_MAX_PAGES", "is too large"))?,
        ..ExtractLimits::default()
    })
}

pub(super) fn recogniser(settings: &Settings) -> Result<Option<Recogniser>, ConfigError> {
    let program = match settings.text("OCR").as_str() {
        "auto" => Recogniser::find_program(),
        "off" => None,
        _ => return Err(settings.error("OCR", "must be auto or off")),
    };
    let languages = settings.list("OCR_LANGUAGES");
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '/';
    // They are words of a command line.
    if !languages.iter().all(|name| name.chars().all(plain)) {
        return Err(settings.error("OCR_LANGUAGES", "must be names such as eng,deu"));
    }
    let limits = RecognitionLimits::default();
    Ok(program.map(|program| Recogniser::new(program, languages, limits)))
}
