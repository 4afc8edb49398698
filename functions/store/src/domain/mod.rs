//! The rules: what a store is, how it comes to sell, what its plan allows. Pure.

mod member;
mod name;
mod plan;
mod status;
mod store;
mod tax_id;

pub use member::{MemberStatus, StaffMember};
pub use name::{StoreName, StoreNameError};
pub use plan::Plan;
pub use status::{NotAllowed, Step, after};
pub use store::{Contacts, Details, Reviewed, Store, StoreChange, StoreKind};
pub use tax_id::{Jshshir, Stir, TaxIdError};
