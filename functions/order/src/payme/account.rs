use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{CheckoutId, Locale, Money};
use lambda::{Failure, Settings};
use sha2::{Digest, Sha256};

/// The user name that Payme signs in with.
const USER: &str = "Paycom";
/// Where a shopper pays.
const CHECKOUT: &str = "https://checkout.paycom.uz/";

/// How Payme knows us. Without a key nobody is Payme, and nothing can be paid through it.
#[derive(Clone, Default)]
pub struct PaymeAccount {
    merchant_id: String,
    /// The hash of the whole header that Payme sends: compared in constant time.
    header: Option<[u8; 32]>,
}

impl PaymeAccount {
    /// `merchant` with its `key`; none when either is empty.
    pub fn new(merchant: &str, key: &str) -> Self {
        if merchant.is_empty() || key.is_empty() {
            return Self::default();
        }
        let header = format!("Basic {}", STANDARD.encode(format!("{USER}:{key}")));
        Self { merchant_id: merchant.to_owned(), header: Some(Sha256::digest(header).into()) }
    }

    /// `PAYME_MERCHANT_ID` and `PAYME_KEY`.
    pub fn of(settings: &Settings) -> Result<Self, Failure> {
        let setting = |name| settings.get(name).unwrap_or_default();
        Ok(Self::new(setting("PAYME_MERCHANT_ID"), setting("PAYME_KEY")))
    }

    /// Whether anything can be paid through Payme.
    pub const fn is_open(&self) -> bool {
        self.header.is_some()
    }

    /// Whether whoever sent `authorization` is Payme. Hashes are compared, so the time tells nothing of the key.
    pub(crate) fn is_payme(&self, authorization: Option<&str>) -> bool {
        let given = authorization.map(|header| <[u8; 32]>::from(Sha256::digest(header)));
        given.is_some() && given == self.header
    }

    /// Where the shopper pays a checkout.
    pub fn link(&self, checkout: CheckoutId, amount: Money, locale: Locale) -> String {
        let (merchant, tiyin, language) = (&self.merchant_id, amount.minor(), locale.code());
        let parameters = format!("m={merchant};ac.order_id={checkout};a={tiyin};l={language}");
        format!("{CHECKOUT}{}", STANDARD.encode(parameters))
    }
}
