//! Images of a product: announced, put, confirmed, changed, taken away, with everybody at once and killed at any step.

use contracts::{Event, Fact};
use domain::{ImageId, Localized, business_day};
use dynamodb::{OutboxRow, Query, Stored};
use futures::future::join_all;
use jiff::SignedDuration;

use crate::domain::{GalleryError, IMAGES_MAX, ImageChange, MediaType, PictureFault, Product};
use crate::ops::images::ImageError;
use crate::ops::images::announce::{NewImage, announce};
use crate::ops::images::change::{change, remove};
use crate::ops::images::confirm::confirm;
use crate::ops::sweep::sweep;
use crate::table::{Card, Picture, PictureState, card_key, picture_key, product_key};
use crate::testbed::{World, by_owner, cpu, id_of, owner, store};

const SVG: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 400 300'><rect width='9' height='9'/></svg>";

fn svg() -> NewImage {
    NewImage { media_type: MediaType::Svg, length: SVG.len() as u64, alt: Localized::same("Old tomoni"), key: None }
}

impl World {
    async fn with_product() -> Self {
        let world = Self::with_catalogue().await;
        world.import(&[cpu("a", 1_000_000, 3)]).await;
        world
    }

    async fn product(&self) -> Stored<Product> {
        self.get(product_key(id_of("a"))).await.unwrap()
    }

    async fn picture(&self, id: ImageId) -> Option<PictureState> {
        self.get::<Picture>(picture_key(id)).await.map(|picture| picture.state)
    }

    fn put(&self, name: String, bytes: &[u8]) {
        self.files.0.lock().unwrap().insert(name, bytes.to_vec());
    }

    /// Names of the objects that are there.
    fn objects(&self) -> Vec<String> {
        let files = self.files.0.lock().unwrap();
        let mut names: Vec<_> = files.keys().filter(|name| !name.starts_with("imports/")).cloned().collect();
        names.sort();
        names
    }

    /// Announces an image and puts its file.
    async fn uploaded(&self) -> ImageId {
        let (picture, to) = announce(&self.intake, self.product().await, svg(), owner()).await.unwrap();
        let headers = to.unwrap().headers;
        assert!(headers.contains(&("content-length".to_owned(), SVG.len().to_string())), "{headers:?}");
        assert!(headers.contains(&("content-type".to_owned(), "image/svg+xml".to_owned())), "{headers:?}");
        self.put(picture.incoming(), SVG);
        picture.image_id
    }

    async fn confirmed(&self) -> ImageId {
        let id = self.uploaded().await;
        confirm(&self.intake, self.product().await, id, by_owner()).await.unwrap();
        id
    }

    async fn primary(&self) -> Option<ImageId> {
        let product = self.product().await;
        let card = self.get::<Card>(card_key(store(), "a")).await.unwrap();
        let primary = product.images.primary().map(|image| image.image_id);
        assert_eq!(card.image, primary, "the card shows the primary image");
        primary
    }

    /// The sweep after so many minutes.
    async fn swept_after(&self, minutes: i64) {
        self.clock.advance(SignedDuration::from_mins(minutes));
        sweep(&self.intake).await.unwrap();
    }
}

#[tokio::test]
async fn a_confirmed_image_is_on_the_page_and_the_card_and_its_upload_leads_nowhere() {
    let w = World::with_product().await;
    let before = w.product().await;
    let first = w.uploaded().await;
    assert!(w.product().await.images.shown().is_empty(), "nobody sees what was only announced");
    for _ in 0..2 {
        let product = confirm(&w.intake, w.product().await, first, by_owner()).await.unwrap();
        assert_eq!(product.images.shown().len(), 1);
    }
    let second = w.confirmed().await;
    let product = w.product().await;
    assert_eq!(product.images.shown().iter().map(|image| image.image_id).collect::<Vec<_>>(), [first, second]);
    assert_eq!((w.primary().await, product.edited_at), (Some(first), before.edited_at), "imports still write it");
    let objects = [first, second].map(|id| format!("images/{id}"));
    let mut sorted = objects.to_vec();
    sorted.sort();
    assert_eq!(w.objects(), sorted);
    // Whoever still has the address puts something else: nobody sees it, not even after another confirmation.
    w.put(format!("incoming/{first}"), b"<script/>");
    confirm(&w.intake, w.product().await, first, by_owner()).await.unwrap();
    assert_eq!(w.files.0.lock().unwrap()[&format!("images/{first}")], SVG);
    // An import changes the product and keeps its images.
    w.import(&[cpu("a", 2_000_000, 3)]).await;
    assert_eq!(w.product().await.images, product.images);
}

