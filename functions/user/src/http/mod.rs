//! Routes; nothing else of the service knows HTTP.

mod address_body;
mod addresses;
mod answers;
mod fields;
mod notifications;
mod patch;
mod preferences;
mod profiles;
mod regions;

use lambda::http::{Access, Route, Routes, kinds};

use crate::ctx::Ctx;

lambda::problems! {
    /// The registration has not arrived here yet; `Retry-After` says when to ask again.
    NO_PROFILE = 404, "profile-not-ready", "Profil hali tayyor emas", "Профиль ещё не готов",
        "The profile is not ready yet";
    /// Somebody else has the username.
    USERNAME_TAKEN = 409, "username-taken", "Bu foydalanuvchi nomi band", "Это имя пользователя занято",
        "This username is taken";
    /// There are twenty addresses; `max` says so.
    ADDRESSES_FULL = 409, "addresses-full", "Manzillar soni chegaraga yetdi", "Достигнут предел числа адресов",
        "There is no room for another address";
}

/// The routes of `user-api`.
pub fn api() -> Routes<Ctx> {
    Routes::new("user-api")
        .get("/v1/users/me", Access::Shopper, "My profile", profiles::mine)
        .about(
            "The profile follows a registration by some seconds: until then 404 `profile-not-ready` with \
             `Retry-After`.",
        )
        .refuses(&[&NO_PROFILE])
        .patch("/v1/users/me", Access::Shopper, "Change my profile", profiles::change)
        .about("A merge patch: an absent member stays, `null` removes it.")
        .refuses(&[&NO_PROFILE, &USERNAME_TAKEN, &kinds::CONFLICT])
        .get("/v1/users/me/notifications", Access::Shopper, "My notifications", notifications::list)
        .about("Newest first, worded in the language of `Accept-Language`.")
        .get(
            "/v1/users/me/notifications/unread-count",
            Access::Shopper,
            "How many notifications I have not read",
            notifications::unread_count,
        )
        .about("Exact up to 1,000; `more` says that there are more.")
        .patch(
            "/v1/users/me/notifications/{notification_id}",
            Access::Shopper,
            "Mark a notification as read or unread",
            notifications::mark,
        )
        .post(
            "/v1/users/me/notifications/read-all",
            Access::Shopper,
            "Mark all notifications as read",
            notifications::mark_all,
        )
        .about("`marked` says how many were unread.")
        .get("/v1/users/me/preferences", Access::Shopper, "What I want to be told, and where", preferences::mine)
        .about("The channels of each topic.")
        .patch("/v1/users/me/preferences", Access::Shopper, "Change what I am told", preferences::change)
        .about("A topic that is sent replaces its channels; the others stay.")
        .refuses(&[&kinds::CONFLICT])
        .get("/v1/users/me/addresses", Access::Shopper, "My addresses", addresses::list)
        .about("All of them, at most 20. Exactly one is the default whenever there is any.")
        .post("/v1/users/me/addresses", Access::Shopper, "Add an address", addresses::add)
        .about(
            "At most 20; the first becomes the default. A postal code begins as its region's do. With an \
             `Idempotency-Key` a repeated request adds nothing.",
        )
        .refuses(&[&ADDRESSES_FULL, &kinds::CONFLICT])
        .get("/v1/users/me/addresses/{address_id}", Access::Shopper, "One of my addresses", addresses::one)
        .refuses(&[&kinds::NOT_FOUND])
        .patch("/v1/users/me/addresses/{address_id}", Access::Shopper, "Change an address", addresses::change)
        .about(
            "A merge patch: an absent member stays, `null` removes it. Orders keep the address as it was when \
             they were placed.",
        )
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT])
        .delete("/v1/users/me/addresses/{address_id}", Access::Shopper, "Remove an address", addresses::remove)
        .about("When the default is removed, the one added last takes its place.")
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT])
        .put(
            "/v1/users/me/addresses/{address_id}/default",
            Access::Shopper,
            "Make an address the default",
            addresses::make_default,
        )
        .about("The one that was the default is none any more.")
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT])
        .get("/v1/users/{user_id}", Access::Guest, "A public profile", profiles::public)
        .about("Display name, username and bio, as far as the person shows them.")
        .get("/v1/regions", Access::Public, "The regions of the country", regions::list)
        .about(
            "Codes and names of the regions, with the platform's delivery fee in tiyin and days; a store may have \
             fees of its own.",
        )
        .get(
            "/internal/users/{user_id}/addresses/{address_id}",
            Access::Internal,
            "Where a parcel goes",
            addresses::internal,
        )
}

/// The routes of the service.
pub fn routes() -> Vec<Route> {
    api().list().to_vec()
}
