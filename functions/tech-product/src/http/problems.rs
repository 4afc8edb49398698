//! The kinds of problems that this service adds, and how its errors become them.

use contracts::ReservationStatus;
use domain::{Locale, Localized, Reason};
use lambda::http::{Problem, kinds};
use serde_json::json;

use crate::domain::{GalleryError, HoldError, Refusal, STOCK_MAX, UploadFault, VariantFault};
use crate::ops::ProductError;
use crate::ops::brands::BrandError;
use crate::ops::categories::CategoryError;
use crate::ops::images::ImageError;
use crate::ops::reserve::ReserveError;
use crate::ops::settle::SettleError;
use crate::ops::stock::StockError;
use crate::ops::upload::UploadError;

lambda::problems! {
    /// The store has a product of that SKU; `product_id` names it.
    SKU_TAKEN = 409, "sku-taken", "Bu SKU band", "Этот SKU занят", "The SKU is taken";
    /// The plan's limit; `products_max` says it.
    PRODUCTS_LIMIT = 409, "products-limit", "Tarifdagi mahsulotlar soni tugadi", "Достигнут лимит товаров тарифа",
        "The plan allows no more products";
    /// Only an active store sells.
    STORE_NOT_ACTIVE = 409, "store-not-active", "Do'kon faol emas", "Магазин не активен", "The store is not active";
    /// The slug belongs to another category.
    SLUG_TAKEN = 409, "slug-taken", "Bu manzil band", "Этот адрес занят", "This slug is taken";
    /// The brand is known already; `slug` names it.
    BRAND_TAKEN = 409, "brand-taken", "Bu brend allaqachon bor", "Такой бренд уже есть", "The brand is known already";
    /// Categories or products stand in it.
    CATEGORY_IN_USE = 409, "category-in-use", "Turkum bo'sh emas", "Категория не пуста",
        "There are categories or products in the category";
    /// A product has at most 20 variants.
    VARIANTS_LIMIT = 409, "variants-limit", "Mahsulotda 20 tadan ko'p variant bo'lolmaydi",
        "У товара не может быть больше 20 вариантов", "A product has at most 20 variants";
    /// The default variant, and the one that has the product's own SKU, stay.
    DEFAULT_VARIANT = 409, "default-variant", "Asosiy variantni va mahsulot SKUsi bilan bir xil variantni o'chirib bo'lmaydi",
        "Основной вариант и вариант с артикулом товара нельзя удалить",
        "The default variant and the one with the product's SKU cannot be removed";
    /// The product cannot become that; `current_status` says what it is.
    STATUS = 409, "status-not-possible", "Mahsulot holatini bunday o'zgartirib bo'lmaydi",
        "Статус товара нельзя так изменить", "The product cannot become that";
    /// Lines that cannot be held, at least one for want of stock; `lines` says how many are left of each.
    STOCK_SHORT = 409, "stock-short", "Omborda yetarli emas", "Недостаточно товара на складе", "There is not enough in stock";
    /// Lines whose price is another today; `lines` says which.
    PRICE_CHANGED = 409, "price-changed", "Narx o'zgardi", "Цена изменилась", "The price has changed";
    /// The id is that of a reservation of other lines.
    RESERVATION_MISMATCH = 409, "reservation-mismatch", "Bu raqam boshqa band qilishga tegishli",
        "Этот номер принадлежит другому резерву", "The id is that of another reservation";
    /// The stock has left already.
    RESERVATION_COMMITTED = 409, "reservation-committed", "Tovar ombordan chiqarilgan", "Товар уже отгружен",
        "The reservation is committed";
    /// The stock is back on sale already.
    RESERVATION_RELEASED = 409, "reservation-released", "Band qilish bekor qilingan", "Резерв снят",
        "The reservation is released";
    /// More pieces are held than would be left; `on_hand` and `reserved` say how many.
    STOCK_RESERVED = 409, "stock-reserved", "Miqdor buyurtmalar uchun band qilingandan kam bo'lolmaydi",
        "Количество не может быть меньше зарезервированного заказами",
        "Stock cannot be less than what orders have reserved";
    /// The bucket has no file of the length that was said; `detail` says which of both.
    NOT_UPLOADED = 409, "not-uploaded", "Fayl hali yuklanmagan", "Файл ещё не загружен", "The file is not uploaded yet";
    /// A store has at most 2 imports that are announced or under way; `imports` names them.
    IMPORTS_LIMIT = 409, "imports-limit", "Do'konda bir vaqtda 2 tadan ko'p import bo'lolmaydi",
        "У магазина не может быть больше 2 импортов одновременно", "A store has at most 2 imports at a time";
    /// It came to its end before; `current_status` says to which.
    IMPORT_OVER = 409, "import-over", "Import allaqachon tugagan", "Импорт уже завершён", "The import is over already";
    /// A product has at most 10 images, those that are awaited included.
    IMAGES_LIMIT = 409, "images-limit", "Mahsulotda 10 tadan ko'p rasm bo'lolmaydi",
        "У товара не может быть больше 10 изображений", "A product has at most 10 images";
    /// The file is not the picture that was announced, or could do more than be looked at; `detail` says what is wrong.
    BAD_IMAGE = 422, "bad-image", "Rasmni qabul qilib bo'lmadi", "Изображение не может быть принято",
        "The picture cannot be taken";
    /// The file cannot be taken; `detail` says why.
    BAD_FILE = 422, "bad-file", "Faylni qabul qilib bo'lmadi", "Файл не может быть принят", "The file cannot be taken";
    /// The file is too large; `detail` says how large it may be.
    FILE_TOO_LARGE = 413, "file-too-large", "Fayl juda katta", "Файл слишком большой", "The file is too large";
    /// Neither NDJSON nor CSV, or packed otherwise than by gzip.
    FILE_TYPE = 415, "unsupported-file-type", "Faqat application/x-ndjson, text/csv va application/gzip qabul qilinadi",
        "Принимаются только application/x-ndjson, text/csv и application/gzip",
        "Only application/x-ndjson, text/csv and application/gzip are accepted";
}