#[tokio::test]
async fn what_was_not_announced_so_is_not_shown() {
    let w = World::with_product().await;
    let id = w.uploaded().await;
    let name = format!("incoming/{id}");
    let confirmed = || async { confirm(&w.intake, w.product().await, id, by_owner()).await };
    w.files.0.lock().unwrap().clear();
    assert!(matches!(confirmed().await, Err(ImageError::NotUploaded("no file has arrived"))));
    w.put(name.clone(), b"");
    assert!(matches!(confirmed().await, Err(ImageError::NotUploaded("no file has arrived"))));
    for other in [&SVG[1..], &[SVG, b" "].concat()] {
        w.put(name.clone(), other);
        assert!(matches!(confirmed().await, Err(ImageError::NotUploaded("the file has another length"))));
    }
    let mut script = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec();
    script.resize(SVG.len(), b' ');
    for other in [script, vec![b'x'; SVG.len()]] {
        w.put(name.clone(), &other);
        assert!(matches!(confirmed().await, Err(ImageError::Picture(PictureFault::Svg(_)))));
    }
    assert!(w.product().await.images.shown().is_empty());
    assert_eq!(w.objects(), std::slice::from_ref(&name));
    // The right file can still come.
    w.put(name, SVG);
    confirmed().await.unwrap();
    for (length, alt) in [(0, "a"), (5 * 1024 * 1024 + 1, "a"), (1, ""), (1, &"a".repeat(201))] {
        let new = NewImage { length, alt: Localized::same(alt), ..svg() };
        let refused = announce(&w.intake, w.product().await, new, owner()).await;
        assert!(matches!(refused, Err(ImageError::Length(_) | ImageError::Faults(_))), "{length} {alt}");
    }
    // Another product's address does not reach it.
    w.import(&[cpu("b", 1_000_000, 3)]).await;
    let other = || async { w.get::<Product>(product_key(id_of("b"))).await.unwrap() };
    let confirmed = confirm(&w.intake, other().await, id, by_owner()).await.map(|_| ());
    let removed = remove(&w.ctx, other().await, id, by_owner()).await;
    for refused in [confirmed, removed] {
        assert!(matches!(refused, Err(ImageError::Gallery(GalleryError::NoImage))), "{refused:?}");
    }
}

#[tokio::test]
async fn the_eleventh_of_many_at_once_is_refused() {
    let w = World::with_product().await;
    w.confirmed().await;
    let product = w.product().await;
    let announced = join_all((0..14).map(|_| announce(&w.intake, product.clone(), svg(), owner()))).await;
    let refused = announced.iter().filter(|r| matches!(r, Err(ImageError::Gallery(GalleryError::Full)))).count();
    let made: Vec<ImageId> = announced.into_iter().filter_map(|r| Some(r.ok()?.0.image_id)).collect();
    assert_eq!((made.len(), refused), (IMAGES_MAX - 1, 5));
    // All of them at once, and each twice: shown once each, and one is the primary one.
    for id in &made {
        w.put(format!("incoming/{id}"), SVG);
    }
    let product = w.product().await;
    let twice = made.iter().chain(&made).map(|id| confirm(&w.intake, product.clone(), *id, by_owner()));
    for confirmed in join_all(twice).await {
        confirmed.unwrap();
    }
    assert_eq!(w.product().await.images.shown().len(), IMAGES_MAX);
    assert!(w.primary().await.is_some());
}

#[tokio::test]
async fn a_request_that_is_repeated_under_its_key_announces_one_image() {
    let w = World::with_product().await;
    let keyed = || NewImage { key: Some("the-front-view".into()), ..svg() };
    let product = w.product().await;
    let announced = join_all((0..5).map(|_| announce(&w.intake, product.clone(), keyed(), owner()))).await;
    let ids: Vec<ImageId> = announced.into_iter().map(|r| r.unwrap().0.image_id).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(w.product().await.images.awaited(), [ids[0]]);
    let other = NewImage { length: 7, ..keyed() };
    let refused = announce(&w.intake, w.product().await, other, owner()).await;
    assert!(matches!(refused, Err(ImageError::OtherRequest)));
    w.put(format!("incoming/{}", ids[0]), SVG);
    confirm(&w.intake, w.product().await, ids[0], by_owner()).await.unwrap();
    let (picture, to) = announce(&w.intake, w.product().await, keyed(), owner()).await.unwrap();
    assert_eq!((picture.state, to), (PictureState::Shown, None));
    remove(&w.ctx, w.product().await, picture.image_id, by_owner()).await.unwrap();
    let gone = announce(&w.intake, w.product().await, keyed(), owner()).await;
    assert!(matches!(gone, Err(ImageError::OtherRequest)), "what was taken away does not come back by a repetition");
}

#[tokio::test]
async fn when_the_primary_image_goes_the_next_one_takes_its_place() {
    let w = World::with_product().await;
    let [first, second, third] = [w.confirmed().await, w.confirmed().await, w.confirmed().await];
    let primary = ImageChange { primary: true, ..ImageChange::default() };
    change(&w.ctx, w.product().await, third, primary, by_owner()).await.unwrap();
    assert_eq!(w.primary().await, Some(third));
    let product = w.product().await;
    for removed in join_all([first, third, third].map(|id| remove(&w.ctx, product.clone(), id, by_owner()))).await {
        removed.unwrap();
    }
    assert_eq!(w.primary().await, Some(second));
    assert_eq!(w.picture(third).await, Some(PictureState::Removed), "its address leads nowhere");
    let refused = confirm(&w.intake, w.product().await, third, by_owner()).await;
    assert!(matches!(refused, Err(ImageError::Gallery(GalleryError::NoImage))));
    remove(&w.ctx, w.product().await, second, by_owner()).await.unwrap();
    assert_eq!(w.primary().await, None);
    w.swept_after(0).await;
    assert_eq!(w.objects().len(), 3, "a confirmation under way could still put them");
    for _ in 0..2 {
        w.swept_after(1).await;
    }
    assert_eq!((w.objects(), w.picture(third).await), (Vec::<String>::new(), None));
}

