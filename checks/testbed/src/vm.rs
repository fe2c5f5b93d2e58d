//! Hosts that are virtual machines: for what containers cannot show, such as boot loaders, kernels and panics. QEMU emulates
//! the processor, so that it runs anywhere; a boot takes a minute.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::apt;
use crate::error::{Error, Result};
use crate::hash::fnv1a;
use crate::layout::Layout;
use crate::lock::Lock;
use crate::notice;
use crate::root_file_system::{self, quote};
use crate::suite::Suite;
use crate::tool::Tool;

/// What a virtual machine has beyond a container.
const PACKAGES: [&str; 9] = [
    "e2fsprogs",
    "grub-efi-amd64-bin",
    "grub2-common",
    "initramfs-tools",
    "kmod",
    "linux-image-cloud-amd64",
    "systemd-boot",
    "systemd-boot-efi",
    "udev",
];
/// What NixOS' own installers of boot loaders are written in.
const INSTALLERS: [&str; 6] = [
    "libfile-copy-recursive-perl",
    "libfile-slurp-perl",
    "libjson-perl",
    "liblist-compare-perl",
    "libxml-libxml-perl",
    "python3",
];
/// Run on the tree, whose directory is `$1`, after what is run on that of containers.
const CUSTOMIZE: &str = include_str!("customize-vm.sh");
/// Makes the disk `$2` of the tree `$1`.
const IMAGE: &str = include_str!("vm-image.sh");
/// The machine's programs, and the Debian package that brings each.
const PREREQUISITES: [(&str, &str); 5] = [
    ("qemu-system-x86_64", "qemu-system-x86"),
    ("qemu-img", "qemu-utils"),
    ("mformat", "mtools"),
    ("sfdisk", "fdisk"),
    ("mke2fs", "e2fsprogs"),
];
/// UEFI firmware and its empty variables.
const FIRMWARE: &str = "/usr/share/OVMF/OVMF_CODE_4M.fd";
const VARIABLES: &str = "/usr/share/OVMF/OVMF_VARS_4M.fd";

/// The disk that all virtual machines start from, built first if it is not there yet.
pub(crate) fn ensure(layout: &Layout) -> Result<PathBuf> {
    let mut packages = PACKAGES.to_vec();
    if loaders().is_some() {
        packages.extend(INSTALLERS);
    }
    let recipe = format!("{packages:?}{CUSTOMIZE}{IMAGE}{}", root_file_system::recipe());
    let image = layout.root_file_systems().join(format!("vm-{:016x}.qcow2", fnv1a(recipe.as_bytes())));
    let _lock = Lock::take(&layout.root_file_systems().join("vm.lock"))?;
    // Twice: what one of them cannot be beside, such as a newer qemu-utils, is removed for it.
    for _ in 0..2 {
        apt::install(&PREREQUISITES, if Path::new(FIRMWARE).exists() { "" } else { "ovmf" })?;
    }
    if image.is_file() {
        return Ok(image);
    }
    notice("building the disk of virtual machines (once; a minute)");
    let tree = root_file_system::build_tree(layout, "vm", Suite::default(), &packages, CUSTOMIZE)?;
    Tool::new("make the disk of virtual machines", "sh").args(["-c", IMAGE, "sh"]).arg(&tree).arg(&image).run()?;
    root_file_system::remove_tree(&tree)?;
    Ok(image)
}

/// What virtual machines have in addition where they boot with NixOS' own installers of boot loaders: `NETLIB_LOADERS` names the tree
/// that `checks/vm --nixpkgs` makes.
fn loaders() -> Option<PathBuf> {
    std::env::var_os("NETLIB_LOADERS").filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The files of one virtual machine: its disk over the common one, who it is, and the firmware's memory.
#[derive(Debug)]
pub(crate) struct Disks {
    directory: PathBuf,
}

impl Disks {
    pub(crate) fn of(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    /// Makes them at its first start, with what `upper` holds.
    pub(crate) fn prepare(&self, image: &Path, upper: &Path) -> Result<()> {
        let (disk, identity, variables) = (self.disk(), self.identity(), self.variables());
        if disk.exists() {
            return Ok(());
        }
        let mut pack = Tool::new("pack who a virtual machine is", "tar")
            .args(["--create", "--record-size=1M", "--file"])
            .arg(&identity)
            .arg("--directory")
            .arg(upper)
            .arg(".");
        if let Some(loaders) = loaders() {
            pack = pack.arg("--directory").arg(loaders).arg("usr");
        }
        pack.run()?;
        fs::copy(VARIABLES, &variables).map_err(Error::io("copy", Path::new(VARIABLES)))?;
        Tool::new("make the disk of a virtual machine", "qemu-img")
            .args(["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b"])
            .arg(image)
            .arg(&disk)
            .run()
            .map(|_| ())
    }

    fn disk(&self) -> PathBuf {
        self.directory.join("disk.qcow2")
    }

    fn identity(&self) -> PathBuf {
        self.directory.join("identity.tar")
    }

    fn variables(&self) -> PathBuf {
        self.directory.join("firmware.fd")
    }

    /// QEMU's arguments: what hangs on the TAP device `port`, with this address.
    pub(crate) fn qemu(&self, port: &str, mac: &str, console: &Path) -> Vec<OsString> {
        let words = "-accel tcg,thread=multi -cpu max -smp 1 -m 1024 -machine q35 -nodefaults -no-user-config -display none \
                     -device virtio-rng-pci";
        let mut arguments: Vec<OsString> = words.split_whitespace().map(OsString::from).collect();
        let mut add = |option: &str, value: String| arguments.extend([option.into(), value.into()]);
        let drive = |what: &str, file: &Path| format!("{what},file={}", file.display());
        add("-drive", drive("if=pflash,format=raw,unit=0,readonly=on", Path::new(FIRMWARE)));
        add("-drive", drive("if=pflash,format=raw,unit=1", &self.variables()));
        add("-drive", drive("if=virtio,format=qcow2,cache=unsafe", &self.disk()));
        add("-drive", drive("if=virtio,format=raw,readonly=on", &self.identity()));
        add("-netdev", format!("tap,id=bed,ifname={port},script=no,downscript=no"));
        add("-device", format!("virtio-net-pci,netdev=bed,mac={mac},romfile="));
        add("-chardev", format!("file,id=console,append=on,path={}", console.display()));
        add("-serial", "chardev:console".to_owned());
        arguments
    }
}

/// A command line that runs this on a virtual machine, from the deployer.
pub(crate) fn from_deployer(name: &str, argv: &[OsString]) -> Vec<OsString> {
    let line: Vec<String> = argv.iter().map(|word| quote(Path::new(word))).collect();
    let words = ["ssh", "-F", "none", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=15"];
    let mut command: Vec<OsString> = words.into_iter().map(OsString::from).collect();
    command.extend([format!("root@{name}").into(), "--".into(), line.join(" ").into()]);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_arrive_on_a_virtual_machine_as_they_were() {
        let command = from_deployer("alpha", &["sh".into(), "-c".into(), "echo 'a b'".into()]);
        assert_eq!(command.last().and_then(|word| word.to_str()), Some(r"'sh' '-c' 'echo '\''a b'\'''"));
    }
}
