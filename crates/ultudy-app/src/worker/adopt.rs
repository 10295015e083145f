//! Jobs that another program added to the engine, such as a Bull producer of the original's: what
//! they ask for is asked for here, under the id they name, if it is their owner's to ask.

use serde::Deserialize;
use ultudy_domain::job::{Priority, QueueName};
use ultudy_engines::queue::{Delivery, End};
use uuid::Uuid;

use super::JobError;
use crate::{
    App, Error,
    lessons::{LessonRequest, request_as},
};

/// What the original's producer says of a lesson.
#[derive(Deserialize)]
struct AskedLesson {
    document_id: Uuid,
    #[serde(default)]
    section_id: Option<Uuid>,
}

/// What becomes of a delivered job that has no row to run.
pub(super) async fn adopt(app: &App, delivery: &Delivery) -> Result<End, JobError> {
    let Some(asked) = &delivery.asked else {
        return Ok(End::Gone);
    };
    match crate::jobs::get(app, &delivery.owner_id, delivery.job_id).await {
        // It is final, or will be delivered under its own name.
        Ok(_) => return Ok(End::Gone),
        Err(Error::NotFound(_)) => {}
        Err(error) => return Err(error.into()),
    }
    if delivery.queue != QueueName::LessonGeneration {
        return Ok(refused("only lessons can be asked for by another program"));
    }
    let Ok(asked) = AskedLesson::deserialize(asked) else {
        return Ok(refused("the job's data names no document"));
    };
    let request = LessonRequest {
        document_id: asked.document_id,
        section_id: asked.section_id,
        priority: Priority::Normal,
    };
    match request_as(app, &delivery.owner_id, request, delivery.job_id).await {
        Ok(_) => Ok(End::Completed),
        Err(Error::NotFound(what)) => Ok(refused(&format!("its owner has no such {what}"))),
        Err(error) => Err(error.into()),
    }
}

fn refused(reason: &str) -> End {
    tracing::warn!(reason, "job of another program refused");
    End::Failed(reason.to_owned())
}
