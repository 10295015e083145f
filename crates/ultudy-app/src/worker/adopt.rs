//! Jobs that another program added to the engine, such as a Bull producer of the original's: what
//! they ask for is asked for here, under the id they name, if it is their owner's to ask.

use chrono::TimeDelta;
use serde::Deserialize;
use ultudy_domain::job::{Priority, QueueName};
use ultudy_engines::queue::{Asked, Delivery, End};
use uuid::Uuid;

use super::JobError;
use crate::{
    App, Error,
    lessons::{LessonRequest, Requested, request_as},
};

/// What the original's producer says of a lesson.
#[derive(Deserialize)]
struct AskedLesson {
    document_id: Uuid,
    #[serde(default)]
    section_id: Option<Uuid>,
}

/// What becomes of a job that another program added.
pub(super) enum Adopted {
    /// It is this row's very job, to be run.
    Row,
    /// It was only asked for by it.
    Over(End),
    /// Its owner has asked for too much just now.
    Later(TimeDelta),
}

/// # Errors
/// What may pass by itself: the database does not answer.
pub(super) async fn adopt(
    app: &App,
    delivery: &Delivery,
    asked: &Asked,
) -> Result<Adopted, JobError> {
    let mut adopted = ask(app, delivery, asked).await;
    if let Err(Error::Conflict(_)) = adopted {
        // Somebody asked for the same at the same moment: then it is there now.
        adopted = ask(app, delivery, asked).await;
    }
    Ok(match adopted {
        Ok(adopted) => adopted,
        Err(error @ (Error::Unavailable(_) | Error::Full(_))) => return Err(error.into()),
        Err(Error::Limited { standing, .. }) => {
            Adopted::Later(TimeDelta::from_std(standing.reset).unwrap_or_default())
        }
        Err(Error::NotFound(what)) => refused(&format!("its owner has no such {what}")),
        Err(Error::Conflict(_)) => refused("its jobId is another job's"),
        Err(error) => {
            tracing::error!(%error, job_id = %delivery.job_id, "what another program asks for fails");
            refused(&error.to_string())
        }
    })
}

async fn ask(app: &App, delivery: &Delivery, asked: &Asked) -> Result<Adopted, Error> {
    let is_rows_own = asked.id == delivery.job_id.to_string();
    let there = |id: Uuid| match is_rows_own && id == delivery.job_id {
        true => Adopted::Row,
        // It is final, or is delivered under its own name.
        false => Adopted::Over(End::Completed),
    };
    // Where it is written: a copy may not know it yet.
    let mut tx = app.store.write(&delivery.owner_id).await?;
    let found = ultudy_store::jobs::find(&mut tx, delivery.job_id).await?;
    drop(tx);
    if let Some(job) = found {
        return Ok(there(job.id));
    }
    if delivery.queue != QueueName::LessonGeneration {
        return Ok(refused("only lessons can be asked for by another program"));
    }
    let Ok(asked) = AskedLesson::deserialize(&asked.data) else {
        return Ok(refused("the job's data names no document"));
    };
    let request = LessonRequest {
        document_id: asked.document_id,
        section_id: asked.section_id,
        language: None,
        priority: Priority::Normal,
        with_questions: true,
    };
    let answer = request_as(app, &delivery.owner_id, request, delivery.job_id).await?;
    Ok(match answer {
        Requested::Job { job, .. } => there(job.id),
        Requested::Lesson(_) => Adopted::Over(End::Completed),
    })
}

fn refused(reason: &str) -> Adopted {
    tracing::warn!(reason, "job of another program refused");
    Adopted::Over(End::Failed(reason.to_owned()))
}
