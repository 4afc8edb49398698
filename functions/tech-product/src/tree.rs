//! The tree of categories as functions remember it for a minute.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::{Slug, Timestamp};
use dynamodb::{Error, Table};
use jiff::SignedDuration;

use crate::domain::{Category, SpecTemplate};
use crate::table::{self, template_key};

/// Categories change rarely, and a list that is a minute behind is still true.
const REMEMBERED_FOR: SignedDuration = SignedDuration::from_secs(60);
/// Visible categories of the whole tree.
pub(crate) const CATEGORIES_MAX: usize = 1_000;

/// The visible categories at one moment, and the templates that were asked for since.
#[derive(Debug, Default)]
pub struct Tree {
    categories: Vec<Category>,
    templates: Mutex<HashMap<Slug, Arc<SpecTemplate>>>,
}

/// Remembers the tree between requests; clones share it.
#[derive(Debug, Clone, Default)]
pub struct TreeMemory(Arc<Mutex<Option<Remembered>>>);

type Remembered = (Timestamp, Arc<Tree>);

impl TreeMemory {
    /// The tree, at most a minute old; read anew when it does not have the category `wanted`.
    pub async fn tree(&self, table: &Table, now: Timestamp, wanted: Option<&Slug>) -> Result<Arc<Tree>, Error> {
        let remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let fresh = remembered.filter(|(at, tree)| {
            now.duration_since(*at) < REMEMBERED_FOR && wanted.is_none_or(|slug| tree.category(slug).is_some())
        });
        if let Some((_, tree)) = fresh {
            return Ok(tree);
        }
        let rows = table.query_all::<Category>(table::categories(), CATEGORIES_MAX).await?;
        let categories = rows.into_iter().map(dynamodb::Stored::into_row).collect();
        let tree = Arc::new(Tree { categories, templates: Mutex::default() });
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&tree)));
        Ok(tree)
    }
}

impl Tree {
    /// The visible category of that slug.
    pub fn category(&self, slug: &Slug) -> Option<&Category> {
        self.categories.iter().find(|category| category.slug == *slug)
    }

    /// The category and everything visible below it; every category for none.
    pub fn below(&self, top: Option<&Slug>) -> Vec<Slug> {
        let within = |c: &&Category| top.is_none_or(|top| c.slug == *top || c.ancestors.contains(top));
        self.categories.iter().filter(within).map(|c| c.slug.clone()).collect()
    }

    /// The templates of `categories`, in their order.
    pub async fn templates(&self, table: &Table, categories: &[Slug]) -> Result<Vec<Arc<SpecTemplate>>, Error> {
        let known = |slug: &Slug| self.remembered().get(slug).cloned();
        let missing: Vec<_> = categories.iter().filter(|slug| known(slug).is_none()).map(template_key).collect();
        if !missing.is_empty() {
            let read = table.get_many::<SpecTemplate>(missing).await?;
            let read = read.into_iter().map(|row| (row.category.clone(), Arc::new(row.into_row())));
            self.remembered().extend(read);
        }
        Ok(categories.iter().filter_map(known).collect())
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, HashMap<Slug, Arc<SpecTemplate>>> {
        self.templates.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
