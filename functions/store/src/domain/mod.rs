//! The rules: what a store is, how it comes to sell, what its plan allows. Pure.

mod member;
mod name;
mod plan;
mod settings;
mod status;
mod store;
mod tax_id;

pub use member::{MemberChange, MemberStatus, STAFF_MAX, StaffMember, StaffRefusal};
pub use name::{StoreName, StoreNameError};
pub use plan::Plan;
pub use settings::{Presentation, Selling, Seo, Settings, SettingsChange, SettingsError, ShippingFee};
pub use status::{NotAllowed, Step, after};
pub use store::{Contacts, Details, Reviewed, Store, StoreChange, StoreKind, Suspension};
pub use tax_id::{Jshshir, Stir, TaxIdError};
