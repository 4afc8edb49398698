//! Lists of what is on sale, as shoppers ask for them.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{FromRequestParts, Path, Query, State};
use domain::{PageLimit, Slug, StoreId};
use http::request::Parts;
use lambda::http::reference::{Operation, Schemas, Takes};
use lambda::http::{PageAnswer, Problem, kinds};
use serde_json::{Value, json};
use uuid::Uuid;

use super::catalogue::CardView;
use super::path::part;
use crate::Ctx;
use crate::domain::{Condition, STARS_MAX, SpecField, Stars, Wanted};
use crate::ops::shelf::{self, Asked, Found, Narrowed, Shelves, Sort};

/// Tiyin have at most 16 digits in a key.
const PRICE_MAX: i64 = 9_999_999_999_999_999;
const VALUES_MAX: usize = 20;

/// What a list is narrowed and sorted by, as the query string says it.
#[derive(Debug)]
pub(super) struct ListQuery {
    category: Option<Slug>,
    narrowed: Narrowed,
    sort: Sort,
    limit: PageLimit,
    cursor: Option<String>,
    /// By name, as asked; read once the templates are known.
    specs: BTreeMap<String, Vec<String>>,
    /// All of it but the page: cursors of one list are none of another.
    pattern: String,
}

pub(super) async fn products(State(ctx): State<Ctx>, query: ListQuery) -> Result<Json<PageAnswer<CardView>>, Problem> {
    answer(&ctx, query).await
}

pub(super) async fn store_products(
    State(ctx): State<Ctx>,
    Path(store): Path<String>,
    mut query: ListQuery,
) -> Result<Json<PageAnswer<CardView>>, Problem> {
    let store: StoreId = part(&store)?;
    query.narrowed.store = Some(store);
    query.pattern.push_str(&store.to_string());
    answer(&ctx, query).await
}

async fn answer(ctx: &Ctx, query: ListQuery) -> Result<Json<PageAnswer<CardView>>, Problem> {
    let after = query.cursor.as_deref().map(|cursor| read_cursor(cursor, &query.pattern)).transpose()?;
    let (shelves, narrowed) = shelves(ctx, &query).await?;
    let asked = Asked { shelves, narrowed, sort: query.sort, limit: query.limit, after };
    let Found { cards, next } = shelf::page(ctx, &asked).await?;
    let next_cursor = next.map(|place| write_cursor(&place, &query.pattern));
    Ok(Json(PageAnswer { items: cards.into_iter().map(CardView::from).collect(), next_cursor }))
}

/// Whose lists answer, and what is left to be looked at in them: a store has one of its own, in order of time.
async fn shelves(ctx: &Ctx, query: &ListQuery) -> Result<(Shelves, Narrowed), Problem> {
    let (category, mut narrowed) = (query.category.as_ref(), query.narrowed.clone());
    if let (Some(store), None, Sort::Newest) = (narrowed.store, category, query.sort)
        && query.specs.is_empty()
    {
        narrowed.store = None;
        return Ok((Shelves::Store(store), narrowed));
    }
    let tree = ctx.tree.tree(&ctx.table, ctx.clock.now(), category).await?;
    let slugs = tree.below(category);
    if category.is_some() && slugs.is_empty() {
        return Err(Problem::of(&kinds::NOT_FOUND));
    }
    if !query.specs.is_empty() {
        let templates = tree.templates(&ctx.table, &slugs).await?;
        let fields: Vec<_> = templates.iter().flat_map(|t| &t.fields).filter(|f| f.filterable).collect();
        narrowed.specs = query.specs.iter().map(|asked| wanted(asked, &fields)).collect::<Result<_, _>>()?;
    }
    Ok((Shelves::Categories(slugs), narrowed))
}

fn wanted((name, values): (&String, &Vec<String>), fields: &[&SpecField]) -> Result<(String, Wanted), Problem> {
    let field = fields.iter().find(|field| field.name == *name);
    let field = field.ok_or_else(|| wrong(&format!("spec.{name} is nothing that can be filtered by here")))?;
    let wanted = Wanted::read(field, values).map_err(|error| wrong(&format!("spec.{name}: {error}")))?;
    Ok((name.clone(), wanted))
}

fn wrong(detail: &str) -> Problem {
    Problem::of(&kinds::PARAMETER).with("detail", detail)
}

