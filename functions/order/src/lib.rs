//! What somebody bought: checkout and fulfilment.
