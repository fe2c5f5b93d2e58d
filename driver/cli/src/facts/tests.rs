use std::fs;

use super::*;

fn git(folder: &Path, words: &[&str]) {
    let status = std::process::Command::new("git").arg("-C").arg(folder).args(words).output().unwrap();
    assert!(status.status.success(), "{status:?}");
}

#[tokio::test]
async fn new_files_come_with_the_command_that_adds_them_until_git_knows_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("facts/alpha.json");
    fs::create_dir(folder.path().join("facts")).unwrap();
    fs::write(&file, "{}\n").unwrap();
    assert_eq!(unknown_to_git(folder.path()).await, None, "no work tree, no advice");
    git(folder.path(), &["init", "-q"]);
    let advice = unknown_to_git(folder.path()).await.unwrap();
    assert_eq!(advice, format!("git -C {} add facts", folder.path().display()));
    git(folder.path(), &["add", "facts"]);
    assert_eq!(unknown_to_git(folder.path()).await, None);
}

#[test]
fn a_flake_that_is_elsewhere_has_no_place_for_facts() {
    let error = local_folder(None, "github:ann/home").unwrap_err();
    insta::assert_snapshot!(error, @r"
    facts are kept in files beside the flake, but `github:ann/home` is not a folder on this machine
      help: clone it, and run netlib there, or name the folder: --flake path/to/clone
    ");
}

#[test]
fn a_flake_in_the_store_is_left_as_it_is() {
    let folder = "/nix/store/3213bgxjkn9dpnqip92jqkm6nhiz1qbw-source";
    let error = local_folder(Some(folder.into()), &format!("path:{folder}")).unwrap_err();
    insta::assert_snapshot!(error, @r"
    facts are kept in files beside the flake, but `path:/nix/store/3213bgxjkn9dpnqip92jqkm6nhiz1qbw-source` is in the Nix store, which nobody may change
      help: name the folder that it was copied from: --flake path/to/folder
    ");
    let beside = local_folder(Some("/nix/stored".into()), "/nix/stored").unwrap();
    assert_eq!(beside, PathBuf::from("/nix/stored"));
}

#[test]
fn a_bad_value_names_node_fact_and_program() {
    let error = bad_value("key", "it has more than one line", "/nix/store/x/bin/key");
    insta::assert_snapshot!(error, @r"
    the fact `key`: it has more than one line
      it is printed by /nix/store/x/bin/key on the node
    ");
}