/// The broken rules as `errors: [{field, code, message}]`, in the reader's language.
fn no_category() -> Localized {
    Localized::new("bunday turkum yo'q", "такой категории нет", "there is no such category")
}

pub(super) fn faults(refusals: &[Refusal], locale: Locale) -> Problem {
    let error = |r: &Refusal| json!({"field": r.field, "code": r.fault.code(), "message": r.fault.text(locale)});
    Problem::of(&kinds::INVALID).with("errors", refusals.iter().map(error).collect::<Vec<_>>())
}

pub(super) fn product(error: ProductError, locale: Locale) -> Problem {
    match error {
        ProductError::Faults(refusals) => faults(&refusals, locale),
        ProductError::SkuTaken(id) => Problem::of(&SKU_TAKEN).with("product_id", id),
        ProductError::NoCategory => Problem::field("category", no_category()),
        ProductError::ProductsMax(max) => Problem::of(&PRODUCTS_LIMIT).with("products_max", max),
        ProductError::StoreNotActive => Problem::of(&STORE_NOT_ACTIVE),
        ProductError::Status(error) => Problem::of(&STATUS).with("current_status", error.0),
        ProductError::Variants(fault @ VariantFault::TooMany) => {
            Problem::of(&VARIANTS_LIMIT).with("detail", fault.to_string())
        }
        ProductError::Variants(fault) => Problem::field("variant", fault.reason()),
        ProductError::NoVariant => Problem::of(&kinds::NOT_FOUND),
        ProductError::DefaultVariant => Problem::of(&DEFAULT_VARIANT),
        ProductError::Reserved(reserved) => Problem::of(&STOCK_RESERVED).with("reserved", reserved),
        ProductError::Changed => Problem::of(&kinds::CONFLICT),
        ProductError::Table(error) => error.into(),
        ProductError::Store(error) => error.into(),
    }
}

pub(super) fn image(error: ImageError, locale: Locale) -> Problem {
    match error {
        ImageError::Faults(refusals) => faults(&refusals, locale),
        ImageError::Length(media_type) => {
            let (kind, max) = (media_type.name(), media_type.bytes_max());
            let why = Localized::new(
                format!("{kind} 1 dan {max} baytgacha bo'lishi kerak"),
                format!("{kind}: должно быть от 1 до {max} байт"),
                format!("must be 1 to {max} bytes for {kind}"),
            );
            Problem::field("content_length", why)
        }
        ImageError::Gallery(GalleryError::Full) => Problem::of(&IMAGES_LIMIT),
        ImageError::Gallery(GalleryError::NoImage) => Problem::of(&kinds::NOT_FOUND),
        ImageError::Gallery(GalleryError::Awaited) => Problem::of(&NOT_UPLOADED).with("detail", error.to_string()),
        ImageError::OtherRequest => Problem::of(&kinds::IDEMPOTENCY_MISMATCH),
        ImageError::NotUploaded(why) => Problem::of(&NOT_UPLOADED).with("detail", why),
        ImageError::Picture(fault) => Problem::of(&BAD_IMAGE).with("detail", fault.to_string()),
        ImageError::Contended | ImageError::File(_) => Problem::unavailable(error),
        ImageError::Table(error) => error.into(),
    }
}

