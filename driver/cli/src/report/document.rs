//! One document of a result: JSON for programs, and for people a template that shows the same.

use minijinja::value::Serde;
use minijinja::{Environment, Error, syntax::SyntaxConfig};
use serde_json::Value;

/// What a template makes of a document.
pub fn shown(document: &Value, template: &str) -> String {
    // Templates are constants; what a broken one cannot show is shown as it is.
    rendered(document, template).unwrap_or_else(|error| format!("{document:#}\n{error}\n"))
}

fn rendered(document: &Value, template: &str) -> Result<String, Error> {
    let mut templates = Environment::new();
    // A tag that has a line to itself leaves none in the text.
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?;
    templates.set_syntax(syntax);
    templates.add_filter("pad", |text: String, width: usize| format!("{text:width$}"));
    templates.add_filter("styled", |text: String, style: String| {
        console::Style::from_dotted_str(&style).apply_to(text).to_string()
    });
    templates.render_str(template, Serde(document))
}
