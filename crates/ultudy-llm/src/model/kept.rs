//! What is kept of a call's text while the model writes. Calls are many, each is some tens of kilobytes, and
//! hardly one is made again: packed it is a third of that.

use std::{
    io::{self, Read as _, Write as _},
    sync::Arc,
};

use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};

/// A text, packed. A clone is the same one.
#[derive(Clone)]
pub(super) struct Kept {
    packed: Arc<[u8]>,
    /// The text's.
    bytes: usize,
}

impl Kept {
    /// Packs it.
    pub(super) fn pack(text: &str) -> io::Result<Self> {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(text.as_bytes())?;
        Ok(Self {
            packed: packed.finish()?.into(),
            bytes: text.len(),
        })
    }

    /// How long the text is.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The text.
    pub(super) fn unpack(&self) -> io::Result<String> {
        let mut text = String::new();
        DeflateDecoder::new(&*self.packed).read_to_string(&mut text)?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_whole_in_less_than_half() {
        let lines =
            (0..1_000).map(|number| format!("Zelle {number} ist 細胞 der Größe {number}.\n"));
        let text: String = lines.collect();
        let kept = Kept::pack(&text).unwrap();
        assert_eq!(kept.unpack().unwrap(), text);
        assert_eq!(kept.bytes(), text.len());
        let packed = kept.packed.len();
        assert!(packed < text.len() / 2, "{packed}");
        assert_eq!(Kept::pack("").unwrap().unpack().unwrap(), "");
    }
}
