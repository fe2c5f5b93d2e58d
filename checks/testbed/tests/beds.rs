//! Several beds, beds of ended processes, and the command line.

#![allow(clippy::unwrap_used)] // Helpers of tests may fail like tests.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use netlib_testbed::{Bed, BedOptions, Error, Layout, Result, clean_up};

fn testbed(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_testbed")).args(args).output().unwrap()
}

fn stdout(args: &[&str]) -> String {
    let output = testbed(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn unique(what: &str) -> String {
    format!("{what}{}", std::process::id())
}

/// Takes a bed down when its test ends, however it ends.
struct Down(String);

impl Drop for Down {
    fn drop(&mut self) {
        testbed(&["down", "--name", &self.0]);
    }
}

/// What a bed leaves outside of its directory: network namespaces, control groups and mounts.
fn traces(name: &str) -> Vec<String> {
    let directory = Layout::of_this_checkout().unwrap().checkout().join("target/testbed/beds").join(name);
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    let mut traces: Vec<String> =
        mounts.lines().filter(|line| line.contains(&format!("{}/", directory.display()))).map(str::to_owned).collect();
    if directory.exists() {
        traces.push(directory.display().to_string());
    }
    traces
}

/// The network namespaces of a bed's hosts, held open: the number of one that is gone would soon be that of another.
type Namespaces = Vec<(PathBuf, File)>;

/// A bed tied to another process, which is ready when this returns.
fn tied(name: &str) -> (Child, Namespaces) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_testbed"))
        .args(["up", "--tied", "--hosts", "alpha", "--disk-limit", "alpha=100M", "--name", name])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut seen = String::new();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    loop {
        let line = lines.next().unwrap_or_else(|| panic!("not up: {seen}")).unwrap();
        if line.contains("is up") {
            break;
        }
        seen += &line;
    }
    // The rest of stderr must not fill its pipe.
    std::thread::spawn(move || lines.count());
    let bed = Bed::attach(name).unwrap();
    let hosts = bed.hosts();
    let names = hosts.iter().map(|host| PathBuf::from(host.sh("readlink /proc/self/ns/net").unwrap()));
    (child, names.map(held).collect())
}

/// Where a process shows its network namespace, for every process.
fn shown() -> impl Iterator<Item = PathBuf> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    processes.map(|process| process.path().join("ns/net"))
}

fn held(name: PathBuf) -> (PathBuf, File) {
    let is_meant = |link: &PathBuf| std::fs::read_link(link).is_ok_and(|found| found == name);
    let file = File::open(shown().find(is_meant).unwrap()).unwrap();
    (name, file)
}

/// Which of these network namespaces any process is in.
fn inhabited(namespaces: &Namespaces) -> Vec<PathBuf> {
    shown()
        .filter_map(|link| std::fs::read_link(link).ok())
        .filter(|found| namespaces.iter().any(|(name, _)| name == found))
        .collect()
}

#[test]
fn two_beds_with_the_same_hosts_do_not_notice_each_other() -> Result<()> {
    let (first, second) = std::thread::scope(|scope| {
        let second = scope.spawn(|| Bed::up(BedOptions::new(["alpha"])));
        (Bed::up(BedOptions::new(["alpha"])), second.join().unwrap())
    });
    let (first, second) = (first?, second?);
    assert_ne!(first.name(), second.name());
    first.host("alpha").write_file("/root/which", "first")?;
    second.host("alpha").write_file("/root/which", "second")?;
    assert_eq!(first.deployer().sh("ssh alpha cat /root/which")?, "first");
    assert_eq!(second.deployer().sh("ssh alpha cat /root/which")?, "second");
    first.host("alpha").cut()?;
    second.deployer().sh("ping -c1 -W5 alpha")?;
    let name = first.name().to_owned();
    first.down()?;
    assert_eq!(traces(&name), Vec::<String>::new());
    second.deployer().sh("ssh alpha true").map(|_| ())
}

#[test]
fn nothing_is_left_of_a_bed_whose_process_was_killed() -> Result<()> {
    let name = unique("killed");
    let (mut owner, namespaces) = tied(&name);
    assert!(!inhabited(&namespaces).is_empty());
    assert!(!traces(&name).is_empty());
    // Another process's bed is not to be touched while it lives.
    clean_up(&Layout::of_this_checkout()?)?;
    Bed::attach(&name)?.host("alpha").sh("true")?;
    let refused = Bed::attach(&name)?.down().unwrap_err().to_string();
    assert!(refused.contains("still running"), "{refused}");
    owner.kill().unwrap();
    owner.wait().unwrap();
    clean_up(&Layout::of_this_checkout()?)?;
    assert_eq!(traces(&name), Vec::<String>::new());
    assert_eq!(inhabited(&namespaces), Vec::<PathBuf>::new());
    assert!(!stdout(&["status"]).contains(&name));
    Ok(())
}

