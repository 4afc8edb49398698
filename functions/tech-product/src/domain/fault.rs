//! What can be wrong with what a store says about a product: one list for forms and imports.

use domain::{Locale, Localized};
use serde::{Deserialize, Serialize};

/// Characters of a refused value that are kept.
const VALUE_MAX: usize = 60;

/// One thing wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// `title`, `price`, `specs.socket` …
    pub field: String,
    /// What is wrong.
    pub fault: Fault,
    /// The beginning of what was found there, or what the reason speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl Refusal {
    /// A fault of `field`.
    pub fn new(field: impl Into<String>, fault: Fault) -> Self {
        Self { field: field.into(), fault, value: None }
    }

    /// The same, with what was found.
    pub fn found(self, value: &str) -> Self {
        Self { value: Some(value.chars().take(VALUE_MAX).collect()), ..self }
    }
}

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident $code:literal $uz:literal $ru:literal $en:literal;)+) => {
        /// What can be wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Fault {
            $($(#[$doc])* #[serde(rename = $code)] $name,)+
        }

        impl Fault {
            /// What programs compare.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            const fn texts(self) -> [&'static str; 3] {
                match self { $(Self::$name => [$uz, $ru, $en],)+ }
            }
        }
    };
}

impl Fault {
    /// The sentence a vendor reads.
    pub fn reason(self) -> Localized {
        let [uz, ru, en] = self.texts();
        Localized::new(uz, ru, en)
    }

    /// The same in one language.
    pub const fn text(self, locale: Locale) -> &'static str {
        let [uz, ru, en] = self.texts();
        match locale {
            Locale::Uz => uz,
            Locale::Ru => ru,
            Locale::En => en,
        }
    }
}

