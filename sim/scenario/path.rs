//! Paths of program files: relative, with `/`, in or below the scenario's folder.

use alloc::string::String;
use alloc::vec::Vec;

/// Why a path is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is empty or has a NUL byte in it.
    NoPath,
    /// It begins with `/` or a drive letter.
    Absolute,
    /// It leaves the folder with `..`.
    Leaves,
}

/// The same path without `.` and inner `..`.
pub fn normal(path: &str) -> Result<String, Refused> {
    if path.trim().is_empty() || path.contains('\0') || path.ends_with('/') {
        return Err(Refused::NoPath);
    }
    let drive = path.len() > 1 && path.as_bytes()[1] == b':';
    if path.starts_with(['/', '\\']) || drive {
        return Err(Refused::Absolute);
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or(Refused::Leaves)?;
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() {
        return Err(Refused::NoPath);
    }
    Ok(parts.join("/"))
}

/// A name as seen from a directory, without `.` and inner `..`, as the compiler's preprocessor writes it.
pub fn join(directory: &str, name: &str) -> String {
    let from = if name.starts_with('/') { "" } else { directory };
    let mut parts: Vec<&str> = Vec::new();
    for part in from.split('/').chain(name.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|&p| p != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let root = if from.starts_with('/') || name.starts_with('/') {
        "/"
    } else {
        ""
    };
    [root, &parts.join("/")].concat()
}

/// `threads/bank.c` → `bank.c`
pub fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `threads/bank.c` → `bank`
pub fn stem(path: &str) -> &str {
    let base = base(path);
    base.rsplit_once('.').map_or(base, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_the_folder() {
        assert_eq!(normal("a.c").as_deref(), Ok("a.c"));
        assert_eq!(normal("./b/../a.c").as_deref(), Ok("a.c"));
        assert_eq!(normal("b\\a.c").as_deref(), Ok("b/a.c"));
        assert_eq!(normal("../a.c"), Err(Refused::Leaves));
        assert_eq!(normal("b/../../a.c"), Err(Refused::Leaves));
        assert_eq!(normal("/etc/passwd"), Err(Refused::Absolute));
        assert_eq!(normal("C:\\a.c"), Err(Refused::Absolute));
        assert_eq!(normal(""), Err(Refused::NoPath));
        assert_eq!(normal("."), Err(Refused::NoPath));
        assert_eq!(stem("threads/bank.c"), "bank");
    }
}
