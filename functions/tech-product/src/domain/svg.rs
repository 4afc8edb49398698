//! Drawings of strangers: SVG held to what can only be looked at.
//!
//! What is known to be harmless is let through, and nothing else: no scripts, handlers, links, animations or foreign content, and
//! nothing that loads from elsewhere, be it by an address, a style sheet or a document type. So a drawing is safe even where
//! somebody opens it by itself.

use roxmltree::{Attribute, Document, Node, ParsingOptions};
use xmlparser::{Token, Tokenizer};

use super::Size;

const SVG: &str = "http://www.w3.org/2000/svg";
/// A drawing with more is not looked through.
const NODES_MAX: u32 = 50_000;
/// Attributes of one element: the parser compares each with all before it.
const ATTRIBUTES_MAX: usize = 64;
/// Namespaces that are declared in all: the parser repeats those of an element for each within it that declares one.
const NAMESPACES_MAX: usize = 64;
/// Uses of other parts: each may multiply what it uses, and what is used may use others.
const USES_MAX: usize = 24;
/// Sides that are told.
const SIDE_MAX: f64 = 10_000.0;

/// Structure, shapes, texts, paints, clips and filters.
const ELEMENTS: &str = "\
    svg g defs symbol use title desc style view switch path rect circle ellipse line polyline polygon image \
    marker text tspan textPath linearGradient radialGradient stop pattern clipPath mask filter feBlend \
    feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap \
    feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge \
    feMergeNode feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence";
/// Pictures within a drawing, of the kinds that cannot run either.
const PICTURES: [&str; 3] = ["data:image/png;base64,", "data:image/jpeg;base64,", "data:image/webp;base64,"];
/// What a style could load by, or hide its loading behind.
const STYLES: [&str; 10] = [
    "@import",
    "@font-face",
    "\\",
    "src(",
    "image(",
    "image-set(",
    "cross-fade(",
    "javascript:",
    "expression(",
    "-moz-binding",
];

/// Why a drawing is not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SvgFault {
    /// Not text in UTF-8, not XML, with a document type, or too much of it.
    #[error("the drawing does not read: {0}")]
    Unreadable(String),
    /// The outermost element is another.
    #[error("the file is no SVG drawing")]
    NoDrawing,
    /// An element that is more than drawn.
    #[error("a drawing must not have <{0}>")]
    Element(String),
    /// An attribute that runs, leads or loads.
    #[error("a drawing must not have {0}=\"…\" on <{1}>: it runs, or refers to something outside")]
    Attribute(String, String),
    /// A style that loads.
    #[error("a drawing's style must not refer to anything outside")]
    Style,
    /// It would be read for long.
    #[error("an element of a drawing has at most {ATTRIBUTES_MAX} attributes")]
    Attributes,
    /// It would be read for long.
    #[error("a drawing declares at most {NAMESPACES_MAX} namespaces")]
    Namespaces,
    /// It would be drawn for ever.
    #[error("a drawing has at most {USES_MAX} <use>")]
    Uses,
    /// Such as a style sheet's.
    #[error("a drawing must not have processing instructions")]
    Instruction,
}

/// Checks a drawing, and reads its size where it says one.
pub(super) fn check(bytes: &[u8]) -> Result<Option<Size>, SvgFault> {
    let unreadable = |cause: &dyn std::fmt::Display| SvgFault::Unreadable(cause.to_string());
    let text = std::str::from_utf8(bytes).map_err(|error| unreadable(&error))?;
    count_attributes(text)?;
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES_MAX, entity_resolver: None };
    let document = Document::parse_with_options(text, options).map_err(|error| unreadable(&error))?;
    let root = document.root_element();
    if !root.has_tag_name((SVG, "svg")) {
        return Err(SvgFault::NoDrawing);
    }
    document.descendants().try_for_each(look_at)?;
    if document.descendants().filter(|node| node.has_tag_name((SVG, "use"))).count() > USES_MAX {
        return Err(SvgFault::Uses);
    }
    Ok(size(root))
}

