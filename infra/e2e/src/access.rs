//! Who may call what: one line a route. A test fails for a route that is missing here, another tries every cell.
//!
//! The people: `nobody` sent no token; `guest` sent the session of a cart of its own instead; `shopper` owns the cart, the
//! order, the session and the notification that the addresses name, and was invited to the store; `other` is another
//! shopper; `staff` owns the store and its product; `foreign` owns another store; `admin` is platform staff. `in` is let in
//! (2xx, or for a body that is empty on purpose what validation says of it).

/// The table.
const TABLE: &str = "
                                                            nobody guest shopper other staff foreign admin
POST   /v1/auth/register                                    in     in    in      in    in    in      in
POST   /v1/auth/verify-email                                in     in    in      in    in    in      in
POST   /v1/auth/resend-verification                         in     in    in      in    in    in      in
POST   /v1/auth/login                                       in     in    in      in    in    in      in
POST   /v1/auth/refresh                                     in     in    in      in    in    in      in
GET    /v1/auth/me                                          401    401   in      in    in    in      in
GET    /v1/auth/login-history                               401    401   in      in    in    in      in
GET    /v1/auth/sessions                                    401    401   in      in    in    in      in
DELETE /v1/auth/sessions                                    401    401   in      in    in    in      in
DELETE /v1/auth/sessions/{session_id}                       401    401   -       404   404   404     404
POST   /v1/auth/logout                                      401    401   -       -     -     -       -
GET    /v1/admin/audit-logs                                 401    401   403     403   403   403     in

GET    /v1/users/me                                         401    401   in      in    in    in      in
PATCH  /v1/users/me                                         401    401   in      in    in    in      in
GET    /v1/users/{user_id}                                  in     in    in      in    in    in      in
GET    /v1/users/me/notifications                           401    401   in      in    in    in      in
GET    /v1/users/me/notifications/unread-count              401    401   in      in    in    in      in
PATCH  /v1/users/me/notifications/{notification_id}         401    401   in      404   404   404     404
POST   /v1/users/me/notifications/read-all                  401    401   in      in    in    in      in
GET    /v1/users/me/preferences                             401    401   in      in    in    in      in
PATCH  /v1/users/me/preferences                             401    401   in      in    in    in      in
GET    /v1/users/me/addresses                               401    401   in      in    in    in      in
POST   /v1/users/me/addresses                               401    401   in      in    in    in      in
GET    /v1/users/me/addresses/{address_id}                  401    401   in      404   404   404     404
PATCH  /v1/users/me/addresses/{address_id}                  401    401   in      404   404   404     404
DELETE /v1/users/me/addresses/{address_id}                  401    401   -       404   404   404     404
PUT    /v1/users/me/addresses/{address_id}/default          401    401   in      404   404   404     404
GET    /v1/regions                                          in     in    in      in    in    in      in
GET    /internal/users/{user_id}/addresses/{address_id}     403    403   403     403   403   403     403

GET    /v1/stores                                           in     in    in      in    in    in      in
POST   /v1/stores                                           401    401   403     403   in    in      403
GET    /v1/stores/mine                                      401    401   in      in    in    in      in
GET    /v1/stores/slug/{slug}                               in     in    in      in    in    in      in
GET    /v1/stores/{store_id}                                in     in    in      in    in    in      in
PATCH  /v1/stores/{store_id}                                401    401   403     403   in    403     403
DELETE /v1/stores/{store_id}                                401    401   403     403   -     403     403
GET    /v1/stores/{store_id}/settings                       401    401   403     403   in    403     403
PATCH  /v1/stores/{store_id}/settings                       401    401   403     403   in    403     403
GET    /v1/stores/invitations                               401    401   in      in    in    in      in
GET    /v1/stores/{store_id}/staff                          401    401   403     403   in    403     403
POST   /v1/stores/{store_id}/staff                          401    401   403     403   in    403     403
POST   /v1/stores/{store_id}/staff/accept                   401    401   -       404   in    404     404
DELETE /v1/stores/{store_id}/staff/me                       401    401   -       404   -     404     404
PATCH  /v1/stores/{store_id}/staff/{user_id}                401    401   403     403   in    403     403
DELETE /v1/stores/{store_id}/staff/{user_id}                401    401   403     403   -     403     403
POST   /v1/stores/{store_id}/submit                         401    401   403     403   in    403     403
GET    /v1/admin/stores                                     401    401   403     403   403   403     in
POST   /v1/admin/stores/{store_id}/approve                  401    401   403     403   403   403     in
POST   /v1/admin/stores/{store_id}/reject                   401    401   403     403   403   403     in
POST   /v1/admin/stores/{store_id}/suspend                  401    401   403     403   403   403     in
POST   /v1/admin/stores/{store_id}/reinstate                401    401   403     403   403   403     in
POST   /v1/admin/stores/{store_id}/plan                     401    401   403     403   403   403     in
GET    /internal/stores/{store_id}                          403    403   403     403   403   403     403
GET    /internal/stores/{store_id}/members/{user_id}        403    403   403     403   403   403     403

