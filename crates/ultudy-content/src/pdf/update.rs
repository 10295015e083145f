//! Updates appended to a file's bytes before it is opened again, which say some of its
//! objects anew (ISO 32000-1 §7.5.6).

use std::collections::{BTreeMap, HashMap};

use pdf_oxide::{
    object::{Object, ObjectRef},
    writer::ObjectSerializer,
};

use super::Pdf;

/// Bytes at a file's end that tell where its table is.
const ENDING: usize = 2 << 10;

/// A PDF dictionary.
pub(super) type Dict = HashMap<String, Object>;

/// What must be known of a file to append to it.
#[derive(Debug, Clone)]
pub(crate) struct FileEnd {
    length: usize,
    ending: Vec<u8>,
}

impl FileEnd {
    /// That of a file of these bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let ending = bytes.get(bytes.len().saturating_sub(ENDING)..);
        Self {
            length: bytes.len(),
            ending: ending.unwrap_or_default().to_vec(),
        }
    }

    /// Where the file says that its table is.
    fn table_offset(&self) -> Option<i64> {
        let ending = String::from_utf8_lossy(&self.ending);
        let (_, offset) = ending.rsplit_once("startxref")?;
        offset.split_whitespace().next()?.parse().ok()
    }
}

/// Objects said anew.
#[derive(Debug, Default)]
pub(super) struct Update(BTreeMap<(u32, u16), Object>);

impl Update {
    /// Says what the object with this reference is.
    pub(super) fn set(&mut self, reference: ObjectRef, object: Dict) {
        let key = (reference.id, reference.r#gen);
        self.0.insert(key, Object::Dictionary(object));
    }

    /// The objects, their table and a trailer that leads back to the file's own table:
    /// what to append to the file. `None` where there is nothing to say, and of an
    /// encrypted file.
    pub(super) fn written(&self, pdf: &Pdf, file: &FileEnd) -> Option<Vec<u8>> {
        if self.0.is_empty() || pdf.document.is_encrypted() {
            return None;
        }
        let trailer = pdf.document.trailer().as_dict()?;
        let mut update = b"\n".to_vec();
        let mut table = String::from("xref\n");
        for ((id, generation), object) in &self.0 {
            let offset = file.length + update.len();
            update.extend(ObjectSerializer::new().serialize_indirect(*id, *generation, object));
            update.push(b'\n');
            table.push_str(&format!("{id} 1\n{offset:010} {generation:05} n \n"));
        }
        let start = file.length + update.len();
        let mut entries: Dict = trailer
            .iter()
            .filter(|(key, _)| matches!(key.as_str(), "Root" | "Info" | "ID" | "Size"))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        entries.insert("Prev".to_owned(), Object::Integer(file.table_offset()?));
        update.extend(table.as_bytes());
        update.extend(b"trailer\n");
        update.extend(ObjectSerializer::new().serialize(&Object::Dictionary(entries)));
        update.extend(format!("\nstartxref\n{start}\n%%EOF\n").as_bytes());
        Some(update)
    }
}
