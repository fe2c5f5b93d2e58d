//! The same with GRUB, which has to forget by itself what it was told to boot once.

use netlib_scenarios::assert_says;

use super::GRUB;
use super::once::assert_boots_once;

#[test]
fn grub_boots_a_system_once_and_the_system_from_before_after_a_panic() {
    let site = assert_boots_once(GRUB);
    assert_eq!(
        site.exec_must("alpha", "grub-editenv /boot/grub/grubenv list"),
        "next_entry=",
        "what was booted once is forgotten"
    );

    // As on btrfs, which it can only read.
    let fake = "mkdir /root/bin && printf '#!/bin/sh\\necho btrfs /dev/vda1\\n' >/root/bin/findmnt && chmod 755 /root/bin/findmnt";
    let check = "PATH=/root/bin:$PATH /run/current-system/netlib/boot-once check";
    let refused = site.exec("alpha", &format!("{fake} && {check}"));
    assert!(!refused.success());
    assert_says(&refused.stdout, &["GRUB cannot forget on btrfs (/boot/grub)"]);
}