impl<S: Send + Sync> FromRequestParts<S> for ListQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let pairs = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let Query(pairs) = pairs.map_err(|e| wrong(&e.body_text()))?;
        Self::read(pairs)
    }
}

impl ListQuery {
    fn read(mut pairs: Vec<(String, String)>) -> Result<Self, Problem> {
        pairs.retain(|(_, value)| !value.is_empty());
        pairs.sort();
        let listed = pairs.iter().filter(|(name, _)| !matches!(name.as_str(), "cursor" | "limit"));
        let pattern = listed.flat_map(|(name, value)| [name.as_str(), "=", value, "&"]).collect();
        let mut query = Self {
            category: None,
            narrowed: Narrowed::default(),
            sort: Sort::default(),
            limit: PageLimit::default(),
            cursor: None,
            specs: BTreeMap::new(),
            pattern,
        };
        let mut once = String::new();
        for (name, value) in pairs {
            if let Some(spec) = spec_name(&name) {
                query.specs.entry(spec.to_owned()).or_default().push(value);
                continue;
            }
            if once == name && !matches!(name.as_str(), "brand" | "condition") {
                return Err(wrong(&format!("{name} is there twice")));
            }
            query.take(&name, value)?;
            once = name;
        }
        let Narrowed { min_price: min, max_price: max, brands, .. } = &query.narrowed;
        if min.zip(*max).is_some_and(|(min, max)| min > max) {
            return Err(wrong("min_price is above max_price"));
        }
        if brands.len() > VALUES_MAX || query.specs.len() > VALUES_MAX {
            return Err(wrong("at most 20 brands and 20 specifications"));
        }
        Ok(query)
    }

    fn take(&mut self, name: &str, value: String) -> Result<(), Problem> {
        let not = |what: &str| wrong(&format!("{name} is not {what}"));
        let price = |value: &str| value.parse().ok().filter(|price| (0..=PRICE_MAX).contains(price));
        match name {
            "category" => self.category = Some(value.parse().map_err(|_| not("a slug"))?),
            "brand" => self.narrowed.brands.push(value.parse().map_err(|_| not("a slug"))?),
            "store" => self.narrowed.store = Some(value.parse().map_err(|_| not("an id"))?),
            "condition" => {
                let condition: Condition = serde_json::from_value(value.into()).map_err(|_| not("a condition"))?;
                self.narrowed.conditions.push(condition);
            }
            "min_price" => self.narrowed.min_price = Some(price(&value).ok_or_else(|| not("an amount in tiyin"))?),
            "max_price" => self.narrowed.max_price = Some(price(&value).ok_or_else(|| not("an amount in tiyin"))?),
            "min_rating" => {
                let stars = value.parse::<u8>().ok().and_then(|stars| Stars::try_from(stars).ok());
                self.narrowed.min_rating = Some(stars.ok_or_else(|| not("1 to 5"))?);
            }
            "in_stock" => self.narrowed.in_stock = value.parse().map_err(|_| not("true or false"))?,
            "sort" => self.sort = sort(&value).ok_or_else(|| not("newest, price or -price"))?,
            "limit" => {
                let limit = value.parse().ok().and_then(|limit| PageLimit::new(limit).ok());
                self.limit = limit.ok_or_else(|| not("1 to 100"))?;
            }
            "cursor" => self.cursor = Some(value),
            // What is nothing of ours, such as a campaign's name, is nobody's fault.
            _ => {}
        }
        Ok(())
    }
}

fn sort(text: &str) -> Option<Sort> {
    match text {
        "newest" => Some(Sort::Newest),
        "price" => Some(Sort::Cheapest),
        "-price" => Some(Sort::Dearest),
        _ => None,
    }
}

/// `spec.socket`, or `spec[socket]` as forms and the reference write it.
fn spec_name(name: &str) -> Option<&str> {
    name.strip_prefix("spec.").or_else(|| name.strip_prefix("spec[")?.strip_suffix(']'))
}

/// A place as a cursor: its number, its product's id, and what binds both to the list.
fn write_cursor(place: &str, pattern: &str) -> String {
    let (number, id) = place.split_once('#').unwrap_or((place, ""));
    format!("{}{}{number}", binding(place, pattern).simple(), id.replace('-', ""))
}

