//! The other services, in memory.

use std::collections::HashMap;
use std::sync::Mutex;

use contracts::{
    CartLine, CartSnapshot, DeliveryAddress, LineRefusal, Reservation, ReservationPart, ReservationStatus, Reserve,
    ReservedLine, StoreTerms,
};
use domain::{AddressId, Clock, Localized, Money, ReservationId, StoreId, UserId, VariantId};
use http::StatusCode;
use jiff::SignedDuration;
use lambda::calls::CallError;
use tokio::sync::Notify;

use crate::neighbours::{Asked, Neighbours, Reserved};

/// A call to a neighbour, before or after it took effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    Cart,
    Terms,
    BeforeReserve,
    AfterReserve,
    BeforeRelease,
    AfterRelease,
    Extend,
    BeforeCommit,
    AfterCommit,
}

/// What a call does there instead of going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Never answers: whoever waits is killed.
    Hang,
    /// Answers when [`super::World::resume`] says so.
    Pause,
    /// Is not answering.
    Unavailable,
}

#[derive(Default)]
pub(super) struct Town {
    pub(super) carts: HashMap<UserId, CartSnapshot>,
    pub(super) stores: HashMap<StoreId, StoreTerms>,
    pub(super) shelf: HashMap<VariantId, (u32, Money)>,
    /// What left for good.
    pub(super) committed: HashMap<VariantId, u32>,
    pub(super) holds: HashMap<ReservationId, Reservation>,
    /// Every hold that was asked for: the network may bring each of them again, late.
    pub(super) asked: Vec<(ReservationId, Reserve)>,
    pub(super) faults: Vec<(At, Fault)>,
    /// Releases under way, and the most there ever were.
    pub(super) releasing: (usize, usize),
}

/// The other services, in memory.
pub(crate) struct Neighbourhood {
    pub(super) town: Mutex<Town>,
    pub(super) clock: Clock,
    pub(super) reached: Notify,
    pub(super) resumed: Notify,
}

impl Neighbourhood {
    async fn pass(&self, at: At) -> Result<(), CallError> {
        let fault = self.town.lock().unwrap().faults.iter().find(|(place, _)| *place == at).map(|(_, fault)| *fault);
        match fault {
            None => Ok(()),
            Some(Fault::Hang) => {
                self.reached.notify_one();
                std::future::pending().await
            }
            Some(Fault::Pause) => {
                self.reached.notify_one();
                self.resumed.notified().await;
                Ok(())
            }
            Some(Fault::Unavailable) => Err(CallError::Unavailable("a neighbour".into(), "the test's fault".into())),
        }
    }