/// Counts what the parser takes quadratic time for, in linear time.
fn count_attributes(text: &str) -> Result<(), SvgFault> {
    let (mut attributes, mut namespaces) = (0, 0);
    for token in Tokenizer::from(text) {
        match token.map_err(|error| SvgFault::Unreadable(error.to_string()))? {
            Token::ElementStart { .. } => attributes = 0,
            Token::Attribute { prefix, local, .. } => {
                attributes += 1;
                namespaces += usize::from(prefix == "xmlns" || (prefix.is_empty() && local == "xmlns"));
            }
            _ => {}
        }
        if attributes > ATTRIBUTES_MAX {
            return Err(SvgFault::Attributes);
        }
        if namespaces > NAMESPACES_MAX {
            return Err(SvgFault::Namespaces);
        }
    }
    Ok(())
}

fn look_at(node: Node<'_, '_>) -> Result<(), SvgFault> {
    if node.is_pi() {
        return Err(SvgFault::Instruction);
    }
    if !node.is_element() {
        return Ok(());
    }
    let name = node.tag_name();
    if name.namespace() != Some(SVG) || !ELEMENTS.split(' ').any(|known| known == name.name()) {
        return Err(SvgFault::Element(name.name().to_owned()));
    }
    if name.name() == "style" && node.children().any(|part| part.text().is_some_and(loads)) {
        return Err(SvgFault::Style);
    }
    match node.attributes().find(|attribute| !is_harmless(name.name(), attribute)) {
        Some(attribute) => Err(SvgFault::Attribute(attribute.name().to_owned(), name.name().to_owned())),
        None => Ok(()),
    }
}

fn is_harmless(element: &str, attribute: &Attribute<'_, '_>) -> bool {
    let (name, value) = (attribute.name().to_lowercase(), attribute.value().trim());
    match name.as_str() {
        "href" | "src" => {
            let picture = matches!(element, "image" | "feImage") && PICTURES.iter().any(|kind| value.starts_with(kind));
            picture || value.starts_with('#')
        }
        "base" => false,
        handler if handler.starts_with("on") => false,
        _ => !loads(value),
    }
}

/// Whether a style, or a value that may hold one, refers to something outside of the drawing.
fn loads(style: &str) -> bool {
    let style = style.to_lowercase();
    let outside =
        |after: &str| !after.trim_start_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'').starts_with('#');
    STYLES.iter().any(|loading| style.contains(loading)) || style.split("url(").skip(1).any(outside)
}

/// Of the box it is drawn in, or of itself.
fn size(root: Node<'_, '_>) -> Option<Size> {
    let boxed = || {
        let sides = root.attribute("viewBox")?.split([' ', ',']).filter(|part| !part.is_empty());
        let sides: Vec<f64> = sides.map(str::parse).collect::<Result<_, _>>().ok()?;
        let [_, _, width, height] = sides[..] else { return None };
        Some((width, height))
    };
    let own = |name| root.attribute(name)?.trim_end_matches("px").parse::<f64>().ok();
    let (width, height) = own("width").zip(own("height")).or_else(boxed)?;
    Some(Size { width: side(width)?, height: side(height)? })
}

