//! The tree of categories and their templates: made and changed by admins.

use contracts::Actor;
use domain::{CorrelationId, Localized, PageLimit, Slug};
use dynamodb::{Error, Stored, Tx};
use serde_json::{Value, json};

use super::audit::audit;
use crate::Ctx;
use crate::domain::{Category, FiscalDefaults, SpecField, SpecTemplate, TemplateError, TooDeep};
use crate::table::{self, Card, category_key, on_sale_in, template_key};
use crate::tree::CATEGORIES_MAX;

/// A category to be made.
#[derive(Debug, Clone)]
pub struct NewCategory {
    /// Its name in addresses.
    pub slug: Slug,
    /// As people read it.
    pub names: Localized,
    /// What it stands under.
    pub parent: Option<Slug>,
    /// Its place among its siblings.
    pub position: u32,
    /// Whether shoppers see it.
    pub visible: bool,
    /// What its products are described by.
    pub fields: Vec<SpecField>,
    /// What receipts say of products that say nothing else.
    pub fiscal: FiscalDefaults,
}

/// What is to be said anew; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct CategoryChange {
    /// As people read it.
    pub names: Option<Localized>,
    /// Its place among its siblings.
    pub position: Option<u32>,
    /// Whether shoppers see it.
    pub visible: Option<bool>,
    /// The whole template.
    pub fields: Option<Vec<SpecField>>,
    /// All that receipts say.
    pub fiscal: Option<FiscalDefaults>,
}

/// Why a category is not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum CategoryError {
    /// There is none of that slug.
    #[error("there is no such category")]
    NotFound,
    /// There is one of that slug, and it is another.
    #[error("the slug is taken")]
    Taken,
    /// The parent does not exist.
    #[error("there is no category {0} to stand under")]
    NoParent(Slug),
    /// The tree is deep enough.
    #[error(transparent)]
    TooDeep(#[from] TooDeep),
    /// Something stands in it.
    #[error("there are categories or products in it")]
    InUse,
    /// The template is not one.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// Somebody else changed it in between.
    #[error("the category was changed in the meantime")]
    Changed,
    /// The table.
    #[error(transparent)]
    Table(Error),
}

/// Makes a category. Making the very same one again answers the one that is there.
pub async fn create(ctx: &Ctx, new: NewCategory, by: (Actor, CorrelationId)) -> Result<Category, CategoryError> {
    let template = SpecTemplate { category: new.slug.clone(), fields: new.fields, fiscal: new.fiscal };
    template.check()?;
    let ancestors = match &new.parent {
        None => Vec::new(),
        Some(parent) => {
            let found = get(ctx, parent).await?.filter(|found| !found.retired);
            found.ok_or_else(|| CategoryError::NoParent(parent.clone()))?.ancestors_of_child()?
        }
    };
    let now = ctx.clock.now();
    let NewCategory { slug, names, position, visible, .. } = new;
    let retired = false;
    let category = Category { slug, names, ancestors, position, visible, retired, created_at: now, updated_at: now };
    let told = audit(ctx, by, "category.create", resource(&category), (Value::Null, said(&category, &template)));
    // Rows of categories are never removed: the parent that was read is still there. If it is being retired at this very
    // moment, its child is an orphan that shoppers do not find.
    let tx = Tx::new().create("category", &category).create("template", &template).tell(told);
    match ctx.table.commit(tx).await {
        Ok(()) => Ok(category),
        Err(Error::Refused(_)) => {
            let known = get(ctx, &category.slug).await?.ok_or(CategoryError::Changed)?;
            let same_template = self::template(ctx, &category.slug).await?.is_some_and(|t| *t == template);
            let times = Category { created_at: known.created_at, updated_at: known.updated_at, ..category };
            if same_template && *known == times { Ok(times) } else { Err(CategoryError::Taken) }
        }
        Err(error) => Err(CategoryError::Table(error)),
    }
}

/// Changes a category's names, place, visibility, template or what its receipts say. Products keep the values they have
/// until they are saved again.
pub async fn change(
    ctx: &Ctx,
    slug: &Slug,
    change: CategoryChange,
    by: (Actor, CorrelationId),
) -> Result<Category, CategoryError> {
    let before = get(ctx, slug).await?.filter(|found| !found.retired).ok_or(CategoryError::NotFound)?;
    let template = template(ctx, slug).await?.ok_or(CategoryError::NotFound)?;
    let after = Category {
        names: change.names.unwrap_or_else(|| before.names.clone()),
        position: change.position.unwrap_or(before.position),
        visible: change.visible.unwrap_or(before.visible),
        updated_at: ctx.clock.now(),
        ..Category::clone(&before)
    };
    let fields = change.fields.unwrap_or_else(|| template.fields.clone());
    let template_after = SpecTemplate {
        category: slug.clone(),
        fields,
        fiscal: change.fiscal.unwrap_or_else(|| template.fiscal.clone()),
    };
    template_after.check()?;
    let told =
        audit(ctx, by, "category.change", resource(&after), (said(&before, &template), said(&after, &template_after)));
    let mut tx = Tx::new().replace("category", &before, &after);
    if template_after != *template {
        tx = tx.replace("template", &template, &template_after);
    }
    match ctx.table.commit(tx.tell(told)).await {
        Ok(()) => Ok(after),
        Err(Error::Refused(_)) => Err(CategoryError::Changed),
        Err(error) => Err(CategoryError::Table(error)),
    }
}

