/// A number of a day; the name of its attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counter {
    /// Accounts registered.
    Registrations,
    /// Sessions begun.
    SignIns,
    /// Sessions ended.
    SignOuts,
    /// Stores opened.
    StoresOpened,
    /// Visitors, each once.
    Visitors,
    /// Sessions of front ends begun.
    Sessions,
    /// Those of at most one page.
    Bounced,
    /// Seconds that they lasted.
    SessionSeconds,
    /// Pages looked at.
    PageViews,
    /// Pages of products looked at.
    ProductViews,
    /// Searches.
    Searches,
    /// Searches that found nothing.
    SearchesWithoutResult,
    /// Products opened from what was found.
    SearchClicks,
    /// Things put into carts.
    CartAdds,
    /// Things taken out of carts.
    CartRemoves,
    /// Carts begun.
    Carts,
    /// Checkouts completed.
    Checkouts,
    /// Purchases.
    Orders,
    /// Pieces bought.
    Items,
    /// Tiyin bought for.
    Revenue,
    /// Orders delivered.
    Delivered,
    /// Purchases cancelled.
    Cancelled,
    /// Tiyin of those.
    CancelledRevenue,
    /// Reviews written.
    Reviews,
}

impl Counter {
    /// The attribute of [`crate::table::DayRow`] or [`crate::table::SearchRow`].
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::Registrations => "registrations",
            Self::SignIns => "sign_ins",
            Self::SignOuts => "sign_outs",
            Self::StoresOpened => "stores_opened",
            Self::Visitors => "visitors",
            Self::Sessions => "sessions",
            Self::Bounced => "bounced",
            Self::SessionSeconds => "session_seconds",
            Self::PageViews => "page_views",
            Self::ProductViews => "product_views",
            Self::Searches => "searches",
            Self::SearchesWithoutResult => "searches_without_result",
            Self::SearchClicks => "search_clicks",
            Self::CartAdds => "cart_adds",
            Self::CartRemoves => "cart_removes",
            Self::Carts => "carts",
            Self::Checkouts => "checkouts",
            Self::Orders => "orders",
            Self::Items => "items",
            Self::Revenue => "revenue",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
            Self::CancelledRevenue => "cancelled_revenue",
            Self::Reviews => "reviews",
        }
    }
}
