//! What somebody is about to buy.