GET    /v1/categories                                       in     in    in      in    in    in      in
GET    /v1/categories/{category}                            in     in    in      in    in    in      in
GET    /v1/categories/{category}/spec-template              in     in    in      in    in    in      in
GET    /v1/categories/{category}/filters                    in     in    in      in    in    in      in
GET    /v1/brands                                           in     in    in      in    in    in      in
GET    /v1/brands/{brand}                                   in     in    in      in    in    in      in
POST   /v1/brands                                           401    401   403     403   in    in      403
GET    /v1/admin/brands                                     401    401   403     403   403   403     in
PATCH  /v1/admin/brands/{brand}                             401    401   403     403   403   403     in
POST   /v1/admin/brands/{brand}/verify                      401    401   403     403   403   403     in
GET    /v1/admin/categories                                 401    401   403     403   403   403     in
GET    /v1/admin/categories/{category}/spec-template        401    401   403     403   403   403     in
POST   /v1/admin/categories                                 401    401   403     403   403   403     in
PATCH  /v1/admin/categories/{category}                      401    401   403     403   403   403     in
DELETE /v1/admin/categories/{category}                      401    401   403     403   403   403     -
GET    /v1/products                                         in     in    in      in    in    in      in
GET    /v1/products/{product_id}                            in     in    in      in    in    in      in
GET    /v1/products/{product_id}/price-history              in     in    in      in    in    in      in
GET    /v1/products/slug/{product_slug}                     in     in    in      in    in    in      in
GET    /v1/stores/{store_id}/products                       in     in    in      in    in    in      in
POST   /v1/stores/{store_id}/products                       401    401   403     403   in    403     403
GET    /v1/stores/{store_id}/products/all                   401    401   403     403   in    403     403
GET    /v1/stores/{store_id}/products/{product_id}          401    401   403     403   in    403     403
PATCH  /v1/products/{product_id}                            401    401   403     403   in    403     403
POST   /v1/products/{product_id}/publish                    401    401   403     403   in    403     403
PUT    /v1/products/{product_id}/specifications             401    401   403     403   in    403     403
POST   /v1/products/{product_id}/unpublish                  401    401   403     403   -     403     403
DELETE /v1/products/{product_id}                            401    401   403     403   -     403     403
POST   /v1/products/{product_id}/variants                   401    401   403     403   in    403     403
PATCH  /v1/products/{product_id}/variants/{variant_id}      401    401   403     403   in    403     403
DELETE /v1/products/{product_id}/variants/{variant_id}      401    401   403     403   -     403     403
GET    /v1/products/{product_id}/images                     401    401   403     403   in    403     403
POST   /v1/products/{product_id}/images                     401    401   403     403   in    403     403
POST   /v1/products/{product_id}/images/{image_id}/confirm  401    401   403     403   in    403     403
PATCH  /v1/products/{product_id}/images/{image_id}          401    401   403     403   in    403     403
DELETE /v1/products/{product_id}/images/{image_id}          401    401   403     403   -     403     403
GET    /v1/images/{image_id}                                in     in    in      in    in    in      in
POST   /v1/stores/{store_id}/imports                        401    401   403     403   in    403     403
GET    /v1/stores/{store_id}/imports                        401    401   403     403   in    403     403
GET    /v1/stores/{store_id}/imports/{import_id}            401    401   403     403   in    403     403
POST   /v1/stores/{store_id}/imports/{import_id}/start      401    401   403     403   in    403     403
POST   /v1/stores/{store_id}/imports/{import_id}/cancel     401    401   403     403   in    403     403
GET    /v1/stores/{store_id}/imports/{import_id}/refusals   401    401   403     403   in    403     403
GET    /v1/products/{product_id}/availability               in     in    in      in    in    in      in
GET    /v1/products/{product_id}/inventory                  401    401   403     403   in    403     403
PATCH  /v1/products/{product_id}/inventory                  401    401   403     403   in    403     403
GET    /v1/products/{product_id}/inventory/movements        401    401   403     403   in    403     403
GET    /v1/products/{product_id}/reviews                    in     in    in      in    in    in      in
POST   /v1/products/{product_id}/reviews                    401    401   in      in    in    in      in
GET    /v1/products/{product_id}/reviews/mine               401    401   in      404   404   404     404
PATCH  /v1/products/{product_id}/reviews/{review_id}        401    401   in      404   404   404     404
DELETE /v1/products/{product_id}/reviews/{review_id}        401    401   -       404   404   404     404
PUT    /v1/products/{product_id}/reviews/{review_id}/helpful 401   401   in      in    in    in      in
DELETE /v1/products/{product_id}/reviews/{review_id}/helpful 401   401   in      in    in    in      in
POST   /v1/products/{product_id}/reviews/{review_id}/report 401    401   in      in    in    in      in
PUT    /v1/products/{product_id}/reviews/{review_id}/reply  401    401   403     403   in    403     403
GET    /v1/admin/reviews                                    401    401   403     403   403   403     in
GET    /v1/admin/reviews/{review_id}/reports                401    401   403     403   403   403     in
POST   /v1/admin/reviews/{review_id}/approve                401    401   403     403   403   403     in
POST   /v1/admin/reviews/{review_id}/reject                 401    401   403     403   403   403     in
GET    /internal/variants/{product_id}/{variant_id}         403    403   403     403   403   403     403
POST   /internal/offers                                     403    403   403     403   403   403     403
PUT    /internal/reservations/{reservation_id}              403    403   403     403   403   403     403
POST   /internal/reservations/{reservation_id}/commit       403    403   403     403   403   403     403
POST   /internal/reservations/{reservation_id}/release      403    403   403     403   403   403     403
POST   /internal/reservations/{reservation_id}/extend       403    403   403     403   403   403     403

