//! What the examples share: a document's sections, as the extractor's child reads them.

use std::error::Error;
use std::fs::File;
use std::process::{Command, Stdio};

use ultudy_llm::LessonPart;

/// Runs `PROGRAM extract` on a file and answers its sections.
///
/// # Errors
/// The program cannot be started, or says something that is no JSON.
pub fn sections(program: &str, file: &str) -> Result<Vec<LessonPart>, Box<dyn Error>> {
    let output = Command::new(program)
        .arg("extract")
        .stdin(File::open(file)?)
        .stderr(Stdio::inherit())
        .output()?;
    let mut parts = Vec::new();
    for line in String::from_utf8(output.stdout)?.lines() {
        let said: serde_json::Value = serde_json::from_str(line)?;
        if said["say"] == "section" {
            let page = |name: &str| said[name].as_u64().and_then(|page| page.try_into().ok());
            parts.push(LessonPart {
                name: said["name"].as_str().unwrap_or_default().to_owned(),
                page_start: page("page_start").unwrap_or(1),
                page_end: page("page_end").unwrap_or(u32::MAX),
                markdown: said["markdown"].as_str().unwrap_or_default().to_owned(),
            });
        }
    }
    Ok(parts)
}
