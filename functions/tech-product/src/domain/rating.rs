//! Stars, and what many of them come to.

use serde::{Deserialize, Serialize};

/// One to five.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Stars(u8);

/// The most stars.
pub const STARS_MAX: u8 = 5;

/// Fewer than one, or more than five.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rating is from 1 to 5")]
pub struct NoStars;

impl TryFrom<u8> for Stars {
    type Error = NoStars;

    fn try_from(stars: u8) -> Result<Self, NoStars> {
        if (1..=STARS_MAX).contains(&stars) { Ok(Self(stars)) } else { Err(NoStars) }
    }
}

impl From<Stars> for u8 {
    fn from(Stars(stars): Stars) -> Self {
        stars
    }
}

impl Stars {
    /// The attribute that counts reviews of so many stars: see [`Rating`].
    pub const fn attribute(self) -> &'static str {
        match self.0 {
            1 => "stars_1",
            2 => "stars_2",
            3 => "stars_3",
            4 => "stars_4",
            _ => "stars_5",
        }
    }
}

/// How many of a product's approved reviews gave so many stars. It stands in the product and in its card, each count an
/// attribute of its own, so that an approval adds to it without having read either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Rating {
    /// One star.
    #[serde(skip_serializing_if = "is_zero")]
    pub stars_1: u32,
    /// Two.
    #[serde(skip_serializing_if = "is_zero")]
    pub stars_2: u32,
    /// Three.
    #[serde(skip_serializing_if = "is_zero")]
    pub stars_3: u32,
    /// Four.
    #[serde(skip_serializing_if = "is_zero")]
    pub stars_4: u32,
    /// Five.
    #[serde(skip_serializing_if = "is_zero")]
    pub stars_5: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Rating {
    /// How many gave one star, two … five.
    pub const fn counts(self) -> [u32; STARS_MAX as usize] {
        [self.stars_1, self.stars_2, self.stars_3, self.stars_4, self.stars_5]
    }

    /// How many reviews there are.
    pub fn count(self) -> u64 {
        self.counts().into_iter().map(u64::from).sum()
    }

    /// All their stars: over [`Rating::count`] it is the average.
    pub fn sum(self) -> u64 {
        (1..).zip(self.counts()).map(|(stars, count)| stars * u64::from(count)).sum()
    }

    /// Whether there are reviews, and so many stars or more on average.
    pub fn at_least(self, stars: Stars) -> bool {
        self.count() > 0 && self.sum() >= self.count() * u64::from(stars.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rating_sums_its_stars_exactly() {
        let rating = Rating { stars_1: 1, stars_4: 2, stars_5: 1, ..Rating::default() };
        assert_eq!((rating.sum(), rating.count()), (14, 4));
        let stars = |n: u8| Stars::try_from(n).unwrap();
        assert!(rating.at_least(stars(3)) && !rating.at_least(stars(4)), "3.5 on average");
        assert!(!Rating::default().at_least(stars(1)), "nobody has said anything");
        let most = Rating { stars_5: u32::MAX, stars_4: u32::MAX, ..Rating::default() };
        assert_eq!(most.sum(), u64::from(u32::MAX) * 9);
    }

    #[test]
    fn the_attribute_of_a_star_is_the_one_that_counts_it() {
        for stars in 1..=STARS_MAX {
            let row = serde_json::json!({Stars::try_from(stars).unwrap().attribute(): 7});
            let rating: Rating = serde_json::from_value(row).unwrap();
            assert_eq!((rating.count(), rating.sum()), (7, 7 * u64::from(stars)));
        }
        for wrong in [0, 6, u8::MAX] {
            assert_eq!(Stars::try_from(wrong), Err(NoStars));
        }
    }

    #[test]
    fn what_nobody_gave_is_not_written() {
        assert_eq!(serde_json::to_value(Rating::default()).unwrap(), serde_json::json!({}));
    }
}
