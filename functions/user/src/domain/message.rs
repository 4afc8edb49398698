//! What notifications say. The facts are kept, the words are made when somebody reads: whoever changes the language
//! reads old notifications in the new one.

use contracts::{ImportFailed, ImportFailure, ImportFinished, OrderPlaced, StoreFact};
use domain::{ImportId, Locale, Localized, Money, OrderId, StoreId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why somebody is told something, with what a front end needs to lead there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data", rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(rename = "NotificationMessage")]
pub enum Message {
    /// An order of theirs was placed.
    OrderPlaced {
        /// The order.
        order_id: OrderId,
        /// What people call it.
        number: String,
        /// What is to be paid.
        total: Money,
    },
    /// Their store may sell.
    StoreApproved {
        /// The store.
        store_id: StoreId,
    },
    /// Their store was turned down.
    StoreRejected {
        /// The store.
        store_id: StoreId,
    },
    /// Their import is done.
    ImportFinished {
        /// The import.
        import_id: ImportId,
        /// The store.
        store_id: StoreId,
        /// Rows that became products.
        accepted: u32,
        /// Rows that did not.
        refused: u32,
    },
    /// Their import was given up.
    ImportFailed {
        /// The import.
        import_id: ImportId,
        /// The store.
        store_id: StoreId,
        /// Why.
        reason: ImportFailure,
    },
}

impl Message {
    /// That an order was placed.
    pub fn order_placed(order: &OrderPlaced) -> Self {
        Self::OrderPlaced { order_id: order.order_id, number: order.number.clone(), total: order.total }
    }

    /// That a store may sell.
    pub const fn store_approved(store: &StoreFact) -> Self {
        Self::StoreApproved { store_id: store.store_id }
    }

    /// That a store was turned down.
    pub const fn store_rejected(store: &StoreFact) -> Self {
        Self::StoreRejected { store_id: store.store_id }
    }

    /// That an import is done.
    pub const fn import_finished(import: &ImportFinished) -> Self {
        let ImportFinished { import_id, store_id, accepted, refused, .. } = *import;
        Self::ImportFinished { import_id, store_id, accepted, refused }
    }

    /// That an import was given up.
    pub const fn import_failed(import: &ImportFailed) -> Self {
        let ImportFailed { import_id, store_id, reason, .. } = *import;
        Self::ImportFailed { import_id, store_id, reason }
    }

    /// A few words.
    pub fn title(&self, locale: Locale) -> &'static str {
        let [uz, ru, en] = match self {
            Self::OrderPlaced { .. } => ["Buyurtma qabul qilindi", "Заказ принят", "Order placed"],
            Self::StoreApproved { .. } => ["Do'kon tasdiqlandi", "Магазин одобрен", "Store approved"],
            Self::StoreRejected { .. } => ["Do'kon rad etildi", "Магазин отклонён", "Store turned down"],
            Self::ImportFinished { .. } => ["Import yakunlandi", "Импорт завершён", "Import finished"],
            Self::ImportFailed { .. } => ["Import to'xtatildi", "Импорт прерван", "Import given up"],
        };
        match locale {
            Locale::Uz => uz,
            Locale::Ru => ru,
            Locale::En => en,
        }
    }

    /// A sentence or two.
    pub fn text(&self, locale: Locale) -> String {
        let text = match self {
            Self::OrderPlaced { number, total, .. } => Localized::new(
                format!("Buyurtma {number} qabul qilindi. Jami: {total}."),
                format!("Заказ {number} принят. Итого: {total}."),
                format!("Order {number} has been placed. Total: {total}."),
            ),
            Self::StoreApproved { .. } => Localized::new(
                "Do'koningiz tasdiqlandi: endi mahsulot sotishingiz mumkin.",
                "Ваш магазин одобрен: теперь вы можете продавать.",
                "Your store has been approved: you can sell now.",
            ),
            Self::StoreRejected { .. } => Localized::new(
                "Do'koningiz tasdiqlanmadi. Sababini do'kon sahifasida ko'ring, tuzating va qayta yuboring.",
                "Ваш магазин не одобрен. Причина указана на странице магазина: исправьте и отправьте снова.",
                "Your store has not been approved. See the reason on its page, correct it and submit it again.",
            ),
            Self::ImportFinished { accepted, refused, .. } => Localized::new(
                format!("Qo'shilgan mahsulotlar: {accepted}, rad etilgan qatorlar: {refused}."),
                format!("Добавлено товаров: {accepted}, отклонено строк: {refused}."),
                format!("Products added: {accepted}, rows refused: {refused}."),
            ),
            Self::ImportFailed { reason, .. } => import_failure(*reason),
        };
        text.get(locale).to_owned()
    }
}

/// Why an import ended, and what to do about it.
fn import_failure(reason: ImportFailure) -> Localized {
    match reason {
        ImportFailure::StoreNotActive => Localized::new(
            "Do'kon faol emas, shuning uchun import to'xtatildi. Ungacha yuklangan qatorlar saqlangan.",
            "Магазин не активен, поэтому импорт прерван. Обработанные до этого строки сохранены.",
            "The store is not active, so the import ended early. Rows done until then are kept.",
        ),
        ImportFailure::FileGone => Localized::new(
            "Yuklangan faylni o'qib bo'lmadi. Ungacha yuklangan qatorlar saqlangan; faylni qayta yuboring.",
            "Загруженный файл не удалось прочитать. Обработанные строки сохранены; отправьте файл ещё раз.",
            "The uploaded file could not be read. Rows done until then are kept; please upload it again.",
        ),
        ImportFailure::Stalled => Localized::new(
            "Bizdagi nosozlik sababli import tugamadi. Ungacha yuklangan qatorlar saqlangan; faylni qayta yuboring.",
            "Импорт не завершён из-за сбоя на нашей стороне. Обработанные строки сохранены; отправьте файл ещё раз.",
            "The import did not finish because of a fault of ours. Rows done until then are kept; please upload it again.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages() -> [Message; 7] {
        let store_id = StoreId::derived("s");
        let (accepted, refused) = (990, 10);
        let failed = |reason| Message::ImportFailed { import_id: ImportId::derived("i"), store_id, reason };
        [
            Message::OrderPlaced {
                order_id: OrderId::derived("o"),
                number: "UM-20261123-7K3F9Q".into(),
                total: Money::tiyin(1_851_500_000),
            },
            Message::StoreApproved { store_id },
            Message::StoreRejected { store_id },
            Message::ImportFinished { import_id: ImportId::derived("i"), store_id, accepted, refused },
            failed(ImportFailure::StoreNotActive),
            failed(ImportFailure::FileGone),
            failed(ImportFailure::Stalled),
        ]
    }

    #[test]
    fn every_message_speaks_three_languages() {
        for message in messages() {
            for (one, other) in [(Locale::Uz, Locale::Ru), (Locale::Ru, Locale::En), (Locale::En, Locale::Uz)] {
                assert_ne!(message.title(one), message.title(other));
                assert_ne!(message.text(one), message.text(other));
            }
        }
    }

    #[test]
    fn an_order_is_called_by_its_number_and_total() {
        let text = messages()[0].text(Locale::Uz);
        assert_eq!(text, "Buyurtma UM-20261123-7K3F9Q qabul qilindi. Jami: 18 515 000 so'm.");
    }

    #[test]
    fn a_front_end_sees_type_and_data() {
        let json = serde_json::to_value(&messages()[1]).unwrap();
        assert_eq!(json["type"], "STORE_APPROVED");
        assert_eq!(json["data"]["store_id"], StoreId::derived("s").to_string());
    }
}
