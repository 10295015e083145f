//! Sections of the original.

use sha2::{Digest as _, Sha256};
use ultudy_domain::field::NAME_MAX;
use ultudy_store::sections::NewSection;

use super::{
    Importer,
    documents::{Bundle, SECTIONS, There},
    study::cut,
};

impl Importer<'_> {
    /// A document's sections as they are stored here, in order; those whose id is taken are told.
    pub(super) fn checked_sections(
        &mut self,
        bundle: &Bundle,
        there: &mut There,
    ) -> Vec<NewSection> {
        let mut sections = Vec::new();
        let mut page = 1;
        for row in &bundle.sections {
            if !there.sections.insert(row.id) {
                self.report
                    .leave_out(SECTIONS, &row.id_text, "its id belongs to another section");
                continue;
            }
            let report = &mut self.report;
            let start = row.count("page_start").filter(|page| *page > 0);
            let page_start = start.unwrap_or(page);
            let end = row.count("page_end").filter(|page| *page >= page_start);
            let page_end = end.unwrap_or(page_start);
            if start.is_none() || end.is_none() {
                report.mend(
                    SECTIONS,
                    &row.id_text,
                    "its pages are not known, and guessed",
                );
            }
            page = page_end;
            let markdown = row.text("markdown_text").unwrap_or_default().to_owned();
            if markdown.is_empty() {
                report.mend(SECTIONS, &row.id_text, "it has no text");
            }
            let name = cut(report, SECTIONS, row, "name", NAME_MAX);
            sections.push(NewSection {
                id: row.id,
                section_number: i32::try_from(sections.len()).unwrap_or(i32::MAX - 1) + 1,
                name: name.unwrap_or_else(|| format!("Section {}", sections.len() + 1)),
                level: 1,
                description: row.text("description").map(str::to_owned),
                page_start,
                page_end,
                content_hash: hex::encode(Sha256::digest(markdown.as_bytes())),
                markdown,
            });
            report.table(SECTIONS).imported += 1;
        }
        sections
    }
}
