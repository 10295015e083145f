//! `POST /upload/pdf-structured`

use std::time::Duration;

use axum::{
    Extension, Json,
    extract::{
        FromRequest, Multipart, Request, State,
        multipart::{Field, MultipartError},
    },
    http::{HeaderMap, StatusCode, header},
};
use futures_util::StreamExt;
use serde::Serialize;
use ultudy_app::{
    App, Error,
    blobs::Incoming,
    documents::upload::{self, UploadFields},
    limits::{Place, Standing},
};
use ultudy_domain::job::Job;
use uuid::Uuid;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    pace::{self, GivenUp},
};

/// Longest text field beside the file, in bytes.
const TEXT_MAX: usize = 64 << 10;
/// What a form may hold beside the file, in bytes.
const FORM_ALLOWANCE: u64 = 1 << 20;
/// How long a refused form is still read, and thrown away: a sender that is cut off while
/// it sends sees a broken connection instead of the reason.
const DRAIN: Duration = Duration::from_secs(10);

/// What is said of a file that was given up.
const CRAWLED: &str =
    "The file arrived too slowly and was given up. Please try again over a better connection.";

/// The form.
#[derive(utoipa::ToSchema)]
#[allow(dead_code, reason = "read by the OpenAPI derive only")]
pub struct UploadForm {
    /// The PDF.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// Course; blank is none.
    course_id: Option<String>,
    /// Chapter; blank is none.
    chapter: Option<String>,
    /// `textbook`, `lecture`, `tutorial` or `exam`.
    material_type: Option<String>,
    /// Title; blank takes the file's name.
    title: Option<String>,
}

/// The document to be, and the job that reads it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Accepted {
    job_id: Uuid,
    document_id: Option<String>,
    status: &'static str,
    message: &'static str,
}

/// Takes a PDF and starts to read it.
#[utoipa::path(post, path = "/api/upload/pdf-structured", tag = "documents",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 200, body = Accepted, headers(
        ("X-RateLimit-Limit" = u32, description = "Most within a minute"),
        ("X-RateLimit-Remaining" = u32, description = "How many more are allowed now"),
        ("X-RateLimit-Reset" = u64, description = "When one more will be, in Unix seconds"),
    )), Problems))]
pub async fn pdf_structured(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    request: Request,
) -> Result<(Option<Extension<Standing>>, Json<Accepted>), ApiError> {
    let mut place = match admit(&state.app, &owner, request.headers()).await {
        Ok(place) => place,
        Err(refusal) => {
            let mut body = request.into_body().into_data_stream();
            drain(async { while let Some(Ok(_)) = body.next().await {} }).await;
            return Err(refusal);
        }
    };
    let given_up = GivenUp::default();
    let request = request.map(|body| pace::kept(body, &given_up));
    let job = match take(&state, &owner, request, &mut place).await {
        Ok(job) => job,
        Err(refusal) => {
            place.give_back().await;
            return Err(match given_up.is_so() {
                true => ApiError::new(StatusCode::REQUEST_TIMEOUT, CRAWLED),
                false => refusal,
            });
        }
    };
    let document_id = job.data["document_id"].as_str().map(str::to_owned);
    let message = "The file has arrived and is being read.";
    let accepted = Accepted {
        job_id: job.id,
        document_id,
        status: "queued",
        message,
    };
    Ok((place.keep().map(Extension), Json(accepted)))
}

/// What can be told before the body comes.
async fn admit(app: &App, owner: &str, headers: &HeaderMap) -> Result<Place, ApiError> {
    refuse_announced_excess(app, headers)?;
    Ok(upload::admit(app, owner).await?)
}

async fn take(
    state: &HttpState,
    owner: &str,
    request: Request,
    place: &mut Place,
) -> Result<Job, ApiError> {
    let mut form = Multipart::from_request(request, state)
        .await
        .map_err(|rejection| {
            let message = format!("The form cannot be read: {rejection}.");
            ApiError::new(StatusCode::BAD_REQUEST, message)
        })?;
    let (incoming, fields) = match read(&state.app, &mut form).await {
        Ok(read) => read,
        Err(refusal) => {
            drain(async { while let Ok(Some(_)) = form.next_field().await {} }).await;
            return Err(refusal);
        }
    };
    let incoming = incoming.ok_or_else(|| ApiError::field("file", "is missing"))?;
    Ok(upload::accept(&state.app, owner, incoming, &fields, place).await?)
}

fn refuse_announced_excess(app: &App, headers: &HeaderMap) -> Result<(), ApiError> {
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let limit_bytes = app.upload_bytes_max;
    if length.is_some_and(|length| length > limit_bytes.saturating_add(FORM_ALLOWANCE)) {
        return Err(Error::TooLarge { limit_bytes }.into());
    }
    Ok(())
}

async fn drain(rest: impl Future<Output = ()>) {
    // Whether the rest came in time is the sender's concern.
    let _ = tokio::time::timeout(DRAIN, rest).await;
}

async fn read(
    app: &App,
    form: &mut Multipart,
) -> Result<(Option<Incoming>, UploadFields), ApiError> {
    let (mut incoming, mut fields) = (None, UploadFields::default());
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            if incoming.is_some() {
                return Err(ApiError::field("file", "must be sent once"));
            }
            fields.file_name = field.file_name().unwrap_or_default().to_owned();
            incoming = Some(upload::receive(app, field).await?);
        } else {
            set(&mut fields, &name, text(&name, field).await?)?;
        }
    }
    Ok((incoming, fields))
}

async fn text(name: &str, mut field: Field<'_>) -> Result<String, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.next().await {
        bytes.extend_from_slice(&chunk.map_err(|error| broken(&error))?);
        if bytes.len() > TEXT_MAX {
            return Err(ApiError::field(name, "is too long"));
        }
    }
    String::from_utf8(bytes).map_err(|_| ApiError::field(name, "must be UTF-8 text"))
}

fn set(fields: &mut UploadFields, name: &str, value: String) -> Result<(), ApiError> {
    match name {
        "title" => fields.title = Some(value),
        "chapter" => fields.chapter = Some(value),
        "material_type" => fields.material_type = Some(value),
        "course_id" if value.trim().is_empty() => fields.course_id = None,
        "course_id" => {
            let id = value
                .trim()
                .parse()
                .map_err(|_| ApiError::field(name, "must be a UUID"))?;
            fields.course_id = Some(id);
        }
        _ => {} // Fields of other versions of the form are not our concern.
    }
    Ok(())
}

fn broken(error: &MultipartError) -> ApiError {
    ApiError::field(
        "body",
        format!("is not a whole multipart form: {}", error.body_text()),
    )
}
