use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use domain::{Change as Said, Localized, Money, ProductId, Slug, StoreId};
use dynamodb::Stored;
use garde::Validate;
use http::HeaderName;
use http::header::LOCATION;
use lambda::http::{Body, ClientInfo, Created, NoContent, PageAnswer, PageQuery, Problem, StaffGuard, User, kinds};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::catalogue::{CardView, ProductView};
use super::path::part;
use super::problems;
use crate::Intake;
use crate::domain::{Condition, Patch, Product, Refusal, Status, brand_slug};
use crate::ops::change_product::{self, Change};
use crate::ops::create_product::{self, NewProduct};
use crate::table::{self, SkuRow};

/// What may be said of a product, all of it optional; `null` takes away what may be absent. Its rules are the domain's.
#[derive(Debug, Default, Deserialize, JsonSchema)]
struct DetailsBody {
    title: Option<Localized>,
    #[serde(default)]
    description: Said<Localized>,
    #[serde(default)]
    brand: Said<String>,
    #[serde(default)]
    model: Said<String>,
    #[serde(default)]
    original_price: Said<Money>,
    condition: Option<Condition>,
    #[serde(default)]
    year: Said<u16>,
    #[serde(default)]
    gtin: Said<String>,
    #[serde(default)]
    mpn: Said<String>,
    #[serde(default)]
    warranty_months: Said<u16>,
    #[serde(default)]
    vat_rate: Said<u32>,
    #[serde(default)]
    ikpu: Said<String>,
    #[serde(default)]
    package_code: Said<String>,
    #[serde(default)]
    unit: Said<String>,
    tags: Option<Vec<String>>,
    #[serde(default)]
    specs: BTreeMap<String, Value>,
}

