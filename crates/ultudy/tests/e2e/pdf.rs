//! Small PDFs, written by hand, good and bad.

use std::io::Write;

/// Objects of a PDF; the first must be the catalogue.
pub struct Pdf {
    objects: Vec<Vec<u8>>,
    trailer: String,
}

impl Pdf {
    /// A document of one page a text, each text's lines one below the other.
    pub fn with_pages(texts: &[&str]) -> Self {
        let mut pdf = Self {
            objects: Vec::new(),
            trailer: String::new(),
        };
        let kids: Vec<String> = (0..texts.len())
            .map(|page| format!("{} 0 R", 4 + 2 * page))
            .collect();
        pdf.object("<< /Type /Catalog /Pages 2 0 R >>");
        pdf.object(&format!(
            "<< /Type /Pages /Count {} /Kids [{}] >>",
            texts.len(),
            kids.join(" ")
        ));
        pdf.object(
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        );
        for (index, text) in texts.iter().enumerate() {
            pdf.object(&format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {} 0 R \
                 /Resources << /Font << /F1 3 0 R >> >> >>",
                5 + 2 * index
            ));
            pdf.stream("", show(text).as_bytes());
        }
        pdf
    }

    /// One page with so many words, each at a place of its own. (The PDF library by itself
    /// stops at streams that inflate a hundredfold.)
    pub fn crowded(words: u32) -> Self {
        let mut pdf = Self::with_pages(&["x"]);
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder
            .write_all(b"BT /F1 9 Tf\n")
            .expect("writing to memory");
        for word in 0..words {
            let place = word.wrapping_mul(2_654_435_761);
            let (x, y) = (place % 600, place / 600 % 780);
            writeln!(encoder, "1 0 0 1 {x} {y} Tm (w{place}) Tj").expect("writing to memory");
        }
        encoder.write_all(b"ET").expect("writing to memory");
        let packed = encoder.finish().expect("writing to memory");
        pdf.objects.truncate(4);
        pdf.stream("/Filter /FlateDecode", &packed);
        pdf
    }

    /// The same document with a picture of `pixels` by `pixels` at the foot of its first page,
    /// a caption below it.
    pub fn with_picture(mut self, pixels: usize, caption: &str) -> Self {
        // Noise, as a photograph is.
        let noise = (0..pixels * pixels * 3).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8);
        let image = format!(
            "/Type /XObject /Subtype /Image /Width {pixels} /Height {pixels} \
             /ColorSpace /DeviceRGB /BitsPerComponent 8"
        );
        let (page, content) = (3, 4);
        let show = String::from_utf8_lossy(&self.objects[content]).into_owned();
        let operators = show.split_once("stream\n").map_or("", |(_, rest)| rest);
        let operators = operators.trim_end_matches("\nendstream");
        let drawn = format!(
            "{operators}\nq 110 0 0 85 72 82 cm /I Do Q\n\
             BT /F1 11 Tf 72 66 Td ({caption}) Tj ET"
        );
        self.stream(&image, &noise.collect::<Vec<u8>>());
        let number = self.objects.len();
        self.stream("", drawn.as_bytes());
        let redrawn = self.objects.pop().unwrap_or_default();
        self.objects[content] = redrawn;
        let described = String::from_utf8_lossy(&self.objects[page]).replace(
            "/Font <<",
            &format!("/XObject << /I {number} 0 R >> /Font <<"),
        );
        self.objects[page] = described.into_bytes();
        self
    }

    /// A scan: a page of 300 pixels to an inch for each of these grey pictures of one width.
    pub fn scanned(width: usize, pictures: &[Vec<u8>]) -> Self {
        let mut pdf = Self::with_pages(&[]);
        let first = pdf.objects.len() + 1;
        let kids: Vec<String> = (0..pictures.len())
            .map(|page| format!("{} 0 R", first + 3 * page))
            .collect();
        let kids = kids.join(" ");
        let count = pictures.len();
        pdf.objects[1] = format!("<< /Type /Pages /Count {count} /Kids [{kids}] >>").into_bytes();
        for (page, picture) in pictures.iter().enumerate() {
            let number = first + 3 * page;
            let height = picture.len() / width;
            let (across, down) = (width * 72 / 300, height * 72 / 300);
            pdf.object(&format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {across} {down}] /Contents {} 0 R \
                 /Resources << /XObject << /I {} 0 R >> >> >>",
                number + 1,
                number + 2
            ));
            pdf.stream(
                "",
                format!("q {across} 0 0 {down} 0 0 cm /I Do Q").as_bytes(),
            );
            let mut encoder =
                flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(picture).expect("writing to memory");
            let packed = encoder.finish().expect("writing to memory");
            let image = format!(
                "/Type /XObject /Subtype /Image /Width {width} /Height {height} \
                 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode"
            );
            pdf.stream(&image, &packed);
        }
        pdf
    }

    /// The same document, saying that it needs a password nobody knows.
    pub fn encrypted(mut self) -> Self {
        let key = "5a".repeat(32);
        self.object(&format!(
            "<< /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O <{key}> /U <{key}> >>"
        ));
        let id = "0123456789abcdef0123456789abcdef";
        self.trailer = format!("/Encrypt {} 0 R /ID [<{id}> <{id}>]", self.objects.len());
        self
    }

    fn object(&mut self, body: &str) {
        self.objects.push(body.as_bytes().to_vec());
    }

    fn stream(&mut self, dictionary: &str, body: &[u8]) {
        let mut object =
            format!("<< /Length {} {dictionary} >>\nstream\n", body.len()).into_bytes();
        object.extend_from_slice(body);
        object.extend_from_slice(b"\nendstream");
        self.objects.push(object);
    }

    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut file = b"%PDF-1.7\n".to_vec();
        let mut offsets = Vec::new();
        for (number, object) in (1..).zip(&self.objects) {
            offsets.push(file.len());
            file.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
            file.extend_from_slice(object);
            file.extend_from_slice(b"\nendobj\n");
        }
        let xref = file.len();
        let size = self.objects.len() + 1;
        file.extend_from_slice(format!("xref\n0 {size}\n0000000000 65535 f \n").as_bytes());
        for offset in offsets {
            file.extend_from_slice(format!("{offset:010} 00000 n \n").as_bytes());
        }
        let trailer = &self.trailer;
        let end = format!(
            "trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{xref}\n%%EOF\n"
        );
        file.extend_from_slice(end.as_bytes());
        file
    }
}

