//! Routes; nothing else of the service knows HTTP.

mod admin;
mod answers;
mod bodies;
mod internal;
mod public;
mod settings;
mod staff;
mod vendor;

use contracts::Permission::{StaffWrite, StoreRead, StoreWrite};
use domain::Localized;
use lambda::http::{Access, Problem, Route, Routes, kinds};

use crate::ctx::Ctx;
use crate::ops::{AdvanceError, ChangeError, OpenError, PlanError};

lambda::problems! {
    /// Another store has the slug; `slug` says which, `store_id` is there when it is the caller's own store.
    SLUG_TAKEN = 409, "slug-taken", "Bu manzil band", "Этот адрес занят", "This slug is taken";
    /// The store's status does not allow it; `current_status` says where it is.
    STATUS = 409, "store-status", "Do'konning hozirgi holatida bu amal mumkin emas",
        "В текущем статусе магазина это невозможно", "The store's status does not allow this";
    /// A review needs more; `missing` lists the members.
    INCOMPLETE = 422, "store-incomplete", "Do'kon ma'lumotlari to'liq emas", "Данные магазина неполны",
        "The store is not complete";
    /// Nobody changes their own place in a store; they may leave.
    ONESELF = 409, "own-membership", "O'z rolingizni o'zgartira olmaysiz", "Свою роль изменить нельзя",
        "You cannot change your own place";
    /// A store is never without an owner.
    LAST_OWNER = 409, "last-owner", "Do'kon egasiz qola olmaydi", "Магазин не может остаться без владельца",
        "The last owner cannot leave";
    /// The person is on the staff, or was invited as something else.
    ALREADY_MEMBER = 409, "already-member", "Bu odam allaqachon xodimlar ro'yxatida", "Этот человек уже в команде",
        "This person is on the staff already";
    /// An invitation is accepted by the invited, or removed.
    INVITATION = 409, "invitation-open", "Taklif hali qabul qilinmagan", "Приглашение ещё не принято",
        "The invitation has not been accepted";
    /// A store has as many people as it may; `max` says how many.
    STAFF_FULL = 409, "staff-full", "Xodimlar soni chegaraga yetdi", "Достигнут предел числа сотрудников",
        "There is no room for more staff";
    /// A review has looked at it; `fields` lists the members.
    REVIEWED = 409, "store-reviewed", "Tekshirilgan ma'lumotni o'zgartirib bo'lmaydi",
        "Проверенные данные изменить нельзя", "What was reviewed cannot be changed";
}

