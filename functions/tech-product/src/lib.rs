#![doc = include_str!("../README.md")]

pub mod consume;
mod ctx;
pub mod domain;
mod files;
pub mod http;
mod image_files;
pub mod ops;
mod queue;
pub mod standings;
mod stores;
pub mod table;
#[cfg(test)]
mod testbed;
pub mod tree;

pub use ctx::{Ctx, Intake, Reading};
pub use files::{FileError, Files, ImportFiles, S3Files, UploadTo, file_name, lines_name, sent_name};
pub use image_files::{ImageFiles, LEADS_FOR};
pub use queue::{GoOn, ImportQueue, QueueError, SqsQueue};
pub use stores::{RemoteStores, Stores};
