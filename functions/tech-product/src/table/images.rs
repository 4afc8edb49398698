//! Pictures by their own ids: what their public address answers from, and what the sweep looks at.

use domain::{ImageId, Localized, ProductId, Timestamp};
use dynamodb::{Due, Key, Row};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::domain::MediaType;

/// How long a file is waited for.
const AWAITED_FOR: SignedDuration = SignedDuration::from_hours(1);
/// After so long nothing that was under way when a picture was removed can still put its object: an upload to an address
/// that was given out at the last moment, and took its time.
const UPLOADS_OVER_AFTER: SignedDuration = SignedDuration::from_mins(20);
/// The same where no upload counts any more: a function has answered or was killed.
const REQUESTS_OVER_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// A picture of a product, from its announcement until its objects are gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Its id.
    pub image_id: ImageId,
    /// Whose it is.
    pub product_id: ProductId,
    /// What it was announced as.
    pub media_type: MediaType,
    /// The bytes it was announced with.
    pub length: u64,
    /// What it was announced to show, for those who do not see it.
    pub alt: Localized,
    /// Where it is.
    pub state: PictureState,
    /// When the sweep has to look at it; never while it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look_at: Option<Timestamp>,
    /// When it was announced.
    pub created_at: Timestamp,
}

/// Where a picture is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PictureState {
    /// Its file is waited for.
    Announced,
    /// Everybody sees it.
    Shown,
    /// Nobody does; its objects go.
    Removed,
}

impl Picture {
    /// Until when a file that is announced now is waited for.
    pub fn awaited_until(now: Timestamp) -> Timestamp {
        now + AWAITED_FOR
    }

    /// The same, seen by everybody.
    pub fn shown(&self) -> Self {
        Self { state: PictureState::Shown, look_at: None, ..self.clone() }
    }

    /// The same, seen by nobody: its objects go once nothing can put them again.
    pub fn removed(&self, now: Timestamp) -> Self {
        let after = match self.state {
            PictureState::Announced => UPLOADS_OVER_AFTER,
            PictureState::Shown | PictureState::Removed => REQUESTS_OVER_AFTER,
        };
        Self { state: PictureState::Removed, look_at: Some(now + after), ..self.clone() }
    }

    /// Where its file is put by whoever announced it.
    pub fn incoming(&self) -> String {
        format!("incoming/{}", self.image_id)
    }

    /// Where its file is shown from, once it was checked.
    pub fn object(&self) -> String {
        format!("images/{}", self.image_id)
    }
}

/// Key of a picture.
pub fn picture_key(id: ImageId) -> Key {
    Key::new(format!("IMAGE#{id}"), "IMAGE")
}

impl Row for Picture {
    const KIND: &'static str = "image";

    fn key(&self) -> Key {
        picture_key(self.image_id)
    }

    fn due(&self) -> Option<Due> {
        self.look_at.map(Due)
    }
}
