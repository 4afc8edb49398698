use std::str::FromStr;

/// What a row says beside its specifications.
const FIELDS: [&str; 10] = ["title", "brand", "model", "sku", "price", "stock", "gtin", "mpn", "year", "description"];

/// A field and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    field: String,
    column: String,
}

impl Pair {
    /// As the API takes it.
    pub fn text(&self) -> String {
        format!("{}={}", self.field, self.column)
    }
}

impl FromStr for Pair {
    type Err = String;

    /// The side that names a field is the field; when both do, the first.
    fn from_str(text: &str) -> Result<Self, String> {
        let (left, right) = text.split_once('=').ok_or_else(|| format!("{text} is not field=column"))?;
        let is_field = |name: &str| FIELDS.contains(&name) || name.starts_with("specs.");
        let (field, column) = match (is_field(left), is_field(right)) {
            (true, _) => (left, right),
            (false, true) => (right, left),
            (false, false) => {
                return Err(format!("neither side of {text} is a field: {}, specs.<name>", FIELDS.join(", ")));
            }
        };
        Ok(Self { field: field.to_owned(), column: column.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_may_stand_on_either_side() {
        for (text, read) in [
            ("title=metadata.name", "title=metadata.name"),
            ("metadata.name=title", "title=metadata.name"),
            ("title=model", "title=model"),
            ("modules.0=specs.modules", "specs.modules=modules.0"),
        ] {
            assert_eq!(text.parse::<Pair>().unwrap().text(), read);
        }
        assert!("colour=farbe".parse::<Pair>().is_err());
        assert!("title".parse::<Pair>().is_err());
    }
}