pub(super) fn brand(error: BrandError, locale: Locale) -> Problem {
    match error {
        BrandError::NotFound => Problem::of(&kinds::NOT_FOUND),
        BrandError::Taken(slug) => Problem::of(&BRAND_TAKEN).with("slug", slug),
        BrandError::Faults(refusals) => faults(&refusals, locale),
        BrandError::Changed => Problem::of(&kinds::CONFLICT),
        BrandError::Table(error) => error.into(),
    }
}

impl From<CategoryError> for Problem {
    fn from(error: CategoryError) -> Self {
        match error {
            CategoryError::NotFound => Self::of(&kinds::NOT_FOUND),
            CategoryError::Taken => Self::of(&SLUG_TAKEN),
            CategoryError::NoParent(_) => Self::field("parent", no_category()),
            CategoryError::TooDeep(too_deep) => Self::field("parent", too_deep.reason()),
            CategoryError::Template(error) => Self::field(error.field, Localized::same(error.reason)),
            CategoryError::InUse => Self::of(&CATEGORY_IN_USE),
            CategoryError::Changed => Self::of(&kinds::CONFLICT),
            CategoryError::Table(error) => error.into(),
        }
    }
}

impl From<UploadError> for Problem {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Fault(UploadFault::TooLarge) => {
                Self::of(&FILE_TOO_LARGE).with("detail", UploadFault::TooLarge.to_string())
            }
            UploadError::Fault(fault) => Self::of(&BAD_FILE).with("detail", fault.to_string()),
            UploadError::NoCategory => Self::field("category", no_category()),
            UploadError::NoSpecification(name) => {
                let why = Localized::new(
                    format!("bu turkumda {name} xususiyati yo'q"),
                    format!("в этой категории нет характеристики {name}"),
                    format!("the category has no specification {name}"),
                );
                Self::field("map", why)
            }
            UploadError::StoreNotActive => Self::of(&STORE_NOT_ACTIVE),
            UploadError::TooMany(imports) => Self::of(&IMPORTS_LIMIT).with("imports", imports),
            UploadError::NotFound => Self::of(&kinds::NOT_FOUND),
            UploadError::NotUploaded(why) => Self::of(&NOT_UPLOADED).with("detail", why),
            UploadError::Over(status) => Self::of(&IMPORT_OVER).with("current_status", status),
            UploadError::Contended => Self::unavailable(error),
            UploadError::File(error) => Self::unavailable(error),
            UploadError::Table(error) => error.into(),
            UploadError::Store(error) => error.into(),
        }
    }
}

impl From<StockError> for Problem {
    fn from(error: StockError) -> Self {
        match error {
            StockError::NotFound => Self::of(&kinds::NOT_FOUND),
            StockError::Reserved { on_hand, reserved } => {
                Self::of(&STOCK_RESERVED).with("on_hand", on_hand).with("reserved", reserved)
            }
            StockError::TooMany => {
                let why = Localized::new(
                    format!("{STOCK_MAX} dan oshmasligi kerak"),
                    format!("должно быть не больше {STOCK_MAX}"),
                    format!("must be at most {STOCK_MAX}"),
                );
                Self::field("on_hand", why)
            }
            StockError::OtherRequest => Self::of(&kinds::IDEMPOTENCY_MISMATCH),
            StockError::Changed => Self::of(&kinds::CONFLICT),
            StockError::Table(error) => error.into(),
        }
    }
}

impl From<ReserveError> for Problem {
    fn from(error: ReserveError) -> Self {
        match error {
            ReserveError::Invalid(field, message) => Self::field(field, Localized::same(message)),
            ReserveError::OtherLines => Self::of(&RESERVATION_MISMATCH),
            ReserveError::Ended => Self::of(&RESERVATION_RELEASED),
            ReserveError::Contended => Self::unavailable(error),
            ReserveError::StockShort(lines) => Self::of(&STOCK_SHORT).with("lines", lines),
            ReserveError::PriceChanged(lines) => Self::of(&PRICE_CHANGED).with("lines", lines),
            ReserveError::Table(error) => error.into(),
        }
    }
}

impl From<SettleError> for Problem {
    fn from(error: SettleError) -> Self {
        match error {
            SettleError::NotFound | SettleError::Hold(HoldError::NoPart) => Self::of(&kinds::NOT_FOUND),
            SettleError::Hold(HoldError::Ended(ReservationStatus::Committed)) => Self::of(&RESERVATION_COMMITTED),
            SettleError::Hold(HoldError::Ended(_)) => Self::of(&RESERVATION_RELEASED),
            SettleError::Length => Self::field("hold_for_seconds", Localized::same(error.to_string())),
            SettleError::Table(error) => error.into(),
        }
    }
}
