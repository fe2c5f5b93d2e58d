//! TAP devices: an Ethernet device whose frames a program reads and writes.

use std::fs::{File, OpenOptions};
use std::path::Path;

use rustix::ioctl::{Opcode, Setter, ioctl, opcode};

use crate::error::{Error, Result};

/// `/dev/net/tun`, through which the kernel makes TAP devices.
pub(crate) const DEVICE: &str = "/dev/net/tun";

/// `TUNSETIFF` of `linux/if_tun.h`.
const SET_INTERFACE: Opcode = opcode::write::<i32>(b'T', 202);

/// `IFF_TAP | IFF_NO_PI`: whole frames, nothing before them.
const FLAGS: i16 = 0x0002 | 0x1000;

/// `struct ifreq` of `linux/if.h`, as `TUNSETIFF` reads it.
#[repr(C)]
struct InterfaceRequest {
    name: [u8; 16],
    flags: i16,
    unused: [u8; 22],
}

/// Makes a TAP device of this name in the calling thread's network namespace; it is removed when the file
/// that is returned, and all its clones, are closed.
pub(crate) fn open(name: &str) -> Result<File> {
    let failed = || Error::io("make a TAP device through", Path::new(DEVICE));
    let file = OpenOptions::new().read(true).write(true).open(DEVICE).map_err(failed())?;
    let mut request = InterfaceRequest { name: [0; 16], flags: FLAGS, unused: [0; 22] };
    // The last byte stays zero.
    for (place, byte) in request.name[..15].iter_mut().zip(name.bytes()) {
        *place = byte;
    }
    // SAFETY: TUNSETIFF reads (and fills the name of) one `struct ifreq`, whose layout and size (40 bytes)
    // `InterfaceRequest` has; the kernel keeps no pointer to it.
    #[allow(unsafe_code)]
    let result = unsafe { ioctl(&file, Setter::<SET_INTERFACE, InterfaceRequest>::new(request)) };
    result.map_err(|errno| failed()(errno.into()))?;
    Ok(file)
}
