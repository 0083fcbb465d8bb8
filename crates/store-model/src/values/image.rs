use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where an image is; a digest wins over a tag.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Image {
    #[schemars(regex(pattern = REPOSITORY_OR_EMPTY))]
    pub repository: String,
    #[schemars(regex(pattern = TAG_OR_EMPTY))]
    pub tag: String,
    #[schemars(regex(pattern = "^(sha256:[0-9a-f]{64})?$"))]
    pub digest: String,
    pub pull_policy: PullPolicy,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum PullPolicy {
    Always,
    #[default]
    IfNotPresent,
    Never,
}

/// Why a text names no image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    #[error("image {0:?} has neither a tag nor a digest: write repository:tag, or repository@sha256:…")]
    Unpinned(String),
    #[error("image {0:?} has the tag latest, which names another image tomorrow: name a version")]
    Latest(String),
    #[error("image {0:?} is not repository:tag or repository@sha256:<64 hex digits>")]
    Shape(String),
}

impl Image {
    /// `repository:tag`, `repository@sha256:…` or both; the registry may be a part of the repository.
    pub fn parse(text: &str) -> Result<Image, ImageError> {
        let (named, digest) = text.split_once('@').unwrap_or((text, ""));
        // A colon before the last slash belongs to the registry's port.
        let after_slash = named.rfind('/').map_or(0, |slash| slash + 1);
        let (repository, tag) = match named[after_slash..].split_once(':') {
            Some((_, tag)) => (&named[..named.len() - tag.len() - 1], tag),
            None => (named, ""),
        };
        if tag.is_empty() && digest.is_empty() {
            return Err(ImageError::Unpinned(text.to_owned()));
        }
        if tag == "latest" {
            return Err(ImageError::Latest(text.to_owned()));
        }
        let sound = repository_is_valid(repository) && tag_is_valid(tag) && digest_is_valid(digest);
        if !sound {
            return Err(ImageError::Shape(text.to_owned()));
        }
        Ok(Image {
            repository: repository.to_owned(),
            tag: tag.to_owned(),
            digest: digest.to_owned(),
            pull_policy: PullPolicy::default(),
        })
    }
}

const REPOSITORY_OR_EMPTY: &str = r"^(([a-zA-Z0-9][a-zA-Z0-9.-]*(:[0-9]{1,5})?/)?[a-z0-9]+([._/-]+[a-z0-9]+)*)?$";
pub(super) const TAG_OR_EMPTY: &str = r"^([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?$";

fn repository_is_valid(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/' | b':');
    !text.is_empty()
        && text.len() <= 255
        && text.bytes().all(allowed)
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
        && !text.contains("//")
}

fn tag_is_valid(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    text.len() <= 128 && text.bytes().all(allowed) && !text.starts_with(['.', '-'])
}

fn digest_is_valid(text: &str) -> bool {
    text.is_empty()
        || text
            .strip_prefix("sha256:")
            .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, String, String) {
        let image = Image::parse(text).unwrap();
        (image.repository, image.tag, image.digest)
    }

    #[test]
    fn a_registry_port_is_not_a_tag() {
        let expected = ("host:5000/store-platform/mysql".to_owned(), "9.7.4-abc".to_owned(), String::new());
        assert_eq!(parts("host:5000/store-platform/mysql:9.7.4-abc"), expected);
        assert_eq!(Image::parse("host:5000/mysql"), Err(ImageError::Unpinned("host:5000/mysql".to_owned())));
    }

    #[test]
    fn tag_and_digest_may_stand_together() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        assert_eq!(parts(&format!("mysql:9.7@{digest}")), ("mysql".to_owned(), "9.7".to_owned(), digest.clone()));
        assert_eq!(parts(&format!("mysql@{digest}")), ("mysql".to_owned(), String::new(), digest));
    }

    #[test]
    fn what_moves_or_is_malformed_is_refused() {
        assert_eq!(Image::parse("mysql:latest"), Err(ImageError::Latest("mysql:latest".to_owned())));
        for text in
            ["", ":9", "my sql:9", "mysql:9 7", "mysql@sha256:12", "mysql:9;rm", "a//b:1", "-a:1", "mysql:\u{202e}1"]
        {
            assert!(Image::parse(text).is_err(), "{text:?}");
        }
    }
}
