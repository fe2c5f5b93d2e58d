//! `netlib render`: the files of a machine that netlib does not deploy.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::Args;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde::Deserialize;
use serde_json::json;

use super::args::FlakeArgs;
use super::session::Session;
use super::{Error, Output};
use crate::evaluate::{ask, nix_value};

/// What stands for a private key; the library has the same.
const PLACEHOLDER: &str = "@PRIVATE_KEY@";

/// Print the files that a phone, laptop or router needs to join: WireGuard configurations, SSH known hosts.
///
/// Configurations do not contain private keys; --private-key inserts one. On a terminal, files that apps can scan are then also
/// shown as QR codes.
#[derive(Args, Debug)]
#[command(after_help = include_str!("help/render.txt"))]
pub struct RenderArgs {
    /// Machine
    name: String,
    /// Print only this file
    #[arg(value_name = "FILE")]
    only: Option<String>,
    /// File with the private key to insert
    #[arg(long, value_name = "FILE")]
    private_key: Option<PathBuf>,
    #[command(flatten)]
    flake: FlakeArgs,
}

#[derive(Debug, Deserialize)]
struct Rendered {
    description: String,
    qr: bool,
    text: String,
}

/// Prints the files.
pub async fn run(args: RenderArgs, session: &Session) -> Result<Output, Error> {
    let key = args.private_key.as_deref().map(private_key).transpose()?;
    let asked = nix_value(&json!([args.name, args.only]));
    let function = format!("ask: builtins.foldl' (f: x: f x) ask {asked}");
    let (flake, _run_dir) = session.load(&args.flake).await?;
    let mut files: BTreeMap<String, Rendered> = ask(&flake, "ask.render", Some(function)).await?;
    if let Some(key) = key {
        for file in files.values_mut() {
            file.text = file.text.replace(PLACEHOLDER, &key);
        }
    }
    let mut output = Output::new(printed(&files, std::io::stdout().is_terminal())?, true);
    if files.values().any(|file| file.text.contains(PLACEHOLDER)) {
        output.stderr = format!(
            "{PLACEHOLDER} stands for the private key of {name}: netlib render {name} --private-key FILE puts it in.\n",
            name = args.name
        );
    }
    Ok(output)
}

fn private_key(path: &Path) -> Result<String, String> {
    let file = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read the private key {file}: {error}"))?;
    match text.trim() {
        key if key.is_empty() || key.contains(char::is_whitespace) => {
            Err(format!("{file} holds no private key: a single line is expected, as `wg genkey` writes it"))
        }
        key => Ok(key.to_owned()),
    }
}

/// One file as it is, several under headlines.
fn printed(files: &BTreeMap<String, Rendered>, on_terminal: bool) -> Result<String, Error> {
    let mut out = String::new();
    for (name, file) in files {
        if files.len() > 1 {
            out.push_str(&format!("==> {name}: {} <==\n", file.description));
        }
        out.push_str(&file.text);
        // Without its key a picture of the file would be of no use.
        if on_terminal && file.qr && !file.text.contains(PLACEHOLDER) {
            out.push_str(&format!("\n{}\n", qr_code(&file.text)?));
        }
    }
    Ok(out)
}

fn qr_code(text: &str) -> Result<String, Error> {
    let code = QrCode::new(text).map_err(|error| format!("the file does not fit into a QR code: {error}"))?;
    // Terminals are dark more often than not, and scanners want dark on light.
    let renderer = &mut code.render::<Dense1x2>();
    Ok(renderer.dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str], text: &str) -> BTreeMap<String, Rendered> {
        let file = |name: &&str| {
            let file = Rendered { description: "for people".to_owned(), qr: true, text: text.to_owned() };
            ((*name).to_owned(), file)
        };
        names.iter().map(file).collect()
    }

    #[test]
    fn one_file_is_printed_as_it_is() {
        assert_eq!(printed(&files(&["a"], "text\n"), false).unwrap(), "text\n");
    }

    #[test]
    fn several_have_headlines() {
        assert_eq!(
            printed(&files(&["a", "b"], "text\n"), false).unwrap(),
            "==> a: for people <==\ntext\n==> b: for people <==\ntext\n"
        );
    }

    #[test]
    fn codes_are_for_terminals_and_whole_files() {
        let has_code = |text, on_terminal| {
            let out = printed(&files(&["a"], text), on_terminal).unwrap();
            out.contains('█')
        };
        assert!(has_code("text\n", true));
        assert!(!has_code("text\n", false));
        assert!(!has_code("PrivateKey = @PRIVATE_KEY@\n", true));
    }

    #[test]
    fn a_key_is_one_word() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        for (content, good) in [("abc=\n", true), ("", false), ("a b\n", false)] {
            std::fs::write(&path, content).unwrap();
            assert_eq!(private_key(&path).is_ok(), good, "{content}");
        }
        assert!(private_key(&folder.path().join("nothing")).is_err());
    }
}
