//! Which files are pictures that shops take: judged by their first bytes, never by a name.

use imagesize::ImageType;

/// Largest file, in bytes: what every platform takes.
pub const LIMIT_BYTES: usize = 8_000_000;
/// Widest and highest, in pixels.
pub const LIMIT_PIXELS: u32 = 20_000;

/// What every platform shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageKind {
    Jpeg,
    Png,
    Gif,
    WebP,
}

/// What a file says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub kind: ImageKind,
    pub width: u32,
    pub height: u32,
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    #[error("has {0} bytes, more than {LIMIT_BYTES}")]
    TooLarge(usize),
    #[error("is no JPEG, PNG, GIF or WebP")]
    NotKnown,
    #[error("is {width} by {height} pixels: not from 1 to {LIMIT_PIXELS}")]
    Dimensions { width: usize, height: usize },
}

/// Looks at the head of a file.
pub fn look(content: &[u8]) -> Result<Seen, ImageError> {
    if content.len() > LIMIT_BYTES {
        return Err(ImageError::TooLarge(content.len()));
    }
    let kind = match imagesize::image_type(content) {
        Ok(ImageType::Jpeg) => ImageKind::Jpeg,
        Ok(ImageType::Png) => ImageKind::Png,
        Ok(ImageType::Gif) => ImageKind::Gif,
        Ok(ImageType::Webp) => ImageKind::WebP,
        Ok(_) | Err(_) => return Err(ImageError::NotKnown),
    };
    let size = imagesize::blob_size(content).map_err(|_| ImageError::NotKnown)?;
    let (width, height) = (size.width, size.height);
    let pixels = |length: usize| {
        let length = u32::try_from(length).ok()?;
        (1..=LIMIT_PIXELS).contains(&length).then_some(length)
    };
    match (pixels(width), pixels(height)) {
        (Some(width), Some(height)) => Ok(Seen {
            kind,
            width,
            height,
        }),
        (None, _) | (_, None) => Err(ImageError::Dimensions { width, height }),
    }
}

impl ImageKind {
    const ALL: [Self; 4] = [Self::Jpeg, Self::Png, Self::Gif, Self::WebP];

    /// As rows name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::WebP => "webp",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Of a file's name: some shops go by it.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::WebP => "webp",
        }
    }

    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        file.extend(width.to_be_bytes());
        file.extend(height.to_be_bytes());
        file.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
        file
    }

    fn seen(kind: ImageKind, width: u32, height: u32) -> Seen {
        Seen {
            kind,
            width,
            height,
        }
    }

    #[test]
    fn a_picture_is_known_by_its_first_bytes() {
        let gif = b"GIF89a\x03\0\x02\0\0\0\0";
        let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x0b\x08\0\x05\0\x07\x01\x01\x11\0";
        let webp = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\x03\x40\0\0\0\0\0\0\0\0\0\0\0";
        assert_eq!(look(&png(20, 10)).unwrap(), seen(ImageKind::Png, 20, 10));
        assert_eq!(look(gif).unwrap(), seen(ImageKind::Gif, 3, 2));
        assert_eq!(look(jpeg).unwrap(), seen(ImageKind::Jpeg, 7, 5));
        assert_eq!(look(webp).unwrap(), seen(ImageKind::WebP, 4, 2));
    }

    #[test]
    fn what_shops_do_not_take_is_refused() {
        for file in [&b""[..], b"<svg/>", b"BM\0\0\0\0", b"\x89PNG", b"hello"] {
            assert_eq!(look(file), Err(ImageError::NotKnown), "{file:?}");
        }
        let large = vec![0; LIMIT_BYTES + 1];
        assert_eq!(look(&large), Err(ImageError::TooLarge(large.len())));
        for (width, height) in [(0, 1), (1, 0), (20_001, 1)] {
            let refused = look(&png(width, height));
            assert!(matches!(refused, Err(ImageError::Dimensions { .. })));
        }
    }

    #[test]
    fn a_kind_is_read_by_its_name() {
        for kind in ImageKind::ALL {
            assert_eq!(ImageKind::read(kind.as_str()), Some(kind));
            assert!(kind.content_type().starts_with("image/") && !kind.extension().is_empty());
        }
        assert_eq!(ImageKind::read("svg"), None);
    }
}
