//! Which store a connection is to.

use shop::Connection;

/// The store's id, from the address of its API: `1003` of `https://app.ecwid.com/api/v3/1003`.
/// `None` when the connection does not say.
pub(crate) fn id(connection: &Connection) -> Option<&str> {
    let last = connection.api.as_ref()?.url.as_str().rsplit('/').next()?;
    let sound = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    sound.then_some(last)
}
