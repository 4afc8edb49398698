//! The images of a product: put there by its store, looked at by everybody.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::{ImageId, Localized};
use garde::Validate;
use http::StatusCode;
use http::header::{CACHE_CONTROL, LOCATION};
use lambda::http::reference::{Answers, Operation, Schemas};
use lambda::http::{Body, ClientInfo, Created, IdempotencyKey, NoContent, Problem, StaffGuard, kinds};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::image_view::{AnnouncedView, ImagesAnswer};
use super::path::part;
use super::problems;
use super::products::of_staff;
use crate::domain::{ImageChange, MediaType};
use crate::ops::images::announce::{self, NewImage};
use crate::ops::images::{By, change as changes, confirm as confirms};
use crate::table::{Picture, PictureState, picture_key};
use crate::{Intake, LEADS_FOR, Reading};

/// How long an answer that leads to a picture may be kept: half as long as it leads there at least.
const KEPT_FOR_SECONDS: u64 = LEADS_FOR.as_secs() / 2;

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AnnounceImage")]
pub(super) struct AnnounceBody {
    #[garde(skip)]
    content_type: MediaType,
    /// Bytes, 5 MB at most, 256 KB of a drawing.
    #[garde(skip)]
    content_length: u64,
    /// What it shows, for those who do not see it; up to 200 characters.
    #[garde(skip)]
    alt: Localized,
}

/// What is absent stays.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ChangeImage")]
pub(super) struct ChangeBody {
    #[garde(skip)]
    alt: Option<Localized>,
    /// Its place, from 1; beyond the last is the last.
    #[garde(range(min = 1))]
    position: Option<usize>,
    /// `true` makes it the primary one.
    #[serde(default)]
    #[garde(skip)]
    primary: bool,
}

pub(super) async fn announce(
    State(intake): State<Intake>,
    Path(product): Path<String>,
    staff: StaffGuard,
    client: ClientInfo,
    key: Option<IdempotencyKey>,
    Body(body): Body<AnnounceBody>,
) -> Result<Created<AnnouncedView>, Problem> {
    let product = of_staff(&intake, &staff, part(&product)?).await?;
    let AnnounceBody { content_type: media_type, content_length: length, alt } = body;
    let new = NewImage { media_type, length, alt, key: key.map(|key| key.0) };
    let announced = announce::announce(&intake, product, new, staff.claims().user_id).await;
    let (picture, to) = announced.map_err(|e| problems::image(e, client.locale))?;
    Ok(Created(AnnouncedView::new(&picture, to)))
}

pub(super) async fn confirm(
    State(intake): State<Intake>,
    Path((product, image)): Path<(String, String)>,
    staff: StaffGuard,
    client: ClientInfo,
) -> Result<Json<ImagesAnswer>, Problem> {
    let product = of_staff(&intake, &staff, part(&product)?).await?;
    let confirmed = confirms::confirm(&intake, product, part(&image)?, by(&intake, &staff)).await;
    Ok(Json(confirmed.map_err(|e| problems::image(e, client.locale))?.into()))
}

pub(super) async fn list(
    State(intake): State<Intake>,
    Path(product): Path<String>,
    staff: StaffGuard,
) -> Result<Json<ImagesAnswer>, Problem> {
    Ok(Json(of_staff(&intake, &staff, part(&product)?).await?.into_row().into()))
}

pub(super) async fn change(
    State(intake): State<Intake>,
    Path((product, image)): Path<(String, String)>,
    staff: StaffGuard,
    client: ClientInfo,
    Body(body): Body<ChangeBody>,
) -> Result<Json<ImagesAnswer>, Problem> {
    let product = of_staff(&intake, &staff, part(&product)?).await?;
    let ChangeBody { alt, position, primary } = body;
    let change = ImageChange { alt, position, primary };
    let changed = changes::change(&intake.ctx, product, part(&image)?, change, by(&intake, &staff)).await;
    Ok(Json(changed.map_err(|e| problems::image(e, client.locale))?.into()))
}

pub(super) async fn remove(
    State(intake): State<Intake>,
    Path((product, image)): Path<(String, String)>,
    staff: StaffGuard,
    client: ClientInfo,
) -> Result<NoContent, Problem> {
    let product = of_staff(&intake, &staff, part(&product)?).await?;
    let removed = changes::remove(&intake.ctx, product, part(&image)?, by(&intake, &staff)).await;
    removed.map(|()| NoContent).map_err(|e| problems::image(e, client.locale))
}

fn by(intake: &Intake, staff: &StaffGuard) -> By {
    (staff.claims().user_id, intake.ctx.correlation_id())
}

/// 302: the picture is there.
pub(super) struct Leads {
    to: String,
}

pub(super) async fn show(State(reading): State<Reading>, Path(image): Path<String>) -> Result<Leads, Problem> {
    let id: ImageId = part(&image)?;
    let picture = reading.ctx.table.get::<Picture>(picture_key(id)).await?;
    let shown = picture.filter(|picture| picture.state == PictureState::Shown);
    let picture = shown.ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?;
    let to = reading.images.link(&picture.object()).await.map_err(Problem::unavailable)?;
    Ok(Leads { to })
}

impl IntoResponse for Leads {
    fn into_response(self) -> Response {
        let kept = format!("public, max-age={KEPT_FOR_SECONDS}");
        (StatusCode::FOUND, [(LOCATION, self.to), (CACHE_CONTROL, kept)]).into_response()
    }
}

impl Answers for Leads {
    fn describe(operation: &mut Operation, _: &mut Schemas) {
        operation.answer("302", &json!({}));
    }
}
