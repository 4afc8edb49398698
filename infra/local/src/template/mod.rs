//! `template.yaml` to a [`model::Stack`].

pub mod model;
