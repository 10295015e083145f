//! How documents are read.

use std::time::Duration;

use ultudy_content::{ExtractLimits, Recogniser, RecognitionLimits};

use super::{ConfigError, LlmConfig, Settings};

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

/// Which pages a language model reads from their pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisionConfig {
    /// All of them; else those whose text cannot be read without.
    pub reads_all: bool,
    /// Most of a document's.
    pub pages_max: u32,
}

/// None if no model reads any.
pub(super) fn vision(
    settings: &Settings,
    llm: Option<&LlmConfig>,
) -> Result<Option<VisionConfig>, ConfigError> {
    let pages_max = u32::try_from(settings.positive("PDF_VISION_PAGES_MAX")?)
        .map_err(|_| settings.error("PDF_VISION_PAGES_MAX", "is too large"))?;
    let name = "PDF_UPLOAD_STRATEGY";
    let reads_all = match settings.text(name).as_str() {
        "text" => return Ok(None),
        "auto" => false,
        "vision" if llm.is_none() => {
            let reason = "needs a model that looks at pictures: set LLM_PROVIDER, or auto or text";
            return Err(settings.error(name, reason));
        }
        "vision" => true,
        _ => return Err(settings.error(name, "must be auto, vision or text")),
    };
    Ok(llm.map(|_| VisionConfig {
        reads_all,
        pages_max,
    }))
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;

    #[test]
    fn a_model_reads_what_cannot_be_read_without_unless_it_is_told_otherwise() {
        let model = [
            ("LLM_PROVIDER", "openai"),
            ("OPENAI_API_KEY", "sk"),
            ("LLM_MODEL", "m"),
        ];
        let with = |strategy| {
            let set = [&model[..], &[("PDF_UPLOAD_STRATEGY", strategy)]].concat();
            read(&set).unwrap().vision.map(|vision| vision.reads_all)
        };
        assert_eq!(
            read(&model).unwrap().vision.map(|it| it.pages_max),
            Some(200)
        );
        assert_eq!(with("auto"), Some(false));
        assert_eq!(with("vision"), Some(true));
        assert_eq!(with("text"), None);
        for strategy in ["auto", "text"] {
            let without = read(&[("PDF_UPLOAD_STRATEGY", strategy)]).unwrap();
            assert_eq!(without.vision, None);
        }
        for (set, reason) in [
            (("PDF_UPLOAD_STRATEGY", "vision"), "set LLM_PROVIDER"),
            (
                ("PDF_UPLOAD_STRATEGY", "ocr"),
                "must be auto, vision or text",
            ),
            (("PDF_VISION_PAGES_MAX", "0"), "at least 1"),
        ] {
            let refused = read(&[set]).unwrap_err().to_string();
            assert!(
                refused.starts_with(set.0) && refused.contains(reason),
                "{refused}"
            );
        }
    }
}
