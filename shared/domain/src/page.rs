//! How much of a list is asked for at once.

/// A page's size: 1 to 100, 20 when nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLimit(u32);

/// The page size is not between 1 and 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("limit must be between 1 and {max}", max = PageLimit::MAX)]
pub struct PageLimitError;

impl PageLimit {
    /// The largest page.
    pub const MAX: u32 = 100;

    /// Checks the range.
    pub const fn new(limit: u32) -> Result<Self, PageLimitError> {
        if limit >= 1 && limit <= Self::MAX { Ok(Self(limit)) } else { Err(PageLimitError) }
    }

    /// The number of items.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl Default for PageLimit {
    fn default() -> Self {
        Self(20)
    }
}
