//! Stock: what shoppers see, what stores change, what checkouts hold.

use axum::Json;
use axum::extract::{Path, State};
use contracts::Permission::InventoryWrite;
use domain::{Localized, ProductId, VariantId};
use dynamodb::Stored;
use garde::Validate;
use lambda::http::{Access, Body, IdempotencyKey, PageAnswer, PageQuery, Problem, Routes, StaffGuard, kinds};
use schemars::JsonSchema;
use serde::Deserialize;

use super::path::part;
use super::problems::STOCK_RESERVED;
use super::reservations;
use super::view::{AvailabilityAnswer, AvailabilityView, MovementView, StockAnswer, StockView};
use crate::Ctx;
use crate::domain::STOCK_MAX;
use crate::ops::stock::{MoveStock, Pieces, move_stock, set_low_stock};
use crate::table::{self, Movement, Stock};

/// Variants of one product.
const VARIANTS_MAX: usize = 100;

/// The routes of `tech-product-inventory`.
pub fn inventory() -> Routes<Ctx> {
    let (staff_of, internal) = (Access::StaffOf(InventoryWrite), Access::Internal);
    Routes::new("tech-product-inventory")
        .get("/v1/products/{product_id}/availability", Access::Public, "What can be bought of a product", availability)
        .about("As of now, by variant; nothing is held for whoever asks.")
        .get("/v1/products/{product_id}/inventory", staff_of, "The stock of a product", show)
        .about("By variant: `available + reserved = on_hand`.")
        .patch("/v1/products/{product_id}/inventory", staff_of, "Count, receive or write off pieces", change)
        .about(
            "One of `on_hand` (so many are there), `adjust` (so many more or fewer) and `low_stock`. Never below \
             what orders have reserved.",
        )
        .refuses(&[&STOCK_RESERVED, &kinds::CONFLICT])
        .get("/v1/products/{product_id}/inventory/movements", staff_of, "Who moved the stock of a product", movements)
        .about("Newest first; the movements of a variant sum to its `on_hand`.")
        .get("/internal/variants/{product_id}/{variant_id}", internal, "What a cart needs to know", reservations::offer)
        .post("/internal/offers", internal, "What a cart needs to know of many variants", reservations::offers)
        .put("/internal/reservations/{reservation_id}", internal, "Hold every line or none", reservations::reserve)
        .post("/internal/reservations/{reservation_id}/commit", internal, "The stock leaves", reservations::commit)
        .post("/internal/reservations/{reservation_id}/release", internal, "The stock is back", reservations::release)
        .post("/internal/reservations/{reservation_id}/extend", internal, "Hold longer", reservations::extend)
}

async fn availability(State(ctx): State<Ctx>, Path(id): Path<String>) -> Result<Json<AvailabilityAnswer>, Problem> {
    let product_id: ProductId = part(&id)?;
    let stock = ctx.table.query_all::<Stock>(table::stock_of(product_id), VARIANTS_MAX).await?;
    let store = stock.first().map(|stock| stock.store_id);
    let store = store.ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?;
    let variants: Vec<AvailabilityView> = stock.iter().filter(|s| s.active).map(|s| (&**s).into()).collect();
    if variants.is_empty() || !ctx.standings.sells(&ctx.table, ctx.clock.now(), store).await? {
        return Err(Problem::of(&kinds::NOT_FOUND));
    }
    Ok(Json(AvailabilityAnswer { product_id, variants }))
}

async fn show(State(ctx): State<Ctx>, Path(id): Path<String>, staff: StaffGuard) -> Result<Json<StockAnswer>, Problem> {
    let product_id = part(&id)?;
    let stock = of_staff(&ctx, &staff, product_id).await?;
    Ok(Json(StockAnswer { product_id, variants: stock.into_iter().map(|stock| stock.into_row().into()).collect() }))
}

async fn movements(
    State(ctx): State<Ctx>,
    Path(id): Path<String>,
    staff: StaffGuard,
    page: PageQuery,
) -> Result<Json<PageAnswer<MovementView>>, Problem> {
    let id: ProductId = part(&id)?;
    of_staff(&ctx, &staff, id).await?;
    let caller = id.to_string();
    let found = ctx.table.query::<Movement>(page.apply(table::movements_of(id), "movements", &caller)?).await?;
    let items = found.rows.into_iter().map(|movement| movement.into_row().into()).collect();
    Ok(Json(PageAnswer::new(items, found.next.as_ref(), "movements", &caller)))
}

/// One of `on_hand` (so many are there), `adjust` (so many more or less) and `low_stock` (up to so many available pieces
/// are few). `variant_id` may be left out where there is only one.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "StockChange")]
struct ChangeBody {
    #[garde(skip)]
    variant_id: Option<VariantId>,
    #[garde(range(min = 0, max = STOCK_MAX))]
    on_hand: Option<i64>,
    #[garde(range(min = -STOCK_MAX, max = STOCK_MAX))]
    adjust: Option<i64>,
    #[garde(range(max = 1_000_000))]
    low_stock: Option<u32>,
    #[garde(length(chars, max = 200))]
    note: Option<String>,
}

async fn change(
    State(ctx): State<Ctx>,
    Path(id): Path<String>,
    staff: StaffGuard,
    IdempotencyKey(key): IdempotencyKey,
    Body(body): Body<ChangeBody>,
) -> Result<Json<StockView>, Problem> {
    let id = part(&id)?;
    let stock = of_staff(&ctx, &staff, id).await?;
    let variant_id = match (body.variant_id, stock.as_slice()) {
        (Some(variant), _) => variant,
        (None, [only]) => only.variant_id,
        (None, _) => {
            let why = Localized::new(
                "mahsulotning bir nechta varianti bor",
                "у товара несколько вариантов",
                "the product has several variants",
            );
            return Err(Problem::field("variant_id", why));
        }
    };
    let by = staff.claims().user_id;
    let pieces = match (body.on_hand, body.adjust, body.low_stock) {
        (Some(to), None, None) => Pieces::Set(to),
        (None, Some(by), None) => Pieces::Adjust(by),
        (None, None, Some(to)) => {
            let stock = set_low_stock(&ctx, (id, variant_id), to, (by, ctx.correlation_id())).await?;
            return Ok(Json(stock.into_row().into()));
        }
        _ => {
            let why = Localized::new(
                "on_hand, adjust va low_stock dan bittasi kerak",
                "нужно что-то одно: on_hand, adjust или low_stock",
                "give one of on_hand, adjust and low_stock",
            );
            return Err(Problem::field("on_hand", why));
        }
    };
    let command =
        MoveStock { product_id: id, variant_id, pieces, note: body.note, key, by, correlation: ctx.correlation_id() };
    let stock = move_stock(&ctx, &command).await?;
    Ok(Json(stock.into_row().into()))
}

/// The stock of a product, if the person may see it.
async fn of_staff(ctx: &Ctx, staff: &StaffGuard, id: ProductId) -> Result<Vec<Stored<Stock>>, Problem> {
    let stock = ctx.table.query_all::<Stock>(table::stock_of(id).consistent(), VARIANTS_MAX).await?;
    let store = stock.first().ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?.store_id;
    staff.check(ctx, store).await?;
    Ok(stock)
}