fn show(text: &str) -> String {
    let mut content = String::from("BT /F1 11 Tf 72 720 Td 14 TL\n");
    for line in text.lines() {
        let escaped = line
            .replace('\\', r"\\")
            .replace('(', r"\(")
            .replace(')', r"\)");
        content.push_str(&format!("({escaped}) Tj T*\n"));
    }
    content + "ET"
}

/// Three pages with definitions enough for a lesson.
pub fn biology() -> Vec<u8> {
    cells().bytes()
}

/// The same with a picture on its first page.
pub fn illustrated() -> Vec<u8> {
    cells().with_picture(120, "Figure 1: A plant cell").bytes()
}

fn cells() -> Pdf {
    Pdf::with_pages(&[
        "Cells and energy\n\nA cell is the smallest unit of life. A mitochondrion is an organelle that releases\n\
         energy from sugar. A chloroplast is an organelle that captures the energy of light.\n\
         Every plant cell has both organelles. Animal cells have no chloroplasts at all.",
        "Respiration is called the process that releases energy from sugar with oxygen.\n\
         Fermentation is called the process that releases energy without oxygen.\n\
         Photosynthesis is the process that stores the energy of light in sugar.\n\
         The products of respiration are water and carbon dioxide, which leave the cell.",
        "An enzyme is a protein that speeds up a reaction in the cell. A substrate is the substance\n\
         on which an enzyme acts. Enzymes are not used up by the reaction, and so a cell\n\
         needs only a little of each enzyme. A catalyst is anything that speeds up a reaction.",
    ])
}
