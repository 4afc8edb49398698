use crate::Localized;

/// Why a value is refused, for whoever sent it.
pub trait Reason {
    /// In three languages, to stand after the name of the field: `must be six digits`.
    fn reason(&self) -> Localized;
}