faults! {
    /// Nothing is there.
    Missing "missing" "Qiymat ko'rsatilmagan" "Значение не указано" "The value is missing";
    /// A line that is not one JSON object, or a CSV record that does not fit its header.
    Unreadable "unreadable" "Qatorni o'qib bo'lmadi" "Строку не удалось прочитать" "The row cannot be read";
    /// Not text.
    NotText "not-text" "Bu yerda matn bo'lishi kerak" "Здесь должен быть текст" "Text is expected here";
    /// Text over its limit.
    TooLong "too-long" "Matn juda uzun" "Текст слишком длинный" "The text is too long";
    /// Characters that nobody sees, or that turn what is around them.
    Invisible "invisible-characters" "Matnda ko'rinmaydigan belgilar bor: ularni o'chirib, qayta yozing"
        "В тексте есть невидимые символы: удалите их, набрав текст заново"
        "There are invisible characters in the text: type it anew without them";
    /// Letters that no address can be made of.
    Name "name" "Nomda lotin yoki kirill harflari yoki raqamlar bo'lishi kerak"
        "В названии должны быть латинские или кириллические буквы или цифры"
        "The name needs Latin or Cyrillic letters or digits";
    /// Not a price.
    Price "not-a-price" "Narx so'mda musbat son bo'lishi kerak, masalan 1250000 yoki 1250000,50"
        "Цена должна быть положительным числом в сумах, например 1250000 или 1250000,50"
        "The price must be a positive number of so'm, such as 1250000 or 1250000.50";
    /// Finer than a tiyin.
    Precision "price-precision" "Narx tiyindan aniqroq bo'lolmaydi" "Цена не может быть точнее тийина"
        "A price is no finer than a tiyin";
    /// A comma or point that may stand between thousands as well as before tiyin.
    PriceThousands "price-thousands"
        "Vergul yoki nuqta mingliklarni ajratadimi yoki tiyinmi, noma'lum: 850000, 850 000 yoki 850000,50 deb yozing"
        "Неясно, отделяет запятая или точка тысячи или тийины: пишите 850000, 850 000 или 850000,50"
        "It cannot be told whether thousands or tiyin follow the comma or point: write 850000, 850 000 or 850000.50";
    /// Over the limit of prices.
    PriceRange "price-range" "Narx juda katta" "Цена слишком большая" "The price is too large";
    /// The crossed-out price is not above the price.
    OriginalPrice "original-price" "Eski narx yangi narxdan katta bo'lishi kerak"
        "Старая цена должна быть больше новой" "The original price must be above the price";
    /// Not a stock.
    Stock "not-a-stock" "Miqdor 0 dan 1000000 gacha butun son bo'lishi kerak"
        "Количество должно быть целым числом от 0 до 1000000" "Stock must be a whole number from 0 to 1000000";
    /// Fewer than are promised to shoppers.
    StockReserved "stock-reserved" "Miqdor buyurtmalar uchun band qilingandan kam bo'lolmaydi"
        "Количество не может быть меньше зарезервированного заказами"
        "Stock cannot be less than what orders have reserved";
    /// Not a number.
    NotNumber "not-a-number" "Bu yerda son bo'lishi kerak" "Здесь должно быть число" "A number is expected here";
    /// A comma that may stand between thousands as well as before a fraction.
    NumberThousands "number-thousands" "Vergul mingliklarni ajratadimi yoki kasrnimi, noma'lum: 1234 yoki 1.234 deb yozing"
        "Неясно, отделяет запятая тысячи или дробь: пишите 1234 или 1.234"
        "It cannot be told whether thousands or a fraction follow the comma: write 1234 or 1.234";
    /// Too large, or too near to zero.
    NumberRange "number-range" "Son juda katta yoki nolga juda yaqin" "Число слишком большое или слишком близко к нулю"
        "The number is too large or too near to zero";
    /// Neither yes nor no.
    NotBoolean "not-a-boolean" "Bu yerda true yoki false bo'lishi kerak" "Здесь должно быть true или false"
        "true or false is expected here";
    /// None of the options.
    NotAnOption "not-an-option" "Qiymat ro'yxatda yo'q" "Такого значения нет в списке"
        "The value is not one of the options";
    /// Not a range.
    NotRange "not-a-range" "Bu yerda oraliq bo'lishi kerak, masalan 10-20" "Здесь должен быть диапазон, например 10-20"
        "A range is expected here, such as 10-20";
    /// A specification that the category does not have.
    UnknownSpec "unknown-specification" "Bu turkumda bunday xususiyat yo'q" "В этой категории нет такой характеристики"
        "The category has no such specification";
    /// Fewer than one star or more than five.
    Stars "not-stars" "Baho 1 dan 5 gacha bo'lishi kerak" "Оценка должна быть от 1 до 5" "A rating is from 1 to 5";
    /// Not a year.
    Year "not-a-year" "Yil 1970 dan 2100 gacha bo'lishi kerak" "Год должен быть от 1970 до 2100"
        "The year must be from 1970 to 2100";
    /// Wrong length or check digit.
    Gtin "not-a-gtin" "GTIN (shtrix-kod) noto'g'ri" "Неверный GTIN (штрихкод)" "The GTIN (barcode) is not valid";
    /// Not 17 digits.
    Ikpu "not-an-ikpu" "IKPU 17 ta raqamdan iborat" "ИКПУ состоит из 17 цифр" "An IKPU has 17 digits";
    /// A rate that does not exist.
    VatRate "not-a-vat-rate" "QQS stavkasi 0 yoki 12" "Ставка НДС 0 или 12" "The VAT rate is 0 or 12";
    /// A stock-keeping unit with control characters, or too long.
    Sku "not-a-sku" "SKU 1 dan 64 gacha oddiy belgidan iborat" "SKU состоит из 1–64 обычных символов"
        "A SKU has 1 to 64 ordinary characters";
    /// The same unit stands in an earlier row of the file; `value` is that row's number.
    DuplicateSku "duplicate-sku" "Bu SKU faylda avvalroq uchragan" "Этот SKU уже встречался в файле"
        "This SKU stands in an earlier row of the file";
    /// The unit is a variant of a product; its price and stock are changed there.
    VariantSku "variant-sku" "Bu SKU boshqa mahsulotning variantiga tegishli"
        "Этот SKU принадлежит варианту другого товара" "This SKU belongs to a variant of another product";
    /// The unit exists in another category.
    OtherCategory "other-category" "Bu SKU boshqa turkumdagi mahsulotga tegishli"
        "Этот SKU принадлежит товару другой категории" "This SKU belongs to a product of another category";
    /// An import that was uploaded later wrote the product already; `value` is its id.
    Superseded "superseded" "Mahsulotni keyinroq yuklangan import allaqachon o'zgartirgan, bu qator qo'llanmadi"
        "Товар уже изменён импортом, загруженным позже; эта строка не применена"
        "An import uploaded later has changed the product already; this row is not applied";
    /// Another name than the brand's.
    OtherBrand "other-brand" "Bu boshqa brendning nomi: faqat yozilishini o'zgartirish mumkin"
        "Это название другого бренда: изменить можно только написание"
        "This is another brand's name: only the spelling can be changed";
    /// Not a page of the web.
    Website "not-a-website" "Sayt manzili https:// bilan boshlanishi kerak" "Адрес сайта должен начинаться с https://"
        "The website must be an https:// address";
    /// Somebody changed the product or counted its pieces after the file was uploaded; `value` is when.
    Edited "edited" "Fayl yuklangandan keyin mahsulot qo'lda o'zgartirilgan, bu qator qo'llanmadi"
        "После загрузки файла товар изменили вручную; эта строка не применена"
        "The product was changed by hand after the file was uploaded; this row is not applied";
    /// The table does not take what would come of the row.
    NotKept "not-kept" "Bu qatordan hosil bo'ladigan mahsulotni saqlab bo'lmaydi (juda katta)"
        "Товар из этой строки невозможно сохранить (слишком большой)"
        "The product that this row makes cannot be kept (it is too large)";
    /// The plan's limit.
    ProductsMax "products-limit" "Tarifdagi mahsulotlar soni tugadi" "Достигнут лимит товаров тарифа"
        "The plan allows no more products";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_written_as_its_code() {
        let json = serde_json::to_string(&Refusal::new("price", Fault::Precision).found("1.005")).unwrap();
        assert_eq!(json, r#"{"field":"price","fault":"price-precision","value":"1.005"}"#);
        assert_eq!(Fault::Precision.code(), "price-precision");
        assert!(Fault::Precision.reason().get(Locale::Ru).contains("тийина"));
    }
}
