//! The images of one product: how many there are, in which order, and which of them stands for it.

use domain::{ImageId, Localized};
use serde::{Deserialize, Serialize};

use super::Refusal;
use super::details::localized;
use super::picture::MediaType;

/// Images of one product, those that were announced and not confirmed yet included.
pub const IMAGES_MAX: usize = 10;
/// What is said of an image, in characters.
const ALT_MAX: usize = 200;

/// The images of a product, and those it waits for. Exactly one of those that are shown is the primary one, whenever there
/// are any: the one that was made it, or else the first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Gallery {
    /// In the order of the page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    shown: Vec<Image>,
    /// Announced, not confirmed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    awaited: Vec<ImageId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    primary: Option<ImageId>,
}

/// A picture that is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Its id.
    pub image_id: ImageId,
    /// What it is written in.
    pub media_type: MediaType,
    /// Pixels, so that a page can leave room for it; absent for a drawing that names no size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// What it shows, for those who do not see it.
    pub alt: Localized,
}

/// The sides of a picture, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
}

/// What is to be said anew of an image; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImageChange {
    /// What it shows.
    pub alt: Option<Localized>,
    /// Its place, from 1; beyond the last is the last.
    pub position: Option<usize>,
    /// It becomes the primary one, and the other one is it no more.
    pub primary: bool,
}

/// Why the images of a product do not change so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GalleryError {
    /// Over the limit.
    #[error("a product has at most {IMAGES_MAX} images")]
    Full,
    /// The product has no such image.
    #[error("there is no such image")]
    NoImage,
    /// It was announced, and its file was not confirmed.
    #[error("the image is not confirmed yet")]
    Awaited,
}

impl Gallery {
    /// Whether there is nothing shown and nothing awaited.
    pub const fn is_empty(&self) -> bool {
        self.shown.is_empty() && self.awaited.is_empty()
    }

    /// In the order of the page.
    pub fn shown(&self) -> &[Image] {
        &self.shown
    }

    /// Announced, not confirmed.
    pub fn awaited(&self) -> &[ImageId] {
        &self.awaited
    }

    /// The one that stands for the product.
    pub fn primary(&self) -> Option<&Image> {
        let named = self.shown.iter().find(|image| Some(image.image_id) == self.primary);
        named.or_else(|| self.shown.first())
    }

    /// Makes room for one more.
    pub fn announce(&mut self, id: ImageId) -> Result<(), GalleryError> {
        if self.shown.len() + self.awaited.len() >= IMAGES_MAX {
            return Err(GalleryError::Full);
        }
        self.awaited.push(id);
        Ok(())
    }

    /// Shows what was announced, after all others.
    pub fn confirm(&mut self, image: Image) -> Result<(), GalleryError> {
        let at = self.awaited.iter().position(|id| *id == image.image_id).ok_or(GalleryError::NoImage)?;
        self.awaited.remove(at);
        self.shown.push(image);
        self.keep_primary();
        Ok(())
    }

    /// Changes one that is shown.
    pub fn change(&mut self, id: ImageId, change: ImageChange) -> Result<(), GalleryError> {
        if self.awaited.contains(&id) {
            return Err(GalleryError::Awaited);
        }
        let at = self.shown.iter().position(|image| image.image_id == id).ok_or(GalleryError::NoImage)?;
        self.keep_primary();
        let mut image = self.shown.remove(at);
        image.alt = change.alt.unwrap_or(image.alt);
        if change.primary {
            self.primary = Some(id);
        }
        let to = change.position.map_or(at, |position| position.saturating_sub(1));
        self.shown.insert(to.min(self.shown.len()), image);
        Ok(())
    }

    /// Takes one away, shown or awaited.
    pub fn remove(&mut self, id: ImageId) -> Result<(), GalleryError> {
        let before = self.shown.len() + self.awaited.len();
        self.shown.retain(|image| image.image_id != id);
        self.awaited.retain(|awaited| *awaited != id);
        if self.shown.len() + self.awaited.len() == before {
            return Err(GalleryError::NoImage);
        }
        self.keep_primary();
        Ok(())
    }

    /// Names the primary image, so that it stays the same when the order changes.
    fn keep_primary(&mut self) {
        self.primary = self.primary().map(|image| image.image_id);
    }
}

