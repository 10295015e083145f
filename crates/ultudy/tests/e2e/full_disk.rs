//! A disk that is full under the database and the files.

use std::{fs, io::Write, os::unix::fs::PermissionsExt, path::PathBuf};

use reqwest::StatusCode;
use serde_json::json;
use tempfile::TempDir;

use crate::{
    api::{Api, text},
    pdf,
};

/// The program with its data on a small file system of its own, which goes with it.
struct SmallDisk {
    api: Api,
    ballast: PathBuf,
    _folder: TempDir,
}

impl SmallDisk {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (disk, program) = (folder.path().join("disk"), folder.path().join("ultudy"));
        fs::create_dir(&disk).expect("it is made");
        let (ultudy, disk) = (env!("CARGO_BIN_EXE_ultudy"), disk.display());
        let script = format!(
            "#!/bin/sh\nset -e\nmount -t tmpfs -o size=32m tmpfs '{disk}'\n\
             export DATA_DIR='{disk}/data'\nexec '{ultudy}' \"$@\"\n"
        );
        fs::write(folder.path().join("inside"), script).expect("it is written");
        let inside = folder.path().join("inside");
        let outside = format!(
            "#!/bin/sh\nexec unshare -rm '{}' \"$@\"\n",
            inside.display()
        );
        fs::write(&program, outside).expect("it is written");
        for script in [&inside, &program] {
            fs::set_permissions(script, fs::Permissions::from_mode(0o755)).expect("it may run");
        }
        let api = Api::start_program(&program, &[], &[("DATABASE_URL", "")], None).await;
        // The file system as the program sees it.
        let ballast = format!("/proc/{}/root{disk}/ballast", api.server.id());
        Self {
            api,
            ballast: ballast.into(),
            _folder: folder,
        }
    }

    fn fill(&self) {
        let mut ballast = fs::File::create(&self.ballast).expect("it is made");
        for size in [1 << 20, 4 << 10] {
            while ballast.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn empty(&self) {
        fs::remove_file(&self.ballast).expect("it goes");
    }

    fn files(&self) -> usize {
        let objects = self.ballast.with_file_name("data/objects/blobs");
        fs::read_dir(objects).map_or(0, Iterator::count)
    }
}

#[tokio::test]
async fn what_is_there_can_be_read_and_nothing_is_half_there() {
    let disk = SmallDisk::start().await;
    let api = &disk.api;
    let course_id = api.course("Biology").await;
    let document_id = api.document(pdf::biology(), &course_id).await;
    let section = api.sections(&document_id).await.remove(0);
    let lesson = api.lesson(&document_id, Some(&section)).await;
    let check_in = text(&lesson["concepts"][0]["check_ins"][0]["id"]);
    let before = disk.files();
    disk.fill();

    let read = api.get(&format!("/api/lessons?section_id={section}")).await;
    assert_eq!(read.status, StatusCode::OK, "{read:?}");
    let upload = api.upload(pdf::biology(), &[]).await;
    assert_eq!(upload.status, StatusCode::SERVICE_UNAVAILABLE, "{upload:?}");
    assert!(
        text(&upload.body["error"]).contains("no room"),
        "{upload:?}"
    );
    let answer = json!({"check_in_id": check_in, "answer": "A"});
    let graded = api.post("/api/check-ins/submit", answer.clone()).await;
    assert!(
        matches!(
            graded.status,
            StatusCode::OK | StatusCode::SERVICE_UNAVAILABLE
        ),
        "{graded:?}"
    );
    api.server.logged("the disk is full").await;
    assert_eq!(disk.files(), before, "nothing is half stored");

    disk.empty();
    let graded = api.post("/api/check-ins/submit", answer).await;
    assert_eq!(
        graded.status,
        StatusCode::OK,
        "{graded:?} {}",
        api.server.log()
    );
    api.document(pdf::biology(), &course_id).await;
}
