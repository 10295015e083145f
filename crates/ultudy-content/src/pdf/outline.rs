//! The outline (bookmarks), flattened in its own order.

use std::collections::{HashMap, HashSet};

use pdf_oxide::{
    object::{Object, ObjectRef},
    optional_content::decode_pdf_text_string,
};

use super::{Pdf, destination::Destinations, page_tree, text};

/// Nesting of entries followed.
const LEVEL_MAX: u8 = 12;

/// Most entries read; a book's index as bookmarks would have fewer.
const ENTRIES_MAX: usize = 20_000;

/// An entry that leads to a page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OutlineEntry {
    /// As the outline prints it.
    pub(crate) title: String,
    /// Depth, from 1.
    pub(crate) level: u8,
    /// Page index, from 0.
    pub(crate) page: u32,
    /// Height on the page in points, from its bottom, if the entry gives one.
    pub(crate) top: Option<f32>,
}

/// Reads it. An entry that loops back, has no title or leads nowhere is left out; its
/// children are not.
pub(super) fn read(pdf: &Pdf) -> Vec<OutlineEntry> {
    let root = pdf
        .catalog()
        .and_then(|catalog| pdf.resolve(catalog.as_dict()?.get("Outlines")?));
    let first = root
        .as_ref()
        .and_then(|root| link(root.as_dict()?, "First"));
    let Some(first) = first else {
        return Vec::new();
    };
    let mut walk = Walk {
        destinations: Destinations::new(pdf, page_tree::indices(pdf)),
        pdf,
        seen: HashSet::new(),
        entries: Vec::new(),
    };
    walk.siblings(first, 1);
    walk.entries
}

fn link(dict: &HashMap<String, Object>, key: &str) -> Option<ObjectRef> {
    dict.get(key)?.as_reference()
}

struct Walk<'a> {
    pdf: &'a Pdf,
    destinations: Destinations<'a>,
    seen: HashSet<ObjectRef>,
    entries: Vec<OutlineEntry>,
}

impl Walk<'_> {
    fn siblings(&mut self, first: ObjectRef, level: u8) {
        let mut next = Some(first);
        while let Some(item) = next {
            if self.entries.len() >= ENTRIES_MAX || !self.seen.insert(item) {
                return;
            }
            let Some(object) = self.pdf.resolve(&Object::Reference(item)) else {
                return;
            };
            let Some(dict) = object.as_dict() else {
                return;
            };
            self.entries.extend(self.entry(dict, level));
            if let Some(child) = link(dict, "First").filter(|_| level < LEVEL_MAX) {
                self.siblings(child, level + 1);
            }
            next = link(dict, "Next");
        }
    }

    fn entry(&self, item: &HashMap<String, Object>, level: u8) -> Option<OutlineEntry> {
        let title = self.pdf.resolve(item.get("Title")?)?;
        let title = text::one_line(&decode_pdf_text_string(title.as_string()?));
        let destination = self.destinations.of_item(item)?;
        (!title.is_empty()).then_some(OutlineEntry {
            title,
            level,
            page: destination.page,
            top: destination.top,
        })
    }
}
