//! What the service tells.

use contracts::{Actor, AuditRecorded, Event, Fact, PlatformRole, Service, UserRegistered, UserSession};
use domain::{CorrelationId, EventId, Locale, UserId};
use serde_json::Value;

use crate::Ctx;
use crate::domain::Session;

/// An account may be signed in to, for the first time. Told once an account.
pub(crate) fn registered(ctx: &Ctx, user_id: UserId, role: PlatformRole, locale: Locale, actor: Actor) -> Event {
    let fact = Fact::UserRegistered(UserRegistered { user_id, role, locale });
    event(ctx, EventId::derived(&format!("auth/registered/{user_id}")), actor, fact)
}

/// A session began. Told once a session.
pub(crate) fn signed_in(ctx: &Ctx, session: &Session) -> Event {
    let (user_id, session_id) = (session.user_id, session.id);
    let fact = Fact::UserSignedIn(UserSession { user_id, session_id });
    event(ctx, EventId::derived(&format!("auth/signed-in/{session_id}")), Actor::User { id: user_id }, fact)
}

/// A session was ended by its owner. Told once a session.
pub(crate) fn signed_out(ctx: &Ctx, session: &Session) -> Event {
    let (user_id, session_id) = (session.user_id, session.id);
    let fact = Fact::UserSignedOut(UserSession { user_id, session_id });
    event(ctx, EventId::derived(&format!("auth/signed-out/{session_id}")), Actor::User { id: user_id }, fact)
}

/// Somebody did something that an auditor may ask about.
pub(crate) fn audited(ctx: &Ctx, actor: Actor, action: &str, resource: String, before: Value, after: Value) -> Event {
    let record = AuditRecorded { service: Service::Auth, action: action.to_owned(), resource, before, after };
    event(ctx, EventId::generate(ctx.clock.now(), &*ctx.entropy), actor, Fact::AuditRecorded(record))
}

fn event(ctx: &Ctx, id: EventId, actor: Actor, fact: Fact) -> Event {
    let now = ctx.clock.now();
    Event::new(id, now, actor, CorrelationId::generate(now, &*ctx.entropy), fact)
}