fn read_cursor(cursor: &str, pattern: &str) -> Result<String, Problem> {
    let read = || {
        let (tag, rest) = cursor.split_at_checked(32)?;
        let (id, number) = rest.split_at_checked(32)?;
        let place = format!("{number}#{}", Uuid::try_parse(id).ok()?);
        let digits = (13..=16).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
        (digits && binding(&place, pattern).simple().to_string() == tag).then_some(place)
    };
    read().ok_or_else(|| Problem::of(&kinds::CURSOR))
}

fn binding(place: &str, pattern: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{pattern}\n{place}").as_bytes())
}

impl Takes for ListQuery {
    fn describe(operation: &mut Operation, schemas: &mut Schemas) {
        let text = json!({"type": "string"});
        let amount = json!({"type": "integer", "minimum": 0, "maximum": PRICE_MAX});
        let several = |of: Value| json!({"type": "array", "items": of, "maxItems": VALUES_MAX});
        let condition = schemas.of::<Condition>();
        let sorts = json!({"type": "string", "enum": ["newest", "price", "-price"], "default": "newest"});
        let limit = json!({"type": "integer", "minimum": 1, "maximum": PageLimit::MAX, "default": 20});
        for (name, schema, description) in [
            ("category", text.clone(), "A category's slug; what stands below it is included."),
            ("brand", several(text.clone()), "A brand's slug; several are alternatives."),
            ("store", json!({"type": "string", "format": "uuid"}), "A seller."),
            ("condition", several(condition), "Several are alternatives."),
            ("min_price", amount.clone(), "In tiyin."),
            ("max_price", amount, "In tiyin."),
            (
                "min_rating",
                json!({"type": "integer", "minimum": 1, "maximum": STARS_MAX}),
                "Stars on average, at least.",
            ),
            ("in_stock", json!({"type": "boolean"}), "Only what can be bought now."),
            ("sort", sorts, "`price` is the cheapest first, `-price` the dearest."),
            ("limit", limit, "How many at most: a page may be shorter and still have a next one."),
            ("cursor", text, "`next_cursor` of the page before."),
        ] {
            operation.parameter("query", name, false, &schema, description);
        }
        operation.parameters.push(json!({
            "name": "spec", "in": "query", "required": false, "style": "deepObject", "explode": true,
            "schema": {"type": "object", "additionalProperties": {"type": "string"}},
            "description": "Specifications by the names of the category's filters: `spec[socket]=AM5` or `spec.socket=AM5`; \
                numbers as `8`, `8..16`, `8..` or `..16`; a text again and again for alternatives.",
        }));
        operation.refuses([&kinds::PARAMETER, &kinds::CURSOR]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_of_its_own_list() {
        let place = "1795413600000#0198e4c2-0000-7000-8000-000000000003";
        let cursor = write_cursor(place, "category=cpu&");
        assert!(cursor.bytes().all(|b| b.is_ascii_alphanumeric()));
        assert_eq!(read_cursor(&cursor, "category=cpu&").ok().as_deref(), Some(place));
        assert!(read_cursor(&cursor, "category=gpu&").is_err());
        for forged in ["", "x", &cursor[1..], &cursor.replace("1795", "2795"), &"ф".repeat(40)] {
            assert!(read_cursor(forged, "category=cpu&").is_err(), "{forged}");
        }
    }

    #[test]
    fn the_same_question_is_one_list_in_whatever_order_it_is_asked() {
        let read = |query: &str| {
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            ListQuery::read(pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).collect())
        };
        let one = read("category=cpu&spec.socket=AM5&limit=5&brand=amd").unwrap();
        let other = read("brand=amd&spec.socket=AM5&category=cpu&cursor=x").unwrap();
        assert_eq!((one.pattern.as_str(), one.limit.get()), (other.pattern.as_str(), 5));
        assert_eq!(read("spec[cores]=8&spec.cores=16").unwrap().specs["cores"], ["16", "8"]);
        for wrong in
            ["category=", "min_price=2&max_price=1", "sort=best", "limit=0", "store=x", "condition=good", "category=a"]
        {
            assert_eq!(read(wrong).is_err(), wrong != "category=", "{wrong}");
        }
        assert!(read("sort=price&sort=-price").is_err());
    }
}
