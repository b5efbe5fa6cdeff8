import { TextFile } from '../files/text-file.ts'
import type { Project } from '../project.ts'

export const STABLE_SDIST = '.trustpub/stable-sdist.py'

/** setuptools writes the time of the build into an sdist, where the other tools take SOURCE_DATE_EPOCH. */
export function addStableSdist(project: Project): void {
  new TextFile(project, STABLE_SDIST, { lines: [`# ${project.marker}`, SCRIPT] })
}

const SCRIPT = `"""Packs the sdist anew with the time of the commit, so that a second build yields the same file."""
import gzip
import io
import os
import tarfile
from pathlib import Path

time = int(os.environ["SOURCE_DATE_EPOCH"])
for sdist in Path("dist/python").glob("*.tar.gz"):
    content = io.BytesIO()
    with tarfile.open(sdist) as old, tarfile.open(fileobj=content, mode="w") as new:
        for member in sorted(old.getmembers(), key=lambda one: one.name):
            member.mtime = time
            member.mode = 0o755 if member.mode & 0o100 else 0o644
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            member.pax_headers = {}
            new.addfile(member, old.extractfile(member) if member.isfile() else None)
    sdist.write_bytes(gzip.compress(content.getvalue(), mtime=time))`
