//! Files: shared by content, gone with the last document that holds them.

use serde_json::json;

use crate::{
    api::{Api, text},
    pdf,
};

#[tokio::test]
async fn the_same_file_twice_is_kept_once_and_goes_with_the_last_document() {
    let api = Api::local().await;
    let course_id = api.course("Biology").await;
    let first = api.document(pdf::biology(), &course_id).await;
    let second = api.document(pdf::biology(), &course_id).await;
    api.server.wait_for_objects(1).await;
    let deleted = api.delete(&format!("/api/documents/{first}")).await;
    assert_eq!(deleted.body["success"], true);
    assert!(
        deleted.body["deleted"]["sections"]
            .as_i64()
            .is_some_and(|count| count >= 1)
    );
    let file = api.get(&format!("/api/documents/{second}/file")).await;
    assert_eq!(file.status, 200, "the other document still has its file");
    api.delete(&format!("/api/documents/{second}")).await;
    api.server.wait_for_no_objects().await;
}

#[tokio::test]
async fn a_course_goes_with_everything_under_it() {
    let api = Api::local().await;
    let course_id = api.course("Biology").await;
    let document_id = api.document(pdf::biology(), &course_id).await;
    let section = api.sections(&document_id).await.remove(0);
    api.lesson(&document_id, Some(&section)).await;
    assert_eq!(
        api.delete(&format!("/api/courses/{course_id}")).await.body["success"],
        true
    );
    api.server.wait_for_no_objects().await;
    assert_eq!(api.get("/api/documents").await.body["documents"], json!([]));
    assert_eq!(
        api.get(&format!("/api/sections/{section}")).await.status,
        404
    );
    let overview = api.get("/api/progress/overview").await.body;
    assert_eq!(overview["content_mastery"]["total_concepts"], 0);
}

#[tokio::test]
async fn a_document_is_renamed_moved_and_tagged() {
    let api = Api::local().await;
    let (from, to) = (api.course("From").await, api.course("To").await);
    let id = api.document(pdf::biology(), &from).await;
    let renamed = api
        .patch(
            &format!("/api/documents/{id}/rename"),
            json!({"title": "  New  "}),
        )
        .await;
    assert_eq!(text(&renamed.body["title"]), "New");
    let change = json!({"course_id": to, "user_tags": ["exam"], "chapter": "Two", "material_type": "lecture"});
    let changed = api
        .post(&format!("/api/documents/{id}/metadata"), change)
        .await;
    assert_eq!(changed.body["document"]["user_tags"], json!(["exam"]));
    let moved = api
        .get(&format!("/api/documents?course_id={to}"))
        .await
        .body;
    assert_eq!(moved["documents"][0]["chapter"], "Two");
    let blank = api
        .post(
            &format!("/api/documents/{id}/metadata"),
            json!({"course_id": "", "chapter": ""}),
        )
        .await;
    assert_eq!(blank.body["document"]["course_id"], serde_json::Value::Null);
}

#[tokio::test]
async fn courses_are_listed_archived_and_paged() {
    let api = Api::local().await;
    for name in ["One", "Two", "Three"] {
        api.course(name).await;
    }
    let page = api.get("/api/courses?limit=2").await.body;
    let cursor = text(&page["next_cursor"]);
    let rest = api
        .get(&format!("/api/courses?limit=2&cursor={cursor}"))
        .await
        .body;
    assert_eq!(
        (&rest["courses"][0]["name"], &rest["next_cursor"]),
        (&"Three".into(), &json!(null))
    );
    let first = text(&page["courses"][0]["id"]);
    let archived = api
        .patch(&format!("/api/courses/{first}"), json!({"archived": true}))
        .await;
    assert!(archived.body["archived_at"].is_string());
    let listed = |body: &serde_json::Value| body["courses"].as_array().map(Vec::len);
    assert_eq!(listed(&api.get("/api/courses").await.body), Some(2));
    assert_eq!(
        listed(&api.get("/api/courses?include_archived=true").await.body),
        Some(3)
    );
    let cleared = api
        .patch(
            &format!("/api/courses/{first}"),
            json!({"exam_date": null, "code": "B1"}),
        )
        .await;
    assert_eq!(
        (&cleared.body["code"], &cleared.body["exam_date"]),
        (&"B1".into(), &json!(null))
    );
}
