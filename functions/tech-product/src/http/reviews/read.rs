use axum::Json;
use axum::extract::{Path, State};
use http::HeaderName;
use http::header::CACHE_CONTROL;
use lambda::http::{PageQuery, Problem};

use super::view::{ReviewView, ReviewsView};
use crate::Ctx;
use crate::domain::Review;
use crate::http::page::{MINUTE, on_sale};
use crate::http::path::part;
use crate::table;

/// What buyers say of a product.
pub(in crate::http) async fn of_product(
    State(ctx): State<Ctx>,
    Path(product): Path<String>,
    page: PageQuery,
) -> Result<([(HeaderName, &'static str); 1], Json<ReviewsView>), Problem> {
    let product = on_sale(&ctx, part(&product)?).await?;
    let product_id = product.product_id;
    let caller = product_id.to_string();
    let found = ctx.table.query::<Review>(page.apply(table::reviews_of(product_id), "reviews", &caller)?).await?;
    let answer = ReviewsView {
        product_id,
        rating: product.rating.into(),
        items: found.rows.into_iter().map(|review| ReviewView::from(review.into_row())).collect(),
        next_cursor: found.next.map(|cursor| cursor.encode("reviews", &caller)),
    };
    Ok(([(CACHE_CONTROL, MINUTE)], Json(answer)))
}
