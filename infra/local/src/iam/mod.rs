//! Policies of functions, evaluated as AWS does: deny by default.
