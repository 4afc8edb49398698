//! Finds what a person means by a name.

use super::Error;

/// How alike two names must be (Jaro-Winkler, 1 is equal) for one to be a misspelling of the other.
const ALIKE: f64 = 0.8;

/// A resource by its name, its logical id, or the end of its name when that is one resource's only.
///
/// `resources` are logical ids with names. An unknown name is answered with the one that was perhaps meant, or with all.
pub(super) fn find<'a>(
    kind: &str,
    wanted: &str,
    resources: impl Iterator<Item = (&'a str, &'a str)> + Clone,
) -> Result<&'a str, Error> {
    if let Some((_, name)) = resources.clone().find(|(id, name)| *id == wanted || *name == wanted) {
        return Ok(name);
    }
    let ending = format!("-{wanted}");
    let mut ends = resources.clone().filter(|(_, name)| name.ends_with(&ending));
    match (ends.next(), ends.next()) {
        (Some((_, name)), None) => Ok(name),
        _ => Err(Error::usage(unknown(kind, wanted, resources.map(|(_, name)| name)))),
    }
}

/// There is nothing of that name: what was perhaps meant, or what there is.
pub(super) fn unknown<'a>(kind: &str, wanted: &str, names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    let alike = |name: &str| {
        // People leave out what all names begin with.
        let parts = name.match_indices('-').map(|(at, _)| &name[at + 1..]);
        parts.chain([name]).map(|part| strsim::jaro_winkler(part, wanted)).fold(0.0, f64::max)
    };
    let nearest = names.iter().copied().max_by(|a, b| alike(a).total_cmp(&alike(b)));
    match nearest.filter(|nearest| alike(nearest) >= ALIKE) {
        Some(nearest) => format!("there is no {kind} {wanted}; did you mean {nearest}?"),
        None => format!("there is no {kind} {wanted}; there is {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESOURCES: [(&str, &str); 3] =
        [("OrderApi", "shop-order-api"), ("CartApi", "shop-cart-api"), ("Worker", "shop-worker")];

    fn found(wanted: &str) -> Result<&str, String> {
        find("function", wanted, RESOURCES.into_iter()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_name_may_be_given_whole_by_its_end_or_by_its_logical_id() {
        for wanted in ["shop-order-api", "order-api", "OrderApi"] {
            assert_eq!(found(wanted), Ok("shop-order-api"), "{wanted}");
        }
    }

    #[test]
    fn who_mistypes_is_told_what_there_is() {
        assert_eq!(found("ordr-api"), Err("there is no function ordr-api; did you mean shop-order-api?".to_owned()));
        let ambiguous = found("api").unwrap_err();
        assert!(ambiguous.contains("shop-cart-api") || ambiguous.contains("did you mean"), "{ambiguous}");
        let all = found("zzz").unwrap_err();
        assert!(RESOURCES.iter().all(|(_, name)| all.contains(name)), "{all}");
    }
}
