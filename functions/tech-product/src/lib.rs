//! What is sold: the catalogue and its stock.