impl DetailsBody {
    /// The patch, and the specifications as given.
    fn read(self) -> Result<(Patch, BTreeMap<String, Value>), Vec<Refusal>> {
        let brand = self.brand.try_map(|name| brand_slug(&name));
        let patch = Patch {
            title: self.title,
            description: self.description,
            brand: brand.map_err(|fault| vec![Refusal::new("brand", fault)])?,
            model: self.model,
            original_price: self.original_price,
            condition: self.condition,
            year: self.year,
            gtin: self.gtin,
            mpn: self.mpn,
            warranty_months: self.warranty_months,
            vat_rate: self.vat_rate,
            ikpu: self.ikpu,
            package_code: self.package_code,
            unit: self.unit,
            tags: self.tags,
            specs: BTreeMap::new(),
        };
        Ok((patch, self.specs))
    }
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[schemars(rename = "NewProduct")]
pub(super) struct NewBody {
    #[garde(skip)]
    sku: String,
    #[garde(skip)]
    category: Slug,
    #[garde(skip)]
    price: Money,
    #[serde(default)]
    #[garde(range(min = 0, max = crate::domain::STOCK_MAX))]
    stock: i64,
    #[serde(flatten)]
    #[garde(skip)]
    details: DetailsBody,
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[schemars(rename = "ChangeProduct")]
pub(super) struct ChangeBody {
    #[garde(skip)]
    price: Option<Money>,
    #[garde(skip)]
    status: Option<OffSale>,
    #[serde(flatten)]
    #[garde(skip)]
    details: DetailsBody,
}

/// What a change may make of a product; on sale it comes by being published.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum OffSale {
    Inactive,
    Discontinued,
}

pub(super) async fn create(
    State(intake): State<Intake>,
    Path(store): Path<String>,
    User(claims): User,
    client: ClientInfo,
    Body(body): Body<NewBody>,
) -> Result<([(HeaderName, String); 1], Created<ProductView>), Problem> {
    let (patch, specs) = body.details.read().map_err(|r| problems::faults(&r, client.locale))?;
    let new = NewProduct {
        store_id: part(&store)?,
        sku: body.sku,
        category: body.category,
        price: body.price,
        stock: body.stock,
        patch,
        specs,
        by: claims.user_id,
        correlation: intake.ctx.correlation_id(),
    };
    let product = create_product::create(&intake, new).await.map_err(|e| problems::product(e, client.locale))?;
    let location = [(LOCATION, format!("/v1/products/{}", product.product_id))];
    Ok((location, Created(product.into())))
}

pub(super) async fn list(
    State(intake): State<Intake>,
    Path(store): Path<String>,
    page: PageQuery,
) -> Result<Json<PageAnswer<CardView>>, Problem> {
    let store: StoreId = part(&store)?;
    let caller = store.to_string();
    let query = page.apply(table::products_of(store), "every product", &caller)?;
    let found = intake.ctx.table.query::<SkuRow>(query).await?;
    let card = |row: Stored<SkuRow>| match row.into_row() {
        SkuRow::Card(card) => Some(CardView::from(*card)),
        SkuRow::Claim(_) => None,
    };
    let items = found.rows.into_iter().filter_map(card).collect();
    Ok(Json(PageAnswer::new(items, found.next.as_ref(), "every product", &caller)))
}

pub(super) async fn change(
    State(intake): State<Intake>,
    Path(id): Path<String>,
    staff: StaffGuard,
    client: ClientInfo,
    Body(body): Body<ChangeBody>,
) -> Result<Json<ProductView>, Problem> {
    let product = of_staff(&intake, &staff, part(&id)?).await?;
    let (patch, specs) = body.details.read().map_err(|r| problems::faults(&r, client.locale))?;
    let status = body.status.map(|status| match status {
        OffSale::Inactive => Status::Inactive,
        OffSale::Discontinued => Status::Discontinued,
    });
    let change = Change { patch, specs, all_specs: false, price: body.price, status };
    changed(&intake, &staff, client, product, change).await
}

/// Values by the template's names; what is not named is taken away.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(transparent)]
#[schemars(transparent)]
pub(super) struct Specifications(#[garde(skip)] BTreeMap<String, Value>);

pub(super) async fn specify(
    State(intake): State<Intake>,
    Path(id): Path<String>,
    staff: StaffGuard,
    client: ClientInfo,
    Body(Specifications(specs)): Body<Specifications>,
) -> Result<Json<ProductView>, Problem> {
    let product = of_staff(&intake, &staff, part(&id)?).await?;
    changed(&intake, &staff, client, product, Change { specs, all_specs: true, ..Change::default() }).await
}

pub(super) async fn unpublish(
    State(intake): State<Intake>,
    Path(id): Path<String>,
    staff: StaffGuard,
    client: ClientInfo,
) -> Result<Json<ProductView>, Problem> {
    let product = of_staff(&intake, &staff, part(&id)?).await?;
    let change = Change { status: Some(Status::Inactive), ..Change::default() };
    changed(&intake, &staff, client, product, change).await
}

pub(super) async fn discontinue(
    State(intake): State<Intake>,
    Path(id): Path<String>,
    staff: StaffGuard,
    client: ClientInfo,
) -> Result<NoContent, Problem> {
    let product = of_staff(&intake, &staff, part(&id)?).await?;
    let change = Change { status: Some(Status::Discontinued), ..Change::default() };
    changed(&intake, &staff, client, product, change).await.map(|_| NoContent)
}

pub(super) async fn show(
    State(intake): State<Intake>,
    Path((store, id)): Path<(String, String)>,
) -> Result<Json<ProductView>, Problem> {
    let (store, id): (StoreId, ProductId) = (part(&store)?, part(&id)?);
    let product = intake.ctx.table.get_consistent::<Product>(table::product_key(id)).await?;
    let product = product.filter(|product| product.store_id == store);
    Ok(Json(product.ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?.into_row().into()))
}

async fn changed(
    intake: &Intake,
    staff: &StaffGuard,
    client: ClientInfo,
    product: Stored<Product>,
    change: Change,
) -> Result<Json<ProductView>, Problem> {
    let by = (staff.claims().actor(), intake.ctx.correlation_id());
    let changed = change_product::change(&intake.ctx, product, change, by).await;
    Ok(Json(changed.map_err(|e| problems::product(e, client.locale))?.into_row().into()))
}

pub(super) async fn publish(
    State(intake): State<Intake>,
    Path(id): Path<String>,
    staff: StaffGuard,
    client: ClientInfo,
) -> Result<Json<ProductView>, Problem> {
    let product = of_staff(&intake, &staff, part(&id)?).await?;
    let by = (staff.claims().actor(), intake.ctx.correlation_id());
    let published = change_product::publish(&intake, product, by).await;
    let published = published.map_err(|e| problems::product(e, client.locale))?;
    Ok(Json(published.into_row().into()))
}

/// The product, if the person may change it.
pub(super) async fn of_staff(intake: &Intake, staff: &StaffGuard, id: ProductId) -> Result<Stored<Product>, Problem> {
    let product = intake.ctx.table.get_consistent::<Product>(table::product_key(id)).await?;
    let product = product.ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?;
    staff.check(intake, product.store_id).await?;
    Ok(product)
}
