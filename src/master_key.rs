//! The file that holds the master key.

use domain::clock::Entropy;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use storage::sealed::MasterKey;

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    #[error(
        "keys.master_key_file: {0} is missing; put 64 hexadecimal digits into it (openssl rand -hex 32), mode 0600, \
         or bring back the one that the texts are sealed with"
    )]
    Missing(PathBuf),
    #[error(
        "keys.master_key_file: {0} is missing, and texts are sealed with it: bring it back from its copy; a new one could \
         not open them, and none was made"
    )]
    Lost(PathBuf),
    #[error("keys.master_key_file: {0} does not hold 64 hexadecimal digits; bring back the right file")]
    Wrong(PathBuf),
    #[error("keys.master_key_file: {0} can be read by other users; chmod 600 it")]
    Open(PathBuf),
    #[error("keys.master_key_file: {0}: {1}")]
    Io(PathBuf, io::Error),
}

/// Reads the key.
///
/// # Errors
/// It is missing, is not a key, or is open to other users.
pub fn read(path: &Path) -> Result<MasterKey, MasterKeyError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => MasterKeyError::Missing(path.to_owned()),
        _ => MasterKeyError::Io(path.to_owned(), error),
    };
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if metadata.permissions().mode() & 0o004 != 0 {
        return Err(MasterKeyError::Open(path.to_owned()));
    }
    let text = std::fs::read_to_string(path).map_err(failed)?;
    MasterKey::from_hex(&text).map_err(|_| MasterKeyError::Wrong(path.to_owned()))
}

/// Reads the key, or makes one; true when it was made.
///
/// # Errors
/// As [`read`], or it cannot be written.
pub fn read_or_make(path: &Path, entropy: &dyn Entropy) -> Result<(MasterKey, bool), MasterKeyError> {
    match read(path) {
        Err(MasterKeyError::Missing(_)) => {
            make(path, entropy).map_err(|error| MasterKeyError::Io(path.to_owned(), error))
        }
        found => found.map(|key| (key, false)),
    }
}

/// On the disk before it is used: a key that wrapped something and was lost in a power cut is texts lost.
fn make(path: &Path, entropy: &dyn Entropy) -> io::Result<(MasterKey, bool)> {
    let key = MasterKey::generate(entropy);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(key.to_hex().as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        File::open(directory)?.sync_all()?;
    }
    Ok((key, true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::clock::SeededEntropy;

    #[test]
    fn a_key_is_made_once_and_only_its_user_can_read_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        assert!(matches!(read(&path), Err(MasterKeyError::Missing(_))));
        let (made, fresh) = read_or_make(&path, &SeededEntropy::new(1)).unwrap();
        let (again, fresh_again) = read_or_make(&path, &SeededEntropy::new(2)).unwrap();
        assert_eq!((made.id(), fresh, fresh_again), (again.id(), true, false));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_key_that_is_damaged_or_open_to_all_is_refused_and_left_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        read_or_make(&path, &SeededEntropy::new(1)).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(read_or_make(&path, &SeededEntropy::new(2)), Err(MasterKeyError::Open(_))));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&path, "not a key").unwrap();
        assert!(matches!(read_or_make(&path, &SeededEntropy::new(2)), Err(MasterKeyError::Wrong(_))));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "not a key");
    }
}
