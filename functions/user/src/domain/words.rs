//! The words of notifications, in the three languages.

use contracts::{CancelReason, Fulfilment, ImportFailure, PaymentMethod, StaffRole};
use domain::{Locale, Localized, Money, Timestamp, business_day};

use super::Message;

impl Message {
    /// A few words.
    pub fn title(&self, locale: Locale) -> &'static str {
        let [uz, ru, en] = match self {
            Self::OrderPlaced { payment_method, .. } if payment_method.in_advance() => {
                ["Buyurtma to'lovni kutmoqda", "Заказ ожидает оплаты", "Order waits for its payment"]
            }
            Self::OrderPlaced { .. } => ["Buyurtma qabul qilindi", "Заказ принят", "Order placed"],
            Self::OrderPaid { .. } => ["To'lov qabul qilindi", "Оплата получена", "Payment received"],
            Self::OrderMoved { to, .. } => moved_title(*to),
            Self::OrderDelivered { .. } => ["Buyurtma yetkazildi", "Заказ доставлен", "Order delivered"],
            Self::OrderCancelled { .. } => ["Buyurtma bekor qilindi", "Заказ отменён", "Order cancelled"],
            Self::RefundCompleted { .. } => ["Pul qaytarildi", "Деньги возвращены", "Money returned"],
            Self::StaffInvited { .. } => ["Do'konga taklif", "Приглашение в магазин", "Invitation to a store"],
            Self::StaffChanged { role: Some(_), .. } => {
                ["Do'kondagi rolingiz o'zgardi", "Ваша роль в магазине изменена", "Your role in a store has changed"]
            }
            Self::StaffChanged { role: None, .. } => [
                "Do'kon xodimlari ro'yxatidan chiqdingiz",
                "Вы больше не работаете в магазине",
                "You left a store's staff",
            ],
            Self::StoreApproved { .. } => ["Do'kon tasdiqlandi", "Магазин одобрен", "Store approved"],
            Self::StoreRejected { .. } => ["Do'kon rad etildi", "Магазин отклонён", "Store turned down"],
            Self::StoreSuspended { .. } => ["Do'kon to'xtatildi", "Магазин приостановлен", "Store suspended"],
            Self::StoreReinstated { .. } => ["Do'kon yana ishlamoqda", "Магазин снова работает", "Store reinstated"],
            Self::StoreClosed { .. } => ["Do'kon yopildi", "Магазин закрыт", "Store closed"],
            Self::ImportFinished { .. } => ["Import yakunlandi", "Импорт завершён", "Import finished"],
            Self::ImportFailed { .. } => ["Import to'xtatildi", "Импорт прерван", "Import given up"],
        };
        match locale {
            Locale::Uz => uz,
            Locale::Ru => ru,
            Locale::En => en,
        }
    }

    /// A sentence or two about what became true at `at`.
    pub fn text(&self, locale: Locale, at: Timestamp) -> String {
        let text = match self {
            Self::OrderPlaced { number, total, payment_method, .. } => placed(number, *total, *payment_method),
            Self::OrderPaid { numbers, amount, .. } => {
                let numbers = numbers.join(", ");
                Localized::new(
                    format!("{amount} to'lov qabul qilindi. Buyurtma: {numbers}."),
                    format!("Оплата {amount} получена. Заказ: {numbers}."),
                    format!("Your payment of {amount} has been received. Order: {numbers}."),
                )
            }
            Self::OrderMoved { number, to, .. } => moved(number, *to),
            Self::OrderDelivered { number, .. } => {
                let day = business_day(at).strftime("%d.%m.%Y");
                Localized::new(
                    format!("Buyurtma {number} {day} kuni yetkazildi. Xaridingiz uchun rahmat!"),
                    format!("Заказ {number} доставлен {day}. Спасибо за покупку!"),
                    format!("Order {number} was delivered on {day}. Thank you!"),
                )
            }
            Self::OrderCancelled { number, reason, refund, .. } => cancelled(number, *reason, *refund),
            Self::RefundCompleted { number, amount, .. } => Localized::new(
                format!("Buyurtma {number} uchun {amount} sizga qaytarildi."),
                format!("За заказ {number} вам возвращено {amount}."),
                format!("{amount} for order {number} have been returned to you."),
            ),
            Self::StaffInvited { store_name, role, .. } => {
                let [uz, ru, en] = role_name(*role);
                Localized::new(
                    format!("«{store_name}» do'koni sizni xodim sifatida taklif qilmoqda: {uz}."),
                    format!("Магазин «{store_name}» приглашает вас в команду: {ru}."),
                    format!("The store “{store_name}” invites you to its staff as {en}."),
                )
            }
            Self::StaffChanged { store_name, role: None, .. } => Localized::new(
                format!("Siz endi «{store_name}» do'konida ishlamaysiz."),
                format!("Вы больше не работаете в магазине «{store_name}»."),
                format!("You no longer work for the store “{store_name}”."),
            ),
            Self::StaffChanged { store_name, role, .. } => {
                let [uz, ru, en] = role_name(*role);
                Localized::new(
                    format!("«{store_name}» do'konidagi rolingiz: {uz}."),
                    format!("Ваша роль в магазине «{store_name}»: {ru}."),
                    format!("Your role in the store “{store_name}” is {en}."),
                )
            }
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
            Self::StoreSuspended { .. } => Localized::new(
                "Do'koningiz to'xtatildi: mahsulotlari ko'rsatilmaydi va sotilmaydi. Sababini do'kon sahifasida \
                 ko'ring. Berilgan buyurtmalarni yetkazing.",
                "Ваш магазин приостановлен: его товары не показываются и не продаются. Причина указана на странице \
                 магазина. Принятые заказы нужно доставить.",
                "Your store has been suspended: its products are neither shown nor sold. See the reason on its page. \
                 Orders placed before are still to be delivered.",
            ),
            Self::StoreReinstated { .. } => Localized::new(
                "Do'koningiz yana ishlamoqda: mahsulotlari ko'rinadi va sotiladi.",
                "Ваш магазин снова работает: его товары показываются и продаются.",
                "Your store has been reinstated: its products are shown and sold again.",
            ),
            Self::StoreClosed { .. } => Localized::new(
                "Do'koningiz butunlay yopildi. Berilgan buyurtmalarni yetkazing.",
                "Ваш магазин закрыт окончательно. Принятые заказы нужно доставить.",
                "Your store has been closed for good. Orders placed before are still to be delivered.",
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

fn placed(number: &str, total: Money, method: PaymentMethod) -> Localized {
    match method {
        PaymentMethod::Payme => Localized::new(
            format!(
                "Buyurtma {number} qabul qilindi. Jami: {total}. Uni Payme orqali to'lang, aks holda bekor bo'ladi."
            ),
            format!("Заказ {number} принят. Итого: {total}. Оплатите его через Payme, иначе он будет отменён."),
            format!("Order {number} has been placed. Total: {total}. Pay it with Payme, or it will be cancelled."),
        ),
        PaymentMethod::CashOnDelivery => Localized::new(
            format!("Buyurtma {number} qabul qilindi. Jami: {total}."),
            format!("Заказ {number} принят. Итого: {total}."),
            format!("Order {number} has been placed. Total: {total}."),
        ),
    }
}

const fn moved_title(to: Fulfilment) -> [&'static str; 3] {
    match to {
        Fulfilment::Confirmed => ["Buyurtma tasdiqlandi", "Заказ подтверждён", "Order confirmed"],
        Fulfilment::Shipped => ["Buyurtma jo'natildi", "Заказ отправлен", "Order shipped"],
        Fulfilment::OutForDelivery => ["Buyurtma kuryerda", "Заказ у курьера", "Order out for delivery"],
        Fulfilment::PendingPayment
        | Fulfilment::Pending
        | Fulfilment::Processing
        | Fulfilment::Packed
        | Fulfilment::Delivered
        | Fulfilment::Cancelled
        | Fulfilment::Failed => ["Buyurtma holati o'zgardi", "Статус заказа изменён", "Order on its way"],
    }
}

fn moved(number: &str, to: Fulfilment) -> Localized {
    let [uz, ru, en] = match to {
        Fulfilment::Confirmed => {
            ["do'kon tomonidan tasdiqlandi", "подтверждён магазином", "has been confirmed by the store"]
        }
        Fulfilment::Shipped => ["jo'natildi va yo'lda", "отправлен и уже в пути", "has been shipped and is on its way"],
        Fulfilment::OutForDelivery => [
            "kuryerda: tez orada sizda bo'ladi",
            "у курьера: скоро будет у вас",
            "is with the courier and will be with you soon",
        ],
        Fulfilment::PendingPayment
        | Fulfilment::Pending
        | Fulfilment::Processing
        | Fulfilment::Packed
        | Fulfilment::Delivered
        | Fulfilment::Cancelled
        | Fulfilment::Failed => ["holati o'zgardi", "изменил статус", "has moved on"],
    };
    Localized::new(format!("Buyurtma {number} {uz}."), format!("Заказ {number} {ru}."), format!("Order {number} {en}."))
}

fn cancelled(number: &str, reason: CancelReason, refund: Option<Money>) -> Localized {
    let [uz, ru, en] = match reason {
        CancelReason::Shopper => ["siz bekor qildingiz", "вы отменили его", "you cancelled it"],
        CancelReason::Store => {
            ["do'kon yetkaza olmaydi", "магазин не может его доставить", "the store cannot deliver it"]
        }
        CancelReason::NotAccepted => {
            ["do'kon vaqtida qabul qilmadi", "магазин не принял его вовремя", "the store did not accept it in time"]
        }
        CancelReason::NotShipped => {
            ["do'kon vaqtida jo'natmadi", "магазин не отправил его вовремя", "the store did not ship it in time"]
        }
        CancelReason::NotPaid => ["vaqtida to'lanmadi", "он не был оплачен вовремя", "it was not paid in time"],
        CancelReason::Provider => {
            ["to'lov tizimi to'lovni qaytardi", "платёжная система вернула платёж", "the payment was taken back"]
        }
        CancelReason::Platform => {
            ["UltraMarket bekor qildi", "его отменила площадка UltraMarket", "UltraMarket ended it"]
        }
        CancelReason::Lost => ["yo'lda yo'qoldi", "он потерян в пути", "it was lost on its way"],
    };
    let (back_uz, back_ru, back_en) = refund.map_or_else(Default::default, |refund| {
        (
            format!(" Sizga {refund} qaytariladi."),
            format!(" Вам вернётся {refund}."),
            format!(" You will get {refund} back."),
        )
    });
    Localized::new(
        format!("Buyurtma {number} bekor qilindi: {uz}.{back_uz}"),
        format!("Заказ {number} отменён: {ru}.{back_ru}"),
        format!("Order {number} has been cancelled: {en}.{back_en}"),
    )
}

const fn role_name(role: Option<StaffRole>) -> [&'static str; 3] {
    match role {
        Some(StaffRole::Owner) => ["egasi", "владелец", "an owner"],
        Some(StaffRole::Manager) => ["menejer", "менеджер", "a manager"],
        Some(StaffRole::Employee) => ["xodim", "сотрудник", "an employee"],
        Some(StaffRole::Viewer) => ["kuzatuvchi", "наблюдатель", "a viewer"],
        Some(StaffRole::Accountant) => ["buxgalter", "бухгалтер", "an accountant"],
        None => ["a'zo", "участник", "a member"],
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
        ImportFailure::BadFile => Localized::new(
            "Faylni qabul qilib bo'lmadi: importning o'zida sababi ko'rsatilgan. Uni tuzatib, faylni qayta yuboring.",
            "Файл не может быть принят: причина указана в самом импорте. Исправьте файл и отправьте его ещё раз.",
            "The file cannot be taken: the import itself says why. Please mend the file and upload it again.",
        ),
        ImportFailure::CategoryRetired => Localized::new(
            "Bu turkum endi ishlatilmaydi, shuning uchun import to'xtatildi. Ungacha yuklangan qatorlar saqlangan; faylni boshqa turkumga yuboring.",
            "Категория больше не используется, поэтому импорт прерван. Обработанные до этого строки сохранены; отправьте файл в другую категорию.",
            "The category is not in use any more, so the import ended early. Rows done until then are kept; please upload the file to another category.",
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
    use domain::{CheckoutId, ImportId, OrderId, StoreId};

    use super::*;

    const REASONS: [CancelReason; 8] = [
        CancelReason::Shopper,
        CancelReason::Store,
        CancelReason::NotAccepted,
        CancelReason::NotShipped,
        CancelReason::NotPaid,
        CancelReason::Provider,
        CancelReason::Platform,
        CancelReason::Lost,
    ];

    fn messages() -> Vec<Message> {
        let (store_id, order_id, number) = (StoreId::derived("s"), OrderId::derived("o"), "UM-20261123-7K3F9Q");
        let total = Money::tiyin(1_851_500_000);
        let mut all = vec![
            Message::OrderPaid { checkout_id: CheckoutId::derived("c"), numbers: vec![number.into()], amount: total },
            Message::OrderDelivered { order_id, number: number.into() },
            Message::RefundCompleted { order_id, number: number.into(), amount: total },
            Message::StoreApproved { store_id },
            Message::StoreRejected { store_id },
            Message::StoreSuspended { store_id },
            Message::StoreReinstated { store_id },
            Message::StoreClosed { store_id },
            Message::ImportFinished { import_id: ImportId::derived("i"), store_id, accepted: 990, refused: 10 },
        ];
        let number = || number.to_owned();
        all.extend(PaymentMethod::ALL.map(|payment_method| Message::OrderPlaced {
            order_id,
            number: number(),
            total,
            payment_method,
        }));
        all.extend(
            [Fulfilment::Confirmed, Fulfilment::Shipped, Fulfilment::OutForDelivery].map(|to| Message::OrderMoved {
                order_id,
                number: number(),
                to,
            }),
        );
        for refund in [None, Some(total)] {
            all.extend(REASONS.map(|reason| Message::OrderCancelled { order_id, number: number(), reason, refund }));
        }
        let roles =
            [StaffRole::Owner, StaffRole::Manager, StaffRole::Employee, StaffRole::Viewer, StaffRole::Accountant];
        let store_name = || "Texno".to_owned();
        for role in roles.map(Some) {
            all.push(Message::StaffInvited { store_id, store_name: store_name(), role });
        }
        for role in roles.map(Some).into_iter().chain([None]) {
            all.push(Message::StaffChanged { store_id, store_name: store_name(), role });
        }
        all.extend(
            [
                ImportFailure::StoreNotActive,
                ImportFailure::FileGone,
                ImportFailure::BadFile,
                ImportFailure::CategoryRetired,
                ImportFailure::Stalled,
            ]
            .map(|reason| Message::ImportFailed { import_id: ImportId::derived("i"), store_id, reason }),
        );
        all
    }

    fn at() -> Timestamp {
        "2026-11-23T20:00:00Z".parse().unwrap()
    }

    #[test]
    fn every_message_speaks_three_languages_and_says_something_of_its_own() {
        let messages = messages();
        for message in &messages {
            for (one, other) in [(Locale::Uz, Locale::Ru), (Locale::Ru, Locale::En), (Locale::En, Locale::Uz)] {
                assert_ne!(message.title(one), message.title(other));
                assert_ne!(message.text(one, at()), message.text(other, at()));
            }
        }
        for locale in Locale::ALL {
            let mut texts: Vec<_> = messages.iter().map(|m| m.text(locale, at())).collect();
            texts.sort();
            texts.dedup();
            assert_eq!(texts.len(), messages.len(), "{locale}");
        }
    }

    #[test]
    fn money_and_days_are_written_as_people_write_them() {
        let messages = messages();
        let cash = "Buyurtma UM-20261123-7K3F9Q qabul qilindi. Jami: 18 515 000 so'm.";
        assert!(messages.iter().any(|m| m.text(Locale::Uz, at()) == cash));
        // 20:00 UTC is the next day in Tashkent.
        let delivered = "Заказ UM-20261123-7K3F9Q доставлен 24.11.2026. Спасибо за покупку!";
        assert!(messages.iter().any(|m| m.text(Locale::Ru, at()) == delivered));
        let cancelled = "Order UM-20261123-7K3F9Q has been cancelled: the store cannot deliver it. \
                         You will get 18 515 000 so'm back.";
        assert!(messages.iter().any(|m| m.text(Locale::En, at()) == cancelled));
    }

    #[test]
    fn a_prepaid_order_says_that_it_is_to_be_paid() {
        let prepaid = messages().into_iter().find(|m| m.title(Locale::En) == "Order waits for its payment").unwrap();
        assert!(prepaid.text(Locale::En, at()).contains("Pay it with Payme"));
    }

    #[test]
    fn a_front_end_sees_type_and_data() {
        let json = serde_json::to_value(Message::StoreApproved { store_id: StoreId::derived("s") }).unwrap();
        assert_eq!(json["type"], "STORE_APPROVED");
        assert_eq!(json["data"]["store_id"], StoreId::derived("s").to_string());
    }

    #[test]
    fn an_order_told_before_there_was_a_choice_was_paid_in_cash() {
        let old = serde_json::json!({"type": "ORDER_PLACED", "data": {
            "order_id": OrderId::derived("o").to_string(), "number": "UM-1", "total": {"amount": 1, "currency": "UZS"},
        }});
        let message: Message = serde_json::from_value(old).unwrap();
        assert!(matches!(message, Message::OrderPlaced { payment_method: PaymentMethod::CashOnDelivery, .. }));
    }
}