fn side(length: f64) -> Option<u32> {
    // Within these bounds a number with a fraction becomes the whole number next to it.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 10,000")]
    (1.0..=SIDE_MAX).contains(&length).then(|| length.round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(inside: &str) -> String {
        format!(
            "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' viewBox='0 0 400 300'>{inside}</svg>"
        )
    }

    #[test]
    fn what_is_only_looked_at_passes() {
        for inside in [
            "",
            "<title>Protsessor</title><rect width='4' height='3' fill='#eef' style='stroke: red'/>",
            "<defs><linearGradient id='a'><stop offset='0'/></linearGradient></defs><path d='M0 0' fill='url(#a)'/>",
            "<g filter='url( \"#b\" )'><use xlink:href='#c'/><use href='#c'/></g>",
            "<image href='data:image/png;base64,iVBORw0KGgo='/>",
            "<style>.a { fill: url(#b); stroke: red }</style><!-- drawn by hand -->",
            "<text font-family='sans-serif'>on sale</text>",
        ] {
            assert_eq!(check(svg(inside).as_bytes()), Ok(Some(Size { width: 400, height: 300 })), "{inside}");
        }
        let declared = format!("\u{feff}<?xml version='1.0' encoding='UTF-8'?>{}", svg(""));
        assert!(check(declared.as_bytes()).is_ok());
    }

    #[test]
    fn what_runs_leads_or_loads_is_refused() {
        for inside in [
            "<script>alert(1)</script>",
            "<SCRIPT/>",
            "<g xmlns:s='http://www.w3.org/2000/svg'><s:script/></g>",
            "<script xmlns='http://www.w3.org/1999/xhtml'>alert(1)</script>",
            "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>",
            "<rect onload='alert(1)'/>",
            "<rect ONCLICK='alert(1)'/>",
            "<a href='#x'><rect/></a>",
            "<set attributeName='href' to='https://elsewhere.example'/>",
            "<animate attributeName='href'/>",
            "<image href='https://elsewhere.example/a.png'/>",
            "<image xlink:href='//elsewhere.example/a.png'/>",
            "<image href='data:image/svg+xml;base64,PHN2Zz4='/>",
            "<use href='data:image/png;base64,AAAA'/>",
            "<use href=' javascript:alert(1)'/>",
            "<use xlink:href='sprites.svg#a'/>",
            "<feImage href='/v1/products'/>",
            "<rect fill='url(https://elsewhere.example/#a)'/>",
            "<rect style='fill: URL( //elsewhere.example )'/>",
            "<rect style='fill: u\\72l(//elsewhere.example)'/>",
            "<style>@import 'https://elsewhere.example/a.css';</style>",
            "<style>a { background: url(x.png) }</style>",
            "<style>a { background: image-set('x.png' 1x) }</style>",
            "<style><![CDATA[a { background: url(x.png) }]]></style>",
            "<g xml:base='https://elsewhere.example/'/>",
            "<?xml-stylesheet href='a.css'?>",
            "<iframe src='#'/>",
            "<unknown/>",
            "<g",
            "&nbsp;",
        ] {
            assert!(check(svg(inside).as_bytes()).is_err(), "{inside}");
        }
        for whole in [
            "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns='http://www.w3.org/2000/svg'>&a;</svg>",
            "<!DOCTYPE svg SYSTEM 'http://elsewhere.example/a.dtd'><svg xmlns='http://www.w3.org/2000/svg'/>",
            "<svg/>",
            "<html xmlns='http://www.w3.org/1999/xhtml'/>",
            "",
        ] {
            assert!(check(whole.as_bytes()).is_err(), "{whole}");
        }
        assert!(check(b"\xff\xfe<\0s\0v\0g\0").is_err(), "UTF-16");
        assert_eq!(check(svg(&"<use href='#a'/>".repeat(25)).as_bytes()), Err(SvgFault::Uses));
        let deep = svg(&("<g>".repeat(60_000) + &"</g>".repeat(60_000)));
        assert!(matches!(check(deep.as_bytes()), Err(SvgFault::Unreadable(_))));
    }

    #[test]
    fn a_drawing_of_many_attributes_is_refused_at_once() {
        let attributes = |count| (0..count).fold(String::new(), |all, n: u32| all + &format!(" a{n}=''"));
        let of = |inside: String| check(svg(&inside).as_bytes());
        assert!(of(format!("<!-- it's{0} --><g{0}><path{0}/></g>", attributes(64))).is_ok());
        // Half a million of them: the parser alone would compare them for minutes.
        for count in [65, 500_000] {
            assert_eq!(of(format!("<g{}/>", attributes(count))), Err(SvgFault::Attributes));
        }
        let nested = |count| "<g xmlns:a='b'>".repeat(count) + &"</g>".repeat(count);
        assert!(of(nested(60)).is_ok());
        assert_eq!(of(nested(63)), Err(SvgFault::Namespaces));
    }

    #[test]
    fn a_size_is_told_where_there_is_one() {
        let of = |attributes: &str| {
            check(format!("<svg xmlns='http://www.w3.org/2000/svg' {attributes}/>").as_bytes()).unwrap()
        };
        let size = |width, height| Some(Size { width, height });
        assert_eq!(of("viewBox='0,0 1.4 2.6'"), size(1, 3));
        assert_eq!(of("width='40px' height='30' viewBox='0 0 4 3'"), size(40, 30));
        for none in
            ["", "viewBox='0 0 0 0'", "viewBox='a b c d'", "width='100%' height='50%'", "width='NaN' height='inf'"]
        {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
