//! Where an outline entry leads: a page, and often a height on it.

use std::collections::HashMap;

use pdf_oxide::object::{Object, ObjectRef};

use super::Pdf;

/// Nesting of name trees followed.
const DEPTH_MAX: usize = 32;

/// A place in the document.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Destination {
    /// Page index, from 0.
    pub(super) page: u32,
    /// Height of the view's upper edge in points, if the entry gives one.
    pub(super) top: Option<f32>,
}

/// Finds destinations of one document.
pub(super) struct Destinations<'a> {
    pdf: &'a Pdf,
    pages: HashMap<ObjectRef, u32>,
    catalog: Option<Object>,
}

impl<'a> Destinations<'a> {
    pub(super) fn new(pdf: &'a Pdf, pages: HashMap<ObjectRef, u32>) -> Self {
        let catalog = pdf.catalog();
        Self {
            pdf,
            pages,
            catalog,
        }
    }

    /// Where an outline item leads: its own destination, or its action's.
    pub(super) fn of_item(&self, item: &HashMap<String, Object>) -> Option<Destination> {
        if let Some(target) = item.get("Dest") {
            return self.of_target(target, 0);
        }
        let action = self.pdf.resolve(item.get("A")?)?;
        self.of_target(action.as_dict()?.get("D")?, 0)
    }

    /// A destination is an array, a dictionary around one, or the name of one.
    fn of_target(&self, target: &Object, depth: usize) -> Option<Destination> {
        if depth > DEPTH_MAX {
            return None;
        }
        match target {
            Object::Array(parts) => self.of_array(parts),
            Object::Dictionary(dict) => self.of_target(dict.get("D")?, depth + 1),
            Object::Reference(_) => self.of_target(&self.pdf.resolve(target)?, depth + 1),
            Object::String(name) => self.of_target(&self.named(name)?, depth + 1),
            Object::Name(name) => self.of_target(&self.named(name.as_bytes())?, depth + 1),
            _ => None,
        }
    }

    fn of_array(&self, parts: &[Object]) -> Option<Destination> {
        let page = match parts.first()? {
            Object::Reference(page) => *self.pages.get(page)?,
            index => u32::try_from(index.as_integer()?).ok()?,
        };
        let top = match parts.get(1).and_then(Object::as_name) {
            Some("XYZ") => parts.get(3),
            Some("FitH" | "FitBH") => parts.get(2),
            Some("FitR") => parts.get(5),
            _ => None,
        };
        Some(Destination {
            page,
            top: top.and_then(number),
        })
    }

    /// Looks a name up in the old dictionary and in the name tree.
    fn named(&self, name: &[u8]) -> Option<Object> {
        let catalog = self.catalog.as_ref()?.as_dict()?;
        let plain = || {
            let dests = self.pdf.resolve(catalog.get("Dests")?)?;
            let key = std::str::from_utf8(name).ok()?;
            self.pdf.resolve(dests.as_dict()?.get(key)?)
        };
        let in_tree = || {
            let names = self.pdf.resolve(catalog.get("Names")?)?;
            self.search(names.as_dict()?.get("Dests")?, name, 0)
        };
        plain().or_else(in_tree)
    }

    fn search(&self, node: &Object, name: &[u8], depth: usize) -> Option<Object> {
        if depth > DEPTH_MAX {
            return None;
        }
        let node = self.pdf.resolve(node)?;
        let dict = node.as_dict()?;
        if !self.may_hold(dict, name) {
            return None;
        }
        if let Some(names) = dict.get("Names").and_then(|names| self.pdf.resolve(names)) {
            let (pairs, _) = names.as_array()?.as_chunks::<2>();
            return pairs
                .iter()
                .find(|[key, _]| key.as_string() == Some(name))
                .and_then(|[_, value]| self.pdf.resolve(value));
        }
        let kids = self.pdf.resolve(dict.get("Kids")?)?;
        kids.as_array()?
            .iter()
            .find_map(|kid| self.search(kid, name, depth + 1))
    }

    /// Whether the name is within the node's limits; a node without limits may hold any.
    fn may_hold(&self, node: &HashMap<String, Object>, name: &[u8]) -> bool {
        let limits = node
            .get("Limits")
            .and_then(|limits| self.pdf.resolve(limits));
        match limits
            .as_ref()
            .and_then(|limits| limits.as_array())
            .map(Vec::as_slice)
        {
            Some([low, high]) => match (low.as_string(), high.as_string()) {
                (Some(low), Some(high)) => low <= name && name <= high,
                _ => true,
            },
            _ => true,
        }
    }
}

fn number(object: &Object) -> Option<f32> {
    object
        .as_real()
        .or_else(|| object.as_integer().map(|n| n as f64))
        .map(|n| n as f32)
}
