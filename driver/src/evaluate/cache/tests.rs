//! Files of the cache: whom they answer, two that write at once, and what is broken or cannot be written.

use super::*;

fn toplevel(name: &str) -> Toplevel {
    Toplevel {
        drv_path: format!("/nix/store/{name}.drv"),
        out_path: format!("/nix/store/{name}"),
        warnings: vec!["old".to_owned()],
        ..Toplevel::default()
    }
}

#[test]
fn answers_are_there_for_the_same_key_only() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open_in(folder.path(), "one");
    assert!(cache.plan("").is_none());
    cache.keep_plan("", b"{}", vec!["hm".to_owned()]);
    cache.keep_derivation(Attribute::Toplevels, "a", &toplevel("a"));
    cache.save();

    let again = Cache::open_in(folder.path(), "one");
    assert_eq!(again.plan("").unwrap().document, "{}");
    assert_eq!(again.derivation(Attribute::Toplevels, "a"), Some(toplevel("a")));
    assert_eq!(again.derivation(Attribute::Gatherers, "a"), None);
    let other = Cache::open_in(folder.path(), "two");
    assert!(other.plan("").is_none());
}

#[test]
fn two_that_write_keep_the_answers_of_both() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (Cache::open_in(folder.path(), "x"), Cache::open_in(folder.path(), "x"));
    one.keep_derivation(Attribute::Toplevels, "a", &toplevel("a"));
    two.keep_derivation(Attribute::Toplevels, "b", &toplevel("b"));
    one.save();
    two.save();
    let both = Cache::open_in(folder.path(), "x");
    for node in ["a", "b"] {
        assert!(both.derivation(Attribute::Toplevels, node).is_some(), "{node}");
    }
}

/// Many netlibs at the same time, each of which learns something else.
#[test]
fn nothing_is_lost_when_many_write_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..16).map(|number| format!("n{number}")).collect();
    std::thread::scope(|scope| {
        for name in &names {
            scope.spawn(|| {
                let cache = Cache::open_in(folder.path(), "x");
                cache.keep_derivation(Attribute::Toplevels, name, &toplevel(name));
                cache.save();
            });
        }
    });
    let all = Cache::open_in(folder.path(), "x");
    for name in &names {
        assert!(all.derivation(Attribute::Toplevels, name).is_some(), "{name}");
    }
}

/// The one file of answers in a folder.
fn file_in(folder: &Path) -> PathBuf {
    let files = std::fs::read_dir(folder).unwrap();
    let mut paths = files.map(|file| file.unwrap().path());
    let is_answers = |path: &PathBuf| path.extension().is_some_and(|end| end == "json");
    paths.find(is_answers).unwrap()
}

#[test]
fn a_broken_file_is_no_answer_and_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let fill = || {
        let cache = Cache::open_in(folder.path(), "x");
        cache.keep_plan("", b"{}", Vec::new());
        cache.save();
    };
    fill();
    let file = file_in(folder.path());
    let whole = std::fs::read(&file).unwrap();
    let half = &whole[..whole.len() / 2];
    for broken in [b"".as_slice(), b"{", b"[]", b"\xff\xfe", half] {
        std::fs::write(&file, broken).unwrap();
        assert!(Cache::open_in(folder.path(), "x").plan("").is_none());
        fill();
        assert!(Cache::open_in(folder.path(), "x").plan("").is_some());
    }
}

#[test]
fn what_cannot_be_written_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("evaluation");
    // Not even root can make a folder below a file.
    std::fs::write(&place, "").unwrap();
    let cache = Cache::open_in(&place, "x");
    cache.keep_plan("", b"{}", Vec::new());
    cache.save();
    assert!(cache.plan("").is_some(), "this run knows it all the same");
    assert!(Cache::open_in(&place, "x").plan("").is_none());
}