/// Takes a category out of use: nobody finds it, nothing new comes into it, and its slug stays taken. Refused while visible
/// categories stand under it or products are on sale in it. Again is the same.
pub async fn retire(ctx: &Ctx, slug: &Slug, by: (Actor, CorrelationId)) -> Result<(), CategoryError> {
    let before = get(ctx, slug).await?.ok_or(CategoryError::NotFound)?;
    if before.retired {
        return Ok(());
    }
    let one = PageLimit::new(1).unwrap_or_default();
    let sold = ctx.table.query::<Card>(on_sale_in(slug).limit(one)).await.map_err(CategoryError::Table)?;
    // Not the tree that is remembered: a child may be younger than a minute.
    let shown = ctx.table.query_all::<Category>(table::categories(), CATEGORIES_MAX).await;
    let parent = shown.map_err(CategoryError::Table)?.iter().any(|category| category.ancestors.contains(slug));
    if !sold.rows.is_empty() || parent {
        return Err(CategoryError::InUse);
    }
    let after = Category { retired: true, updated_at: ctx.clock.now(), ..Category::clone(&before) };
    let told =
        audit(ctx, by, "category.retire", resource(&after), (json!({"retired": false}), json!({"retired": true})));
    match ctx.table.commit(Tx::new().replace("category", &before, &after).tell(told)).await {
        Ok(()) => Ok(()),
        Err(Error::Refused(_)) => Err(CategoryError::Changed),
        Err(error) => Err(CategoryError::Table(error)),
    }
}

/// The template of a category that takes new products; none for an unknown or retired one.
pub(super) async fn open_template(ctx: &Ctx, slug: &Slug) -> Result<Option<Stored<SpecTemplate>>, Error> {
    let (category, template) = futures::future::try_join(
        ctx.table.get_consistent::<Category>(category_key(slug)),
        ctx.table.get_consistent::<SpecTemplate>(template_key(slug)),
    )
    .await?;
    Ok(template.filter(|_| category.is_some_and(|category| !category.retired)))
}

/// The category of that slug, visible or not.
pub async fn get(ctx: &Ctx, slug: &Slug) -> Result<Option<Stored<Category>>, CategoryError> {
    ctx.table.get_consistent(category_key(slug)).await.map_err(CategoryError::Table)
}

/// Its template.
pub async fn template(ctx: &Ctx, slug: &Slug) -> Result<Option<Stored<SpecTemplate>>, CategoryError> {
    ctx.table.get_consistent(template_key(slug)).await.map_err(CategoryError::Table)
}

fn resource(category: &Category) -> String {
    format!("category/{}", category.slug)
}

fn said(category: &Category, template: &SpecTemplate) -> Value {
    let specs: Vec<_> = template.fields.iter().map(|field| &field.name).collect();
    let Category { names, position, visible, .. } = category;
    json!({"names": names, "position": position, "visible": visible, "specs": specs, "fiscal": template.fiscal})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testbed::{World, by, cpu_fields};

    fn new(slug: &str, parent: Option<&str>) -> NewCategory {
        NewCategory {
            slug: slug.parse().unwrap(),
            names: Localized::new("Protsessorlar", "Процессоры", "Processors"),
            parent: parent.map(|p| p.parse().unwrap()),
            position: 1,
            visible: true,
            fields: cpu_fields(),
            fiscal: FiscalDefaults::default(),
        }
    }

    #[tokio::test]
    async fn a_sixth_level_is_refused() {
        let w = World::start().await;
        let mut parent: Option<String> = None;
        for slug in ["l1", "l2", "l3", "l4", "l5"] {
            create(&w.ctx, new(slug, parent.as_deref()), by()).await.unwrap();
            parent = Some(slug.into());
        }
        let error = create(&w.ctx, new("l6", parent.as_deref()), by()).await.unwrap_err();
        assert!(matches!(error, CategoryError::TooDeep(_)), "{error}");
        let error = create(&w.ctx, new("x1", Some("nowhere")), by()).await.unwrap_err();
        assert!(matches!(error, CategoryError::NoParent(_)), "{error}");
    }

    #[tokio::test]
    async fn the_same_category_again_is_the_same_and_another_is_refused() {
        let w = World::start().await;
        let first = create(&w.ctx, new("cpu", None), by()).await.unwrap();
        w.clock.advance(jiff::SignedDuration::from_mins(1));
        assert_eq!(create(&w.ctx, new("cpu", None), by()).await.unwrap(), first);
        let other = NewCategory { position: 2, ..new("cpu", None) };
        assert!(matches!(create(&w.ctx, other, by()).await, Err(CategoryError::Taken)));
    }
}
