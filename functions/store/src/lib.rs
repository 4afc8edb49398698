//! Who sells: stores and their staff.
