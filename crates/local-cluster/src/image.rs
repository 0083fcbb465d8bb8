//! The one small image that the cluster's own pods share: a pause program and a static busybox, written by hand.
//!
//! The programs themselves (CoreDNS, Contour, …) come into the pods from the machine's disk by hostPath: nothing is
//! packed, copied or unpacked for them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::binaries::Binaries;

pub(crate) const SANDBOX_IMAGE: &str = "store-platform.local/node:1";

/// Writes the image as an OCI archive beside the binaries; it is made once per set of binaries.
pub(crate) fn ensure(binaries: &Binaries) -> Result<PathBuf> {
    let archive = binaries.directory.join("node-image.tar");
    if !archive.exists() {
        let unfinished = archive.with_extension("unfinished");
        let busybox = which::which("busybox").context("find busybox (Debian package busybox-static)")?;
        write_archive(&unfinished, &layer(&binaries.program("pause"), &busybox)?)
            .with_context(|| format!("write {}", unfinished.display()))?;
        fs::rename(&unfinished, &archive)?;
    }
    Ok(archive)
}

fn layer(pause: &Path, busybox: &Path) -> Result<Vec<u8>> {
    let mut tar = tar::Builder::new(Vec::new());
    for (directory, mode) in
        [("bin", 0o755), ("etc", 0o755), ("tmp", 0o1777), ("opt", 0o755), ("lib", 0o755), ("lib64", 0o755)]
    {
        let mut header = header(tar::EntryType::Directory, mode, 0);
        tar.append_data(&mut header, directory, std::io::empty())?;
    }
    append_program(&mut tar, "pause", pause)?;
    append_program(&mut tar, "bin/busybox", busybox)?;
    for applet in ["sh", "mkdir", "rm", "chmod", "cat", "ls", "wget", "nc", "sleep"] {
        let mut header = header(tar::EntryType::Symlink, 0o777, 0);
        tar.append_link(&mut header, format!("bin/{applet}"), "busybox")?;
    }
    let users = b"root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n";
    tar.append_data(&mut header(tar::EntryType::Regular, 0o644, users.len()), "etc/passwd", users.as_slice())?;
    Ok(tar.into_inner()?)
}

fn append_program(tar: &mut tar::Builder<Vec<u8>>, name: &str, program: &Path) -> Result<()> {
    let bytes = fs::read(program).with_context(|| format!("read {}", program.display()))?;
    tar.append_data(&mut header(tar::EntryType::Regular, 0o755, bytes.len()), name, bytes.as_slice())?;
    Ok(())
}

/// No owner, no time: the same inputs give the same bytes.
fn header(kind: tar::EntryType, mode: u32, size: usize) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size as u64);
    header
}

fn write_archive(path: &Path, layer: &[u8]) -> Result<()> {
    let diff = digest(layer);
    let config = json!({
        "architecture": architecture(),
        "os": "linux",
        "config": {"Entrypoint": ["/pause"], "Env": ["PATH=/bin:/opt/bin"], "WorkingDir": "/"},
        "rootfs": {"type": "layers", "diff_ids": [diff]},
        "history": [{"created_by": "store-platform"}],
    });
    let config = serde_json::to_vec(&config)?;
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": descriptor("application/vnd.oci.image.config.v1+json", &config),
        "layers": [descriptor("application/vnd.oci.image.layer.v1.tar", layer)],
    });
    let manifest = serde_json::to_vec(&manifest)?;
    let mut entry = descriptor("application/vnd.oci.image.manifest.v1+json", &manifest);
    entry["annotations"] = json!({"io.containerd.image.name": SANDBOX_IMAGE});
    let index = json!({"schemaVersion": 2, "manifests": [entry]});

    let mut archive = tar::Builder::new(File::create(path)?);
    let mut add = |name: &str, bytes: &[u8]| {
        archive.append_data(&mut header(tar::EntryType::Regular, 0o644, bytes.len()), name, bytes)
    };
    add("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#)?;
    add("index.json", &serde_json::to_vec(&index)?)?;
    for blob in [layer, &config, &manifest] {
        add(&format!("blobs/sha256/{}", hex::encode(Sha256::digest(blob))), blob)?;
    }
    archive.finish()?;
    Ok(())
}

fn descriptor(kind: &str, bytes: &[u8]) -> Value {
    json!({"mediaType": kind, "digest": digest(bytes), "size": bytes.len()})
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

/// The name that images use for this machine's processor.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "arm64",
        "x86_64" => "amd64",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::io::Read;

    use super::*;

    #[test]
    fn every_blob_is_named_by_its_digest_and_the_index_leads_to_the_layer() {
        let directory = tempfile::tempdir().unwrap();
        let programs = [directory.path().join("pause"), directory.path().join("busybox")];
        for program in &programs {
            fs::write(program, "program").unwrap();
        }
        let made = layer(&programs[0], &programs[1]).unwrap();
        assert_eq!(made, layer(&programs[0], &programs[1]).unwrap(), "the same inputs, the same bytes");
        let path = directory.path().join("image.tar");
        write_archive(&path, &made).unwrap();

        let mut blobs = HashMap::new();
        for entry in tar::Archive::new(File::open(&path).unwrap()).entries().unwrap() {
            let mut entry = entry.unwrap();
            let name = entry.path().unwrap().display().to_string();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            if let Some(named) = name.strip_prefix("blobs/sha256/") {
                assert_eq!(digest(&bytes), format!("sha256:{named}"));
            }
            blobs.insert(name, bytes);
        }
        let follow = |digest: &Value| &blobs[&digest.as_str().unwrap().replace("sha256:", "blobs/sha256/")];
        let index: Value = serde_json::from_slice(&blobs["index.json"]).unwrap();
        let manifest: Value = serde_json::from_slice(follow(&index["manifests"][0]["digest"])).unwrap();
        assert_eq!(follow(&manifest["layers"][0]["digest"]), &made);
        let config: Value = serde_json::from_slice(follow(&manifest["config"]["digest"])).unwrap();
        assert_eq!(config["rootfs"]["diff_ids"][0], digest(&made));
    }
}