#[test]
fn a_tied_bed_goes_down_when_stdin_is_closed() {
    let name = unique("tied");
    let (mut owner, namespaces) = tied(&name);
    // Slowed down from another process than its owner.
    stdout(&["delay", "--name", &name, "alpha", "30"]);
    let output = stdout(&["exec", "--name", &name, "deployer", "--", "ping", "-c2", "-i0.2", "-W5", "alpha"]);
    let times = output.lines().filter_map(|line| line.split_once("time=")?.1.split(' ').next()?.parse::<f64>().ok());
    assert!(times.map(|time| assert!(time >= 60.0, "{output}")).count() == 2);
    drop(owner.stdin.take());
    assert!(owner.wait().unwrap().success());
    assert_eq!(traces(&name), Vec::<String>::new());
    assert_eq!(inhabited(&namespaces), Vec::<PathBuf>::new());
}

#[test]
fn a_bed_from_the_command_line_stays_until_down() {
    let name = unique("cli");
    let _guard = Down(name.clone());
    let on = |verb: &'static str, rest: &[&str]| {
        let mut args = vec![verb, "--name", &name];
        args.extend(rest);
        testbed(&args)
    };
    assert!(on("up", &["--hosts", "alpha,beta"]).status.success());
    let again = on("up", &["--hosts", "alpha"]);
    assert!(!again.status.success());
    assert!(String::from_utf8_lossy(&again.stderr).contains("up already"));
    assert_eq!(on("exec", &["alpha", "--", "sh", "-c", "exit 9"]).status.code(), Some(9));
    let mut cat = Command::new(env!("CARGO_BIN_EXE_testbed"))
        .args(["exec", "--name", &name, "alpha", "--", "tee", "/root/in"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    cat.stdin.take().unwrap().write_all(b"typed").unwrap();
    assert!(cat.wait().unwrap().success());
    assert!(on("crash", &["alpha"]).status.success());
    assert!(on("cut", &["beta"]).status.success());
    assert!(on("delay", &["beta", "7", "--loss", "5"]).status.success());
    let status = stdout(&["status"]);
    let of_bed: Vec<&str> = status.lines().skip_while(|line| !line.starts_with(&format!("bed {name} "))).collect();
    assert!(of_bed[2].contains("alpha") && of_bed[2].contains(" off "), "{status}");
    assert!(of_bed[3].contains("cut, 7 ms each way, 5% lost"), "{status}");
    assert!(on("boot", &["alpha"]).status.success());
    assert_eq!(on("exec", &["alpha", "--", "cat", "/root/in"]).stdout, b"typed");
    assert!(on("down", &[]).status.success());
    assert_eq!(traces(&name), Vec::<String>::new());
    let gone = on("exec", &["alpha", "--", "true"]);
    assert!(String::from_utf8_lossy(&gone.stderr).contains("there is no bed"));
}

#[test]
fn a_bed_that_cannot_come_up_leaves_nothing_behind() {
    let name = unique("broken");
    // Too small a disk for what each host is given.
    let options = BedOptions::new(["alpha"]).name(&name).disk_limit("alpha", "64k");
    let error = Bed::up(options).unwrap_err();
    assert!(matches!(error, Error::Io { .. }), "{error}");
    assert_eq!(traces(&name), Vec::<String>::new());
}

#[test]
fn a_chroot_is_thrown_away_and_passes_on_the_status() {
    let output = testbed(&[
        "chroot",
        "--env",
        "NAME=value",
        "--",
        "sh",
        "-c",
        "echo $NAME; pwd; test -e /root/new && echo kept; echo > /root/new; exit 7",
    ]);
    assert_eq!(output.status.code(), Some(7));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "value\n/src\n");
    let again = stdout(&["chroot", "--", "sh", "-c", "nix eval --expr '1 + 1'; test ! -e /root/new; ip -o address"]);
    assert!(again.starts_with("2\n"), "{again}");
    assert!(!again.contains("eth"), "{again}");
}
