//! The rules of the catalogue and its stock: pure, without time or tables of their own.

mod category;
mod details;
mod fault;
mod filter;
mod fiscal;
mod gallery;
mod gtin;
mod hold;
mod import;
mod picture;
mod price;
mod product;
mod rating;
mod review;
mod row;
mod spec;
mod svg;
mod upload;
mod variants;

pub use category::{Category, DEPTH_MAX, SpecField, SpecKind, SpecTemplate, TemplateError, TooDeep};
pub use details::{BrandRef, Condition, Details, Patch, Spec, brand_slug, missing};
pub use fault::{Fault, Refusal};
pub use filter::{Facet, Wanted, WantedError};
pub use fiscal::{Fiscal, FiscalDefaults};
pub use gallery::{Gallery, GalleryError, IMAGES_MAX, Image, ImageChange, Size, check_alt};
pub use hold::{Hold, HoldError, Settled};
pub use import::{
    Field, FileFault, Import, ImportStatus, Mapping, MappingError, Progress, REFUSALS_PER_CHUNK, SentFile,
};
pub use picture::{MediaType, PictureFault, check as check_picture};
pub use price::{check_price, som};
pub use product::{ImportMark, Made, Product, SKU_MAX, Status, StatusError, Variant, check_sku, product_id};
pub use rating::{NoStars, Rating, STARS_MAX, Stars};
pub use review::{Decision, Opinion, OpinionChange, Outdated, Reply, Review, ReviewStatus};
pub use row::{ImportRow, REQUIRED, look_up, read_row};
pub use spec::SpecValue;
pub use upload::{Format, Lines, ROW_BYTES_MAX, ROWS_MAX, SENT_MAX, UNPACKED_MAX, UploadFault, to_lines};
pub use variants::{VARIANTS_MAX, VariantFault, check_variants};

/// The most pieces of one variant that a store may say it has.
pub const STOCK_MAX: i64 = 1_000_000;
