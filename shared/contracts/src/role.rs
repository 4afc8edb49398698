use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an account is on the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PlatformRole {
    /// Buys.
    Customer,
    /// Buys and may open stores.
    Vendor,
    /// Runs the platform.
    Admin,
    /// Runs the platform and its admins.
    SuperAdmin,
}

impl PlatformRole {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Customer, Self::Vendor, Self::Admin, Self::SuperAdmin];

    /// The name in tokens, such as `SUPER_ADMIN`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customer => "CUSTOMER",
            Self::Vendor => "VENDOR",
            Self::Admin => "ADMIN",
            Self::SuperAdmin => "SUPER_ADMIN",
        }
    }

    /// The role of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Platform staff.
    pub const fn is_admin(self) -> bool {
        matches!(self, Self::Admin | Self::SuperAdmin)
    }
}

/// What a member of a store is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StaffRole {
    /// May do everything; every store has one.
    Owner,
    /// Runs the store, but neither its staff nor its money.
    Manager,
    /// Works on products and orders.
    Employee,
    /// Looks.
    Viewer,
    /// Sees orders and numbers, and manages money.
    Accountant,
}

/// What a member of a store may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// See the store as its staff do.
    StoreRead,
    /// Change the store and its settings.
    StoreWrite,
    /// Invite, change and remove members.
    StaffWrite,
    /// Create, change, import and publish products.
    ProductsWrite,
    /// Change stock.
    InventoryWrite,
    /// See orders.
    OrdersRead,
    /// Move orders along.
    OrdersWrite,
    /// See the numbers.
    AnalyticsRead,
    /// See and change bank accounts, see balances.
    FinanceWrite,
}

impl StaffRole {
    /// What the role brings by itself.
    pub const fn permissions(self) -> &'static [Permission] {
        use Permission::{
            AnalyticsRead, FinanceWrite, InventoryWrite, OrdersRead, OrdersWrite, ProductsWrite, StaffWrite, StoreRead,
            StoreWrite,
        };
        match self {
            Self::Owner => &[
                StoreRead,
                StoreWrite,
                StaffWrite,
                ProductsWrite,
                InventoryWrite,
                OrdersRead,
                OrdersWrite,
                AnalyticsRead,
                FinanceWrite,
            ],
            Self::Manager => {
                &[StoreRead, StoreWrite, ProductsWrite, InventoryWrite, OrdersRead, OrdersWrite, AnalyticsRead]
            }
            Self::Employee => &[StoreRead, ProductsWrite, InventoryWrite, OrdersRead, OrdersWrite],
            Self::Viewer => &[StoreRead, OrdersRead],
            Self::Accountant => &[StoreRead, OrdersRead, AnalyticsRead, FinanceWrite],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_owner_manages_staff() {
        for role in [StaffRole::Manager, StaffRole::Employee, StaffRole::Viewer, StaffRole::Accountant] {
            assert!(!role.permissions().contains(&Permission::StaffWrite), "{role:?}");
        }
        assert!(StaffRole::Owner.permissions().contains(&Permission::StaffWrite));
    }
}