/// Checks the text that stands for an image: 1 to 200 characters in each language.
pub fn check_alt(alt: &Localized) -> Result<(), Refusal> {
    localized(alt, ALT_MAX).map_or(Ok(()), |fault| Err(Refusal::new("alt", fault)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(n: u8) -> ImageId {
        ImageId::derived(&n.to_string())
    }

    fn image(n: u8) -> Image {
        Image { image_id: id(n), media_type: MediaType::Png, size: None, alt: Localized::same("Old tomoni") }
    }

    #[derive(Debug, Clone)]
    enum Step {
        Announce(u8),
        Confirm(u8),
        Change(u8, ImageChange),
        Remove(u8),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let change = (0_u8..14, proptest::option::of(0_usize..12), any::<bool>());
        let change =
            change.prop_map(|(n, position, primary)| Step::Change(n, ImageChange { alt: None, position, primary }));
        let step = prop_oneof![
            3 => (0_u8..14).prop_map(Step::Announce),
            3 => (0_u8..14).prop_map(Step::Confirm),
            2 => change,
            1 => (0_u8..14).prop_map(Step::Remove),
        ];
        proptest::collection::vec(step, 0..60)
    }

    proptest! {
        #[test]
        fn exactly_one_image_is_the_primary_one_whatever_happens(steps in steps()) {
            let mut gallery = Gallery::default();
            for step in steps {
                let before = gallery.clone();
                let done = match step.clone() {
                    Step::Announce(n) if gallery.shown().iter().any(|i| i.image_id == id(n)) || gallery.awaited().contains(&id(n)) => Ok(()),
                    Step::Announce(n) => gallery.announce(id(n)),
                    Step::Confirm(n) => gallery.confirm(image(n)),
                    Step::Change(n, change) => gallery.change(id(n), change),
                    Step::Remove(n) => gallery.remove(id(n)),
                };
                prop_assert!(done.is_ok() || gallery == before, "what is refused changes nothing: {step:?}");
                let primaries = gallery.shown().iter().filter(|i| Some(i.image_id) == gallery.primary().map(|p| p.image_id));
                prop_assert_eq!(primaries.count(), usize::from(!gallery.shown().is_empty()));
                prop_assert!(gallery.shown().len() + gallery.awaited().len() <= IMAGES_MAX);
                // Only being made it, being the first ever, or losing the one before makes an image the primary one.
                let (was, is) = (before.primary(), gallery.primary());
                if let (Some(was), Some(is)) = (was, is) && was.image_id != is.image_id {
                    let made = matches!(&step, Step::Change(n, ImageChange { primary: true, .. }) if id(*n) == is.image_id);
                    let lost = matches!(&step, Step::Remove(n) if id(*n) == was.image_id);
                    prop_assert!(made || lost, "{step:?}");
                }
            }
        }
    }

    #[test]
    fn an_image_moves_to_its_place_and_keeps_its_rank() {
        let mut gallery = Gallery::default();
        for n in 1..=4 {
            gallery.announce(id(n)).unwrap();
            gallery.confirm(image(n)).unwrap();
        }
        let order = |gallery: &Gallery| gallery.shown().iter().map(|i| i.image_id).collect::<Vec<_>>();
        let to = |position| ImageChange { position: Some(position), ..ImageChange::default() };
        gallery.change(id(4), to(1)).unwrap();
        assert_eq!(order(&gallery), [4, 1, 2, 3].map(id));
        assert_eq!(gallery.primary().unwrap().image_id, id(1), "the order says nothing of the rank");
        gallery.change(id(4), to(99)).unwrap();
        assert_eq!(order(&gallery), [1, 2, 3, 4].map(id));
        gallery.remove(id(1)).unwrap();
        assert_eq!(gallery.primary().unwrap().image_id, id(2), "the first of those that are left");
    }

    #[test]
    fn what_is_awaited_takes_a_place_and_is_not_shown() {
        let mut gallery = Gallery::default();
        for n in 0..10 {
            gallery.announce(id(n)).unwrap();
        }
        assert_eq!(gallery.announce(id(10)), Err(GalleryError::Full));
        assert_eq!((gallery.shown().len(), gallery.primary()), (0, None));
        assert_eq!(gallery.change(id(3), ImageChange::default()), Err(GalleryError::Awaited));
        assert_eq!((gallery.remove(id(3)), gallery.remove(id(3))), (Ok(()), Err(GalleryError::NoImage)));
        gallery.announce(id(10)).unwrap();
        assert_eq!(gallery.confirm(image(3)), Err(GalleryError::NoImage));
    }
}
