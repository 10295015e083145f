//! What a large upload costs the server in memory.

use std::{
    fs::File,
    io::{self, BufWriter, Read as _, Write},
    path::Path,
    time::Instant,
};

use anyhow::{Result, anyhow};
use tempfile::tempdir;

use super::{
    Programs,
    proc::Memory,
    report::{Promise, Report},
    server::Server,
};

/// The upload, in bytes.
const SIZE: u64 = 100 * 1024 * 1024;

/// What it may add to the server's memory, in MiB.
const LIMIT: Promise = Promise::AtMost(40.0);

/// Uploads one large file and watches.
pub fn measure(programs: &Programs) -> Result<Report> {
    let mut report = Report::new(
        "A PDF of 100 MiB, one page and a stream that nothing refers to, uploaded to a server \
         that has shown its first page: the most that the server process held until the answer, \
         and until the job's end, above what it held before.",
    );
    let folder = tempdir()?;
    let file = folder.path().join("large.pdf");
    write_pdf(&file)?;
    let settings = [("SAMPLE_COURSE", "false")];
    let server = Server::start(&programs.ultudy, folder.path(), &settings)?;
    let course = server.api.course()?;
    server.api.visit("/")?;
    let before = Memory::of(server.pid())?.now;
    Memory::forget_most(server.pid())?;

    let begun = Instant::now();
    let upload = server.api.upload(&file, &course)?;
    let seconds = begun.elapsed().as_secs_f64();
    let answered = Memory::of(server.pid())?.most - before;
    let upload = upload.map_err(|refusal| anyhow!("refused: {refusal}"))?;
    let job = server.api.ended(&upload.job)?;
    let ended = Memory::of(server.pid())?.most - before;

    println!("the job: {} {}", job["status"], job["error"]);
    report.value("before the upload", before, "MiB");
    report.promised("added until the answer", answered, "MiB", LIMIT);
    report.promised("added until the job's end", ended, "MiB", LIMIT);
    report.value("answered after", seconds, "s");
    Ok(report)
}

/// A PDF of one page, padded to size.
fn write_pdf(path: &Path) -> io::Result<()> {
    let page = "BT /F1 24 Tf 72 700 Td (A course is a set of lessons.) Tj ET";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut pdf = Pdf {
        file: BufWriter::new(File::create(path)?),
        written: 0,
        offsets: Vec::new(),
    };
    pdf.write(b"%PDF-1.7\n")?;
    for object in &objects {
        pdf.object(object)?;
    }
    pdf.padding()?;
    pdf.end()
}

/// A PDF being written, with the places of its objects.
struct Pdf {
    file: BufWriter<File>,
    written: u64,
    offsets: Vec<u64>,
}

impl Pdf {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.written += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    fn begin(&mut self) -> io::Result<()> {
        self.offsets.push(self.written);
        self.write(format!("{} 0 obj\n", self.offsets.len()).as_bytes())
    }

    fn object(&mut self, body: &str) -> io::Result<()> {
        self.begin()?;
        self.write(body.as_bytes())?;
        self.write(b"\nendobj\n")
    }

    /// A stream that nothing refers to and nothing packs.
    fn padding(&mut self) -> io::Result<()> {
        self.begin()?;
        self.write(format!("<< /Length {SIZE} >>\nstream\n").as_bytes())?;
        let noise = File::open("/dev/urandom")?;
        self.written += io::copy(&mut noise.take(SIZE), &mut self.file)?;
        self.write(b"\nendstream\nendobj\n")
    }

    fn end(mut self) -> io::Result<()> {
        let count = self.offsets.len() + 1;
        let start = self.written;
        let mut table = format!("xref\n0 {count}\n0000000000 65535 f \n");
        for offset in &self.offsets {
            table += &format!("{offset:010} 00000 n \n");
        }
        self.write(table.as_bytes())?;
        let trailer = format!("trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{start}\n");
        self.write(trailer.as_bytes())?;
        self.write(b"%%EOF\n")?;
        self.file.flush()
    }
}
