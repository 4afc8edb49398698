//! The single-table kit: keys, rows, conditions, transactions, cursors, outbox, due times.