/// The routes of `store-api`.
pub fn api() -> Routes<Ctx> {
    Routes::new("store-api")
        .post("/v1/stores", Access::Vendor, "Open a store", vendor::open)
        .about(
            "The slug is made from the name unless one is sent. The store is `PENDING` until it is submitted and \
             an admin approves it. A repeated request opens no second one: 409 `slug-taken` with the `store_id` \
             of the caller's own.",
        )
        .refuses(&[&SLUG_TAKEN])
        .get("/v1/stores", Access::Public, "The stores that sell", public::list)
        .about("Those that are `ACTIVE`.")
        .get("/v1/stores/mine", Access::Shopper, "The stores I work for", vendor::mine)
        .about("With the caller's role in each, in whatever status they are.")
        .get("/v1/stores/slug/{slug}", Access::Public, "A store by its slug", public::by_slug)
        .about("Only while it is `ACTIVE`.")
        .get("/v1/stores/{store_id}", Access::Public, "A store", public::one)
        .about(
            "Only while it is `ACTIVE`; with the terms on which it sells: delivery fees in tiyin, payment \
             methods, how soon it accepts.",
        )
        .patch("/v1/stores/{store_id}", Access::Staff(StoreWrite), "Change a store", vendor::change)
        .about(
            "A merge patch: an absent member stays, `null` removes it. What a review has looked at (type, tax \
             numbers, registration, VAT) cannot be changed afterwards: 409 `store-reviewed`.",
        )
        .refuses(&[&REVIEWED, &kinds::CONFLICT])
        .delete("/v1/stores/{store_id}", Access::Staff(StoreWrite), "Close a store for good", vendor::close)
        .about("Owners only. It is not undone; orders under way go on. A repeated request is answered 204 too.")
        .refuses(&[&kinds::CONFLICT])
        .get("/v1/stores/{store_id}/settings", Access::Staff(StoreRead), "How a store sells", settings::show)
        .patch(
            "/v1/stores/{store_id}/settings",
            Access::Staff(StoreWrite),
            "Change how a store sells",
            settings::change,
        )
        .about(
            "A merge patch; lists and `seo` are replaced whole. Fees are in tiyin. Checkouts go by it at once; \
             orders that were placed keep what they were placed by.",
        )
        .refuses(&[&STATUS, &kinds::CONFLICT])
        .get("/v1/stores/invitations", Access::Shopper, "The stores that invite me", staff::invitations)
        .about("Those that were neither accepted nor declined.")
        .get("/v1/stores/{store_id}/staff", Access::Staff(StoreRead), "Who works for a store", staff::list)
        .about("At most 100 people, those invited among them.")
        .post("/v1/stores/{store_id}/staff", Access::Staff(StaffWrite), "Invite somebody to a store", staff::invite)
        .about(
            "The person is told and accepts by `POST …/staff/accept`; until then they may do nothing. Nobody \
             gives a permission that they do not have, and only owners make owners.",
        )
        .refuses(&[&ALREADY_MEMBER, &STAFF_FULL, &STATUS, &kinds::CONFLICT])
        .post("/v1/stores/{store_id}/staff/accept", Access::Shopper, "Accept an invitation", staff::accept)
        .refuses(&[&kinds::NOT_FOUND, &STATUS, &kinds::CONFLICT])
        .delete("/v1/stores/{store_id}/staff/me", Access::Shopper, "Leave a store, or decline", staff::leave)
        .about("The last owner cannot leave.")
        .refuses(&[&kinds::NOT_FOUND, &LAST_OWNER, &kinds::CONFLICT])
        .patch("/v1/stores/{store_id}/staff/{user_id}", Access::Staff(StaffWrite), "Change a member", staff::change)
        .about("Role, further permissions, status. Nobody changes themselves, and only owners change owners.")
        .refuses(&[&kinds::NOT_FOUND, &ONESELF, &INVITATION, &kinds::CONFLICT])
        .delete("/v1/stores/{store_id}/staff/{user_id}", Access::Staff(StaffWrite), "Remove a member", staff::remove)
        .about("Nobody removes themselves, and only owners remove owners.")
        .refuses(&[&kinds::NOT_FOUND, &ONESELF, &kinds::CONFLICT])
        .post("/v1/stores/{store_id}/submit", Access::Staff(StoreWrite), "Ask for a review", vendor::submit)
        .about(
            "A store that is `PENDING` becomes `UNDER_REVIEW`. `missing` of 422 `store-incomplete` names what a \
             review needs: the tax number of the type among it (STIR of a company, JSHSHIR of a person).",
        )
        .refuses(&[&STATUS, &INCOMPLETE, &kinds::CONFLICT])
        .get("/v1/admin/stores", Access::Admin, "The stores in a status", admin::list)
        .about("The one that has waited longest first.")
        .post("/v1/admin/stores/{store_id}/approve", Access::Admin, "Let a store sell", admin::approve)
        .about("From `UNDER_REVIEW` to `ACTIVE`; the owner is told.")
        .refuses(&[&STATUS, &kinds::CONFLICT])
        .post("/v1/admin/stores/{store_id}/reject", Access::Admin, "Hand a store back to its staff", admin::reject)
        .about("From `UNDER_REVIEW` back to `PENDING`, with a reason that its staff read.")
        .refuses(&[&STATUS, &kinds::CONFLICT])
        .post("/v1/admin/stores/{store_id}/suspend", Access::Admin, "Stop a store", admin::suspend)
        .about(
            "Its page, its products and its checkouts are closed within seconds; orders under way go on. The \
             reason is read by its staff.",
        )
        .refuses(&[&STATUS, &kinds::CONFLICT])
        .post("/v1/admin/stores/{store_id}/reinstate", Access::Admin, "Let a stopped store go on", admin::reinstate)
        .refuses(&[&STATUS, &kinds::CONFLICT])
        .post("/v1/admin/stores/{store_id}/plan", Access::Admin, "Set a store's plan", admin::set_plan)
        .about(
            "Plans differ in how many products a store may have: FREE 50, BASIC 500, PREMIUM 5,000, ENTERPRISE \
             100,000.",
        )
        .refuses(&[&kinds::CONFLICT])
        .get("/internal/stores/{store_id}", Access::Internal, "What services need of a store", internal::terms)
        .get(
            "/internal/stores/{store_id}/members/{user_id}",
            Access::Internal,
            "What somebody may do in a store",
            internal::member,
        )
}

/// The routes of the service.
pub fn routes() -> Vec<Route> {
    api().list().to_vec()
}

fn not_found() -> Problem {
    Problem::of(&kinds::NOT_FOUND)
}

impl From<OpenError> for Problem {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::NoSlug => {
                let why = Localized::new(
                    "nomdan manzil hosil bo'lmadi, o'zingiz tanlang",
                    "из названия не получается адрес: выберите сами",
                    "the name makes no slug: choose one",
                );
                Self::field("slug", why)
            }
            OpenError::SlugTaken { slug, own } => {
                let problem = Self::of(&SLUG_TAKEN).with("slug", slug);
                own.map_or(problem.clone(), |store| problem.with("store_id", store))
            }
            OpenError::Table(error) => error.into(),
        }
    }
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::NotFound => not_found(),
            ChangeError::Reviewed(e) => Self::of(&REVIEWED).with("fields", e.fields).with("current_status", e.status),
            ChangeError::Busy => Self::of(&kinds::CONFLICT),
            ChangeError::Table(error) => error.into(),
        }
    }
}

impl From<AdvanceError> for Problem {
    fn from(error: AdvanceError) -> Self {
        match error {
            AdvanceError::NotFound => not_found(),
            AdvanceError::NotOwner => Self::of(&kinds::FORBIDDEN),
            AdvanceError::NotAllowed(e) => Self::of(&STATUS).with("current_status", e.status),
            AdvanceError::Incomplete(missing) => Self::of(&INCOMPLETE).with("missing", missing),
            AdvanceError::Busy => Self::of(&kinds::CONFLICT),
            AdvanceError::Table(error) => error.into(),
        }
    }
}

impl From<PlanError> for Problem {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::NotFound => not_found(),
            PlanError::Busy => Self::of(&kinds::CONFLICT),
            PlanError::Table(error) => error.into(),
        }
    }
}