POST   /v1/cart/session                                     in     in    in      in    in    in      in
GET    /v1/cart                                             401    in    in      in    in    in      in
DELETE /v1/cart                                             401    in    -       in    in    in      in
POST   /v1/cart/items                                       401    in    in      in    in    in      in
PATCH  /v1/cart/items/{item_id}                             401    404   in      404   404   404     404
DELETE /v1/cart/items/{item_id}                             401    404   -       404   404   404     404
GET    /v1/cart/saved                                       401    in    in      in    in    in      in
POST   /v1/cart/saved                                       401    in    in      in    in    in      in
POST   /v1/cart/saved/{item_id}/restore                     401    404   -       404   404   404     404
DELETE /v1/cart/saved/{item_id}                             401    404   -       404   404   404     404
POST   /v1/cart/quote                                       401    in    in      in    in    in      in
POST   /v1/cart/merge                                       401    401   in      in    in    in      in
GET    /internal/carts/{user_id}                            403    403   403     403   403   403     403

POST   /v1/orders                                           401    401   in      in    in    in      in
GET    /v1/orders                                           401    401   in      in    in    in      in
GET    /v1/orders/{order_id}                                401    401   in      404   404   404     404
GET    /v1/orders/{order_id}/history                        401    401   in      404   404   404     404
GET    /v1/checkouts/{checkout_id}                          401    401   in      404   404   404     404
GET    /v1/stores/{store_id}/orders                         401    401   403     403   in    403     403
GET    /v1/stores/{store_id}/orders/{order_id}              401    401   403     403   in    403     403
GET    /v1/stores/{store_id}/orders/{order_id}/history      401    401   403     403   in    403     403
POST   /v1/stores/{store_id}/orders/{order_id}/transitions  401    401   403     403   in    403     403
POST   /v1/orders/{order_id}/cancel                         401    401   in      404   404   404     404
GET    /v1/stores/{store_id}/balance                        401    401   403     403   in    403     403
GET    /v1/stores/{store_id}/ledger                         401    401   403     403   in    403     403
GET    /v1/admin/ledger                                     401    401   403     403   403   403     in
GET    /v1/admin/orders                                     401    401   403     403   403   403     in
GET    /v1/admin/orders/{order_id}                          401    401   403     403   403   403     in
POST   /v1/admin/orders/{order_id}/transitions              401    401   403     403   403   403     in
POST   /v1/admin/orders/{order_id}/cancel                   401    401   403     403   403   403     in
GET    /v1/admin/refunds                                    401    401   403     403   403   403     in
POST   /v1/admin/refunds/{refund_id}/complete               401    401   403     403   403   403     in
POST   /v1/webhooks/payme                                   in     in    in      in    in    in      in
GET    /v1/webhooks/payme                                   in     in    in      in    in    in      in

