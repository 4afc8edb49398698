//! Paths of routes, and what they match.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

/// A route's path: `/pets/{id}`, `/pets/{proxy+}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PathTemplate {
    segments: Vec<Segment>,
}

/// In the order of precedence.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Literal(String),
    Variable(String),
    Greedy(String),
}

impl PathTemplate {
    /// Parses the path of an OpenAPI definition. A greedy variable stands only at the end.
    pub(super) fn parse(path: &str) -> Result<Self, String> {
        let Some(rest) = path.strip_prefix('/') else {
            return Err(format!("the path {path:?} does not begin with a slash"));
        };
        let segments: Vec<_> = rest.split('/').map(Segment::parse).collect();
        let greedy = segments.iter().position(|segment| matches!(segment, Segment::Greedy(_)));
        if greedy.is_some_and(|at| at + 1 != segments.len()) {
            return Err(format!("the path {path:?} goes on after its greedy variable"));
        }
        Ok(Self { segments })
    }

    /// The path's variables when `path`, decoded, matches. Variables are never empty, and a slash at the end counts.
    pub(super) fn matches(&self, path: &str) -> Option<BTreeMap<String, String>> {
        let mut rest = path.strip_prefix('/')?;
        let mut variables = BTreeMap::new();
        for (index, segment) in self.segments.iter().enumerate() {
            if let Segment::Greedy(name) = segment {
                variables.insert(name.clone(), rest.to_owned());
                return (!rest.is_empty()).then_some(variables);
            }
            let last = index + 1 == self.segments.len();
            let value = match rest.split_once('/') {
                Some((value, after)) if !last => {
                    rest = after;
                    value
                }
                None if last => rest,
                _ => return None,
            };
            match segment {
                Segment::Literal(literal) if literal == value => {}
                Segment::Variable(name) if !value.is_empty() => {
                    variables.insert(name.clone(), value.to_owned());
                }
                _ => return None,
            }
        }
        Some(variables)
    }

    /// Which of two templates that match a path is taken: literal before variable before greedy, from the left.
    pub(super) fn precedence(&self, other: &Self) -> Ordering {
        let ranks = |template: &Self| template.segments.iter().map(Segment::rank).collect::<Vec<_>>();
        // A full match outranks a greedy one wherever the greedy variable begins.
        let greedy = |template: &Self| matches!(template.segments.last(), Some(Segment::Greedy(_)));
        greedy(self)
            .cmp(&greedy(other))
            .then_with(|| ranks(self).cmp(&ranks(other)))
            .then_with(|| other.segments.len().cmp(&self.segments.len()))
    }
}

impl Segment {
    fn parse(text: &str) -> Self {
        match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            Some(name) => match name.strip_suffix('+') {
                Some(name) => Self::Greedy(name.to_owned()),
                None => Self::Variable(name.to_owned()),
            },
            None => Self::Literal(text.to_owned()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Literal(_) => 0,
            Self::Variable(_) => 1,
            Self::Greedy(_) => 2,
        }
    }
}

/// `rawPath`: HTTP APIs match and pass on the decoded path. What is no UTF-8 becomes U+FFFD.
pub(super) fn decode(path: &str) -> String {
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of `templates` takes `path`.
    fn taken<'a>(templates: &[&'a str], path: &str) -> Option<&'a str> {
        let mut all: Vec<_> = templates.iter().map(|text| (*text, PathTemplate::parse(text).unwrap())).collect();
        all.sort_by(|(_, a), (_, b)| a.precedence(b));
        all.into_iter().find(|(_, template)| template.matches(&decode(path)).is_some()).map(|(text, _)| text)
    }

    #[test]
    fn the_most_specific_path_is_taken() {
        let templates = ["/{proxy+}", "/pets/{proxy+}", "/pets/dog/{id}", "/pets/dog/1", "/{kind}/dog/2", "/"];
        for (path, expected) in [
            ("/pets/dog/1", Some("/pets/dog/1")),
            ("/pets/dog/2", Some("/pets/dog/{id}")),
            ("/cats/dog/2", Some("/{kind}/dog/2")),
            ("/pets/cat/1", Some("/pets/{proxy+}")),
            ("/pets/dog/1/", Some("/pets/{proxy+}")),
            ("/pets", Some("/{proxy+}")),
            ("/", Some("/")),
            ("/p%65ts/dog/1", Some("/pets/dog/1")),
            // The path is decoded before it is matched: an encoded slash separates.
            ("/pets%2Fdog%2F7", Some("/pets/dog/{id}")),
        ] {
            assert_eq!(taken(&templates, path), expected, "{path}");
        }
    }

    #[test]
    fn a_full_match_comes_before_a_greedy_one_with_more_literals() {
        assert_eq!(taken(&["/{a}/{b}", "/pets/{proxy+}"], "/pets/1"), Some("/{a}/{b}"));
    }

    #[test]
    fn variables_are_decoded_and_never_empty() {
        let template = PathTemplate::parse("/v1/{city}/{rest+}").unwrap();
        let variables = template.matches(&decode("/v1/Toshkent%20shahri/a/b%3Fc")).unwrap();
        assert_eq!(variables["city"], "Toshkent shahri");
        assert_eq!(variables["rest"], "a/b?c");
        assert_eq!(template.matches("/v1//a"), None);
        assert_eq!(template.matches("/v1/x/"), None);
        assert_eq!(PathTemplate::parse("/pets").unwrap().matches("/pets/"), None);
    }

    #[test]
    fn a_greedy_variable_stands_at_the_end() {
        assert!(PathTemplate::parse("/{proxy+}/x").is_err());
        assert!(PathTemplate::parse("pets").is_err());
    }
}
