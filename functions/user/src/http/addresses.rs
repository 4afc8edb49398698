//! Where somebody has things sent.

use axum::Json;
use axum::extract::{Path, State};
use contracts::DeliveryAddress;
use domain::{AddressId, Reason, Timestamp, UserId};
use lambda::http::{Body, Created, IdempotencyKey, NoContent, PageAnswer, Problem, User, kinds};
use schemars::JsonSchema;
use serde::Serialize;

use super::ADDRESSES_FULL;
use super::address_body::{AddressBody, AddressPatch};
use crate::ctx::Ctx;
use crate::domain::{ADDRESSES_MAX, Address, AddressBook, BookError, Details};
use crate::ops::{self, Add, AddressError};

/// An address of the caller.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Address")]
pub(super) struct AddressAnswer {
    address_id: AddressId,
    #[serde(flatten)]
    details: Details,
    /// True for exactly one of a person's addresses.
    is_default: bool,
    added_at: Timestamp,
    changed_at: Timestamp,
}

impl AddressAnswer {
    fn of(book: &AddressBook, address: &Address) -> Self {
        Self {
            address_id: address.address_id,
            details: address.details.clone(),
            is_default: book.is_default(address.address_id),
            added_at: address.added_at,
            changed_at: address.changed_at,
        }
    }
}

fn not_found() -> Problem {
    Problem::of(&kinds::NOT_FOUND)
}

/// All of them: there are at most twenty.
pub(super) async fn list(State(ctx): State<Ctx>, User(me): User) -> Result<Json<PageAnswer<AddressAnswer>>, Problem> {
    let book = ops::addresses(&ctx, me.user_id).await?;
    let items = book.addresses().iter().map(|address| AddressAnswer::of(&book, address)).collect();
    Ok(Json(PageAnswer::new(items, None, "addresses", "")))
}

pub(super) async fn one(
    State(ctx): State<Ctx>,
    User(me): User,
    Path(id): Path<AddressId>,
) -> Result<Json<AddressAnswer>, Problem> {
    let book = ops::addresses(&ctx, me.user_id).await?;
    let address = book.get(id).ok_or_else(not_found)?;
    Ok(Json(AddressAnswer::of(&book, address)))
}

pub(super) async fn add(
    State(ctx): State<Ctx>,
    User(me): User,
    key: Option<IdempotencyKey>,
    Body(body): Body<AddressBody>,
) -> Result<Created<AddressAnswer>, Problem> {
    let add = Add { default: body.is_default, details: body.read()?, key: key.map(|key| key.0) };
    let (book, address) = ops::add_address(&ctx, me.user_id, add).await?;
    Ok(Created(AddressAnswer::of(&book, &address)))
}

pub(super) async fn change(
    State(ctx): State<Ctx>,
    User(me): User,
    Path(id): Path<AddressId>,
    Body(patch): Body<AddressPatch>,
) -> Result<Json<AddressAnswer>, Problem> {
    let (book, address) = ops::change_address(&ctx, me.user_id, id, &patch.read()?).await?;
    Ok(Json(AddressAnswer::of(&book, &address)))
}

pub(super) async fn make_default(
    State(ctx): State<Ctx>,
    User(me): User,
    Path(id): Path<AddressId>,
) -> Result<Json<AddressAnswer>, Problem> {
    let (book, address) = ops::make_default(&ctx, me.user_id, id).await?;
    Ok(Json(AddressAnswer::of(&book, &address)))
}

pub(super) async fn remove(
    State(ctx): State<Ctx>,
    User(me): User,
    Path(id): Path<AddressId>,
) -> Result<NoContent, Problem> {
    ops::remove_address(&ctx, me.user_id, id).await?;
    Ok(NoContent)
}

pub(super) async fn internal(
    State(ctx): State<Ctx>,
    Path((user, id)): Path<(UserId, AddressId)>,
) -> Result<Json<DeliveryAddress>, Problem> {
    let book = ops::addresses(&ctx, user).await?;
    let address = book.get(id).ok_or_else(not_found)?;
    Ok(Json(address.details.clone().into()))
}

impl From<AddressError> for Problem {
    fn from(error: AddressError) -> Self {
        match error {
            AddressError::Book(BookError::NotFound) => not_found(),
            AddressError::Book(BookError::Full) => Self::of(&ADDRESSES_FULL).with("max", ADDRESSES_MAX),
            AddressError::Book(BookError::KeyReused) => Self::of(&kinds::IDEMPOTENCY_MISMATCH),
            AddressError::Book(BookError::PostalCode(error)) => Self::field("postal_code", error.reason()),
            AddressError::Busy => Self::of(&kinds::CONFLICT),
            AddressError::Table(error) => error.into(),
        }
    }
}
