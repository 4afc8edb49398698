//! Routes; nothing else of the service knows HTTP.

mod answers;
mod notifications;
mod patch;
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
}

/// The routes of `user-api`.
pub fn api() -> Routes<Ctx> {
    Routes::new("user-api")
        .get("/v1/users/me", Access::Shopper, "My profile", profiles::mine)
        .refuses(&[&NO_PROFILE])
        .patch("/v1/users/me", Access::Shopper, "Change my profile", profiles::change)
        .refuses(&[&NO_PROFILE, &USERNAME_TAKEN, &kinds::CONFLICT])
        .get("/v1/users/me/notifications", Access::Shopper, "My notifications", notifications::list)
        .get(
            "/v1/users/me/notifications/unread-count",
            Access::Shopper,
            "How many notifications I have not read",
            notifications::unread_count,
        )
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
        .get("/v1/users/{user_id}", Access::Guest, "A public profile", profiles::public)
        .get("/v1/regions", Access::Public, "The regions of the country", regions::list)
        .get("/internal/users/{user_id}", Access::Internal, "A profile for another service", profiles::internal)
}

/// The routes of the service.
pub fn routes() -> Vec<Route> {
    api().list().to_vec()
}
