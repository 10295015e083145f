//! Which page an object is.

use std::collections::{HashMap, HashSet};

use pdf_oxide::object::{Object, ObjectRef};

use super::Pdf;

/// Nesting of page trees followed; writers use three or four.
const DEPTH_MAX: usize = 32;

/// Pages by their object, by index from 0. Loops and broken branches end there.
pub(super) fn indices(pdf: &Pdf) -> HashMap<ObjectRef, u32> {
    let mut walk = Walk {
        pdf,
        seen: HashSet::new(),
        pages: HashMap::new(),
    };
    let root = pdf
        .catalog()
        .and_then(|catalog| catalog.as_dict()?.get("Pages")?.as_reference());
    if let Some(root) = root {
        walk.visit(root, 0);
    }
    walk.pages
}

struct Walk<'a> {
    pdf: &'a Pdf,
    seen: HashSet<ObjectRef>,
    pages: HashMap<ObjectRef, u32>,
}

impl Walk<'_> {
    fn visit(&mut self, node: ObjectRef, depth: usize) {
        if depth > DEPTH_MAX || !self.seen.insert(node) {
            return;
        }
        let Some(object) = self.pdf.resolve(&Object::Reference(node)) else {
            return;
        };
        let kids = object
            .as_dict()
            .and_then(|dict| self.pdf.resolve(dict.get("Kids")?));
        match kids.as_ref().and_then(Object::as_array) {
            Some(kids) => {
                for kid in kids.iter().filter_map(Object::as_reference) {
                    self.visit(kid, depth + 1);
                }
            }
            None => {
                let index = u32::try_from(self.pages.len()).unwrap_or(u32::MAX);
                self.pages.insert(node, index);
            }
        }
    }
}