#[tokio::test]
async fn an_image_that_nobody_confirms_leaves_after_an_hour() {
    let w = World::with_product().await;
    let id = w.uploaded().await;
    w.swept_after(59).await;
    assert_eq!(w.product().await.images.awaited(), [id]);
    w.swept_after(1).await;
    assert!(w.product().await.images.is_empty());
    let late = confirm(&w.intake, w.product().await, id, by_owner()).await;
    assert!(matches!(late, Err(ImageError::Gallery(GalleryError::NoImage))));
    // The address that was given out has ended; whatever came by it goes.
    w.put(format!("images/{id}"), SVG);
    w.swept_after(20).await;
    assert_eq!((w.objects(), w.picture(id).await), (Vec::<String>::new(), None));
    let kept = w.confirmed().await;
    w.swept_after(600).await;
    assert_eq!(w.picture(kept).await, Some(PictureState::Shown));
}

/// Dropped after each number of steps in turn, then done again: never an image without its object, never one object more.
#[tokio::test]
async fn a_request_killed_at_any_step_is_done_by_its_repetition() {
    let w = World::with_product().await;
    let mut killed_before_the_end = 0;
    for steps in (0..40).step_by(2) {
        let id = w.uploaded().await;
        let interrupted = |steps: usize| async move {
            for _ in 0..steps {
                tokio::task::yield_now().await;
            }
        };
        let product = w.product().await;
        tokio::select! {
            biased;
            _ = Box::pin(confirm(&w.intake, product, id, by_owner())) => {}
            () = interrupted(steps) => killed_before_the_end += 1,
        }
        let shown = w.product().await.images.shown().iter().any(|image| image.image_id == id);
        assert!(!shown || w.objects().contains(&format!("images/{id}")), "what is shown is there");
        confirm(&w.intake, w.product().await, id, by_owner()).await.unwrap();
        assert_eq!(w.primary().await, Some(id));
        let product = w.product().await;
        tokio::select! {
            biased;
            _ = Box::pin(remove(&w.ctx, product, id, by_owner())) => {}
            () = interrupted(steps) => {}
        }
        remove(&w.ctx, w.product().await, id, by_owner()).await.unwrap();
        assert!(w.product().await.images.is_empty());
        w.clock.advance(SignedDuration::from_mins(2));
        tokio::select! {
            biased;
            _ = Box::pin(sweep(&w.intake)) => {}
            () = interrupted(steps) => {}
        }
        w.swept_after(0).await;
        assert_eq!((w.objects(), w.picture(id).await), (Vec::<String>::new(), None), "after {steps} steps");
    }
    assert!(killed_before_the_end > 3, "{killed_before_the_end}");
}

#[tokio::test]
async fn images_are_changed_where_transactions_conflict() {
    let w = World::contended().await;
    w.import(&[cpu("a", 1_000_000, 3)]).await;
    let ids = join_all((0..5).map(|_| w.uploaded())).await;
    let product = w.product().await;
    for confirmed in join_all(ids.iter().map(|id| confirm(&w.intake, product.clone(), *id, by_owner()))).await {
        confirmed.unwrap();
    }
    let product = w.product().await;
    let moves = ids.iter().map(|id| {
        let to = ImageChange { primary: true, ..ImageChange::default() };
        change(&w.ctx, product.clone(), *id, to, by_owner())
    });
    for changed in join_all(moves).await {
        changed.unwrap();
    }
    assert!(ids.contains(&w.primary().await.unwrap()));
}

#[tokio::test]
async fn what_is_done_to_images_is_told_to_the_audit_log() {
    let w = World::with_product().await;
    let id = w.confirmed().await;
    let alt =
        ImageChange { alt: Some(Localized::new("Orqadan", "Сзади", "From behind")), ..ImageChange::default() };
    for _ in 0..2 {
        change(&w.ctx, w.product().await, id, alt.clone(), by_owner()).await.unwrap();
    }
    remove(&w.ctx, w.product().await, id, by_owner()).await.unwrap();
    let resource = format!("image/{id}");
    let mut told = Vec::new();
    for partition in OutboxRow::partitions(business_day(w.clock.now())) {
        for row in w.ctx.table.query_all::<OutboxRow>(Query::partition(partition), 1_000).await.unwrap() {
            if let Fact::AuditRecorded(audit) = Event::read(&row.event).unwrap().fact
                && audit.resource == resource
            {
                told.push(audit.action);
            }
        }
    }
    told.sort();
    assert_eq!(told, ["image.add", "image.change", "image.remove"]);
}
