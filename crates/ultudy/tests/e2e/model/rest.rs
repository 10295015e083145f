//! What one process is told by a provider holds for all.

use ultudy_testkit::llm::Answer;

use super::*;
use crate::{asking::Events, fleet::Fleet};

#[tokio::test]
async fn who_asks_one_process_to_be_left_alone_is_left_alone_by_all() {
    let llm = Llm::start().await;
    let base_url = llm.base_url().to_owned();
    for status in [429, 503] {
        llm.answers(Answer::Status(status, Some("60")));
        let made = llm.counts().made;
        let fleet = Fleet::start(&provider(&base_url)).await;
        let [one, other] = &fleet.servers;
        let course_id = one.course("Biology").await;
        let document_id = one.document(book(1), &course_id).await;
        for server in [one, other] {
            let body = json!({"document_id": document_id, "question": "What is a cell?"});
            let asked = Events::of(server, "/api/ask", body).await;
            let (_, done) = asked.done().await;
            assert_eq!(done["by"], "quotations", "{done}");
        }
        assert_eq!(llm.counts().made, made + 1, "{status}");
    }
}