GET    /v1/analytics/stores/{store_id}                      401    401   403     403   in    403     403
GET    /v1/analytics/stores/{store_id}/funnel               401    401   403     403   in    403     403
GET    /v1/analytics/products/{product_id}                  401    401   403     403   in    403     403
POST   /v1/analytics/events                                 in     in    in      in    in    in      in
GET    /v1/admin/analytics/funnel                           401    401   403     403   403   403     in
GET    /v1/admin/analytics/days                             401    401   403     403   403   403     in
GET    /v1/admin/analytics/events                           401    401   403     403   403   403     in
GET    /v1/admin/analytics/reports                          401    401   403     403   403   403     in
GET    /v1/admin/analytics/visitors/{visitor_id}/sessions   401    401   403     403   403   403     in
GET    /v1/analytics/search                                 401    401   403     403   403   403     in

GET    /openapi.json                                        in     in    in      in    in    in      in
GET    /docs                                                in     in    in      in    in    in      in
GET    /docs/{file}                                         in     in    in      in    in    in      in
";

/// What a caller is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The route does its work.
    In,
    /// 401, 403 or 404.
    Refused(u16),
    /// Would end what the other cells need (a session, the cart); the route's own tests try it.
    Elsewhere,
}

/// One route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The method.
    pub method: &'static str,
    /// The address with its parameters.
    pub path: &'static str,
    /// By the order of [`CALLERS`].
    pub outcomes: [Outcome; 7],
}

/// The columns.
pub const CALLERS: [&str; 7] = ["nobody", "guest", "shopper", "other", "staff", "foreign", "admin"];

/// Every row of the table.
///
/// # Panics
/// When a line does not read: the table is wrong.
pub fn rows() -> Vec<Row> {
    let lines = TABLE.lines().filter(|line| line.contains('/'));
    lines.map(|line| row(line).unwrap_or_else(|| panic!("not a row: {line}"))).collect()
}

fn row(line: &'static str) -> Option<Row> {
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?, words.next()?);
    let outcome = |word: &str| match word {
        "in" => Some(Outcome::In),
        "-" => Some(Outcome::Elsewhere),
        status => status.parse().ok().map(Outcome::Refused),
    };
    let outcomes: Vec<Outcome> = words.map(outcome).collect::<Option<_>>()?;
    Some(Row { method, path, outcomes: outcomes.try_into().ok()? })
}
