//! Where a value comes from, for people.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

/// What the library found about an option of a node.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Explanation {
    /// One option, or a place inside of its value.
    #[serde(rename_all = "camelCase")]
    Option {
        /// The node.
        node: String,
        /// Its path.
        option: String,
        /// What values it takes.
        #[serde(rename = "type")]
        kind_of_value: Option<String>,
        /// Its merged value.
        value: String,
        /// Whether nobody but its declaration gave it a value.
        is_default: bool,
        /// Priority of the definitions that won; none for a place inside of a value.
        priority: Option<u32>,
        /// Where the option is declared.
        declarations: Vec<Place>,
        /// Who gave it which value.
        definitions: Vec<Definition>,
        /// Who would have, had nobody said something stronger; the strongest first.
        #[serde(default)]
        overridden: Vec<Overridden>,
    },
    /// A set of options.
    Options {
        /// The node.
        node: String,
        /// Its path.
        option: String,
        /// Names of what is in it.
        children: Vec<String>,
    },
    /// There is no such node, option or part of a value.
    Missing {
        /// What is missing, what was perhaps meant, and what to do.
        message: String,
    },
}

/// A file of a module, and whose it is.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Place {
    /// The file.
    file: String,
    /// The option of the network by which it came to the node.
    via: Option<String>,
    /// `nixpkgs`, `netlib` or a network module of netlib; none for the user's own.
    origin: Option<String>,
}

/// What one module said.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Definition {
    #[serde(flatten)]
    place: Place,
    /// Its value, as Nix writes it.
    value: String,
}

/// What one module said in vain.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Overridden {
    #[serde(flatten)]
    definition: Definition,
    /// The priority that was too weak: higher than that of the definitions that count.
    priority: u32,
}

/// Writes the value first, then who gave it.
///
/// # Errors
/// The message when there is nothing to explain.
pub fn explanation(found: &Explanation) -> Result<String, String> {
    match found {
        Explanation::Missing { message } => Err(message.clone()),
        Explanation::Options {
            option, children, ..
        } => Ok(children
            .iter()
            .map(|child| format!("{option}.{child}\n"))
            .collect()),
        Explanation::Option {
            node,
            option,
            kind_of_value,
            value,
            is_default,
            priority,
            declarations,
            definitions,
            overridden,
        } => {
            let mut out = format!("{option} of {node}:\n{}\n", indented(value));
            if let Some(kind) = kind_of_value {
                let _ = writeln!(out, "type: {kind}");
            }
            let how = match priority {
                _ if *is_default => " (the default)".to_owned(),
                Some(100) | None => String::new(),
                Some(other) => format!(" ({})", strength(*other)),
            };
            let _ = writeln!(out, "\ndefined{how} by");
            for definition in definitions {
                let _ = writeln!(out, "- {}", defined(definition, ""));
            }
            if !overridden.is_empty() {
                let _ = writeln!(out, "overridden:");
            }
            for lost in overridden {
                let how = format!(" ({})", strength(lost.priority));
                let _ = writeln!(out, "- {}", defined(&lost.definition, &how));
            }
            for declaration in declarations {
                let _ = writeln!(out, "declared in {}", place(declaration));
            }
            Ok(out)
        }
    }
}

fn defined(definition: &Definition, how: &str) -> String {
    let value = indented(&definition.value);
    format!("{}{how}\n{value}", place(&definition.place))
}

/// A priority as people write it.
fn strength(priority: u32) -> String {
    match priority {
        50 => "mkForce".to_owned(),
        1000 => "mkDefault".to_owned(),
        1500 => "the option's default".to_owned(),
        other => format!("priority {other}"),
    }
}

fn place(place: &Place) -> String {
    let via = place.via.as_ref().map(|via| format!(", as {via}"));
    let via = via.unwrap_or_default();
    match &place.origin {
        Some(origin) => format!("{origin}: {}{via}", place.file),
        None => format!("{}{via}", place.file),
    }
}

fn indented(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("    {line}")).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;

    #[test]
    fn says_who_gave_which_value() {
        let found: Explanation = serde_json::from_str(
            r#"{ "kind": "option", "node": "alpha", "option": "networking.firewall.allowedTCPPorts", "type": "list of port",
                 "value": "[\n  80\n  7070\n]", "isDefault": false, "priority": 100,
                 "declarations": [ { "file": "/nixpkgs/firewall.nix", "via": null, "origin": "nixpkgs" } ],
                 "definitions": [
                   { "file": "/home/me/flake.nix", "via": "nodes.alpha.configuration", "origin": null, "value": "[\n  80\n]" },
                   { "file": "/netlib/modules/hello", "via": "configure.alpha", "origin": "netlib.modules.hello", "value": "[\n  7070\n]" }
                 ],
                 "overridden": [
                   { "file": "/home/me/lan.nix", "via": "defaults", "origin": null, "value": "[\n  22\n]", "priority": 1000 },
                   { "file": "/nixpkgs/firewall.nix", "via": null, "origin": "nixpkgs", "value": "[ ]", "priority": 1500 }
                 ] }"#,
        )
        .unwrap();
        assert_snapshot!(explanation(&found).unwrap());
    }

    #[test]
    fn a_set_of_options_is_a_list() {
        let found: Explanation = serde_json::from_str(
            r#"{ "kind": "options", "node": "alpha", "option": "networking.nat", "children": [ "enable", "internalIPs" ] }"#,
        )
        .unwrap();
        assert_eq!(
            explanation(&found).unwrap(),
            "networking.nat.enable\nnetworking.nat.internalIPs\n"
        );
    }
}