    pub(super) fn hold(&self, id: ReservationId, request: Reserve) -> Reserved {
        let mut town = self.town.lock().unwrap();
        if let Some(hold) = town.holds.get(&id) {
            let held = hold.status == ReservationStatus::Held;
            return if held { Reserved::Held(hold.clone()) } else { Reserved::Ended };
        }
        let (mut short, mut dearer) = (Vec::new(), Vec::new());
        for line in &request.lines {
            let (available, price) = town.shelf[&line.variant_id];
            let refusal = LineRefusal {
                product_id: line.product_id,
                variant_id: line.variant_id,
                requested: line.quantity,
                available,
                unit_price: Some(price),
            };
            if available < line.quantity {
                short.push(refusal);
            } else if price != line.unit_price {
                dearer.push(refusal);
            }
        }
        if !short.is_empty() {
            return Reserved::Short(short);
        }
        if !dearer.is_empty() {
            return Reserved::PriceChanged(dearer);
        }
        let carts: Vec<CartLine> = town.carts[&request.user_id].lines.clone();
        let line = |line: contracts::ReserveLine| ReservedLine {
            product_id: line.product_id,
            variant_id: line.variant_id,
            store_id: carts.iter().find(|l| l.variant_id == line.variant_id).unwrap().store_id,
            title: Localized::new("uz", "ru", "en"),
            sku: "sku".into(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            vat_rate: Some(12),
            ikpu: Some("08471003001000000".into()),
            package_code: Some("1847101".into()),
        };
        let expires_at = self.clock.now() + SignedDuration::from_secs(request.hold_for_seconds.into());
        let lines: Vec<_> = request.lines.into_iter().map(line).collect();
        for line in &lines {
            town.shelf.get_mut(&line.variant_id).unwrap().0 -= line.quantity;
        }
        let mut parts: Vec<ReservationPart> = Vec::new();
        for line in &lines {
            if !parts.iter().any(|part| part.store_id == line.store_id) {
                parts.push(ReservationPart { store_id: line.store_id, status: ReservationStatus::Held });
            }
        }
        let hold = Reservation { reservation_id: id, status: ReservationStatus::Held, expires_at, parts, lines };
        town.holds.insert(id, hold.clone());
        Reserved::Held(hold)
    }

    fn begin_release(&self) {
        let mut town = self.town.lock().unwrap();
        let (now, most) = &mut town.releasing;
        *now += 1;
        *most = (*most).max(*now);
    }

    async fn end_release(&self, id: ReservationId, store: Option<StoreId>) -> Result<(), CallError> {
        self.pass(At::BeforeRelease).await?;
        self.settle(id, store, ReservationStatus::Released)?;
        self.pass(At::AfterRelease).await
    }

    /// Ends what is still held of the store's part, or of all parts; 409 when it had ended the other way.
    pub(super) fn settle(
        &self,
        id: ReservationId,
        store: Option<StoreId>,
        to: ReservationStatus,
    ) -> Result<(), CallError> {
        let mut guard = self.town.lock().unwrap();
        let town = &mut *guard;
        let (status, expires_at) = (ReservationStatus::Released, self.clock.now());
        let unknown = Reservation { reservation_id: id, status, expires_at, parts: Vec::new(), lines: Vec::new() };
        let hold = town.holds.entry(id).or_insert(unknown);
        let ending = |part: &&mut ReservationPart| {
            part.status == ReservationStatus::Held && store.is_none_or(|store| part.store_id == store)
        };
        let named = |part: &&ReservationPart| store.is_none_or(|store| part.store_id == store);
        let before: Vec<_> = hold.parts.iter().filter(named).map(|part| part.status).collect();
        if !before.is_empty() && !before.contains(&ReservationStatus::Held) && !before.contains(&to) {
            return Err(CallError::Unexpected("tech-product".into(), StatusCode::CONFLICT, format!("{before:?}")));
        }
        let mut ended = Vec::new();
        for part in hold.parts.iter_mut().filter(ending) {
            part.status = to;
            ended.push(part.store_id);
        }
        for line in hold.lines.iter().filter(|line| ended.contains(&line.store_id)) {
            match to {
                ReservationStatus::Committed => *town.committed.entry(line.variant_id).or_default() += line.quantity,
                _ => town.shelf.get_mut(&line.variant_id).unwrap().0 += line.quantity,
            }
        }
        let any = |status| hold.parts.iter().any(|part| part.status == status);
        hold.status = if any(ReservationStatus::Held) {
            ReservationStatus::Held
        } else if any(ReservationStatus::Committed) {
            ReservationStatus::Committed
        } else {
            ReservationStatus::Released
        };
        Ok(())
    }
}

impl Neighbours for Neighbourhood {
    fn cart(&self, user_id: UserId) -> Asked<'_, CartSnapshot> {
        Box::pin(async move {
            self.pass(At::Cart).await?;
            let empty = CartSnapshot { user_id, version: 0, converted_version: 0, lines: Vec::new() };
            Ok(self.town.lock().unwrap().carts.get(&user_id).cloned().unwrap_or(empty))
        })
    }

    fn terms(&self, store: StoreId) -> Asked<'_, Option<StoreTerms>> {
        Box::pin(async move {
            self.pass(At::Terms).await?;
            Ok(self.town.lock().unwrap().stores.get(&store).cloned())
        })
    }

    fn reserve(&self, id: ReservationId, request: Reserve) -> Asked<'_, Reserved> {
        Box::pin(async move {
            self.town.lock().unwrap().asked.push((id, request.clone()));
            self.pass(At::BeforeReserve).await?;
            let reserved = self.hold(id, request);
            self.pass(At::AfterReserve).await?;
            Ok(reserved)
        })
    }

    fn release(&self, id: ReservationId, store: Option<StoreId>) -> Asked<'_, ()> {
        Box::pin(async move {
            self.begin_release();
            tokio::task::yield_now().await;
            let ended = self.end_release(id, store).await;
            self.town.lock().unwrap().releasing.0 -= 1;
            ended
        })
    }

    fn extend(&self, id: ReservationId, hold_for_seconds: u32) -> Asked<'_, Option<Reservation>> {
        Box::pin(async move {
            self.pass(At::Extend).await?;
            let until = self.clock.now() + SignedDuration::from_secs(hold_for_seconds.into());
            let mut town = self.town.lock().unwrap();
            let hold = town.holds.get_mut(&id).filter(|hold| hold.status == ReservationStatus::Held);
            Ok(hold.map(|hold| {
                hold.expires_at = hold.expires_at.max(until);
                hold.clone()
            }))
        })
    }

    fn commit(&self, id: ReservationId, store: StoreId) -> Asked<'_, ()> {
        Box::pin(async move {
            self.pass(At::BeforeCommit).await?;
            self.settle(id, Some(store), ReservationStatus::Committed)?;
            self.pass(At::AfterCommit).await
        })
    }

    fn address(&self, user: UserId, address: AddressId) -> Asked<'_, Option<DeliveryAddress>> {
        let known = user == super::shopper() && address == super::saved_address();
        Box::pin(async move { Ok(known.then(super::address)) })
    }
}
