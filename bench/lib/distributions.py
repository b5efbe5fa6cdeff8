"""Writes a wheel and an sdist of each version: distributions.py <folder> <name> <version>... They are in <folder>/<version>."""
import base64
import hashlib
import io
import pathlib
import sys
import tarfile
import zipfile

SOURCE = b"answer = 42\n" * 2000


def metadata(name, version):
    head = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    return (head + "Summary: Exists to be published\nRequires-Python: >=3.9\n").encode()


def record_line(path, content):
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(content)}\n"


def write_wheel(folder, name, version):
    module, info = name.replace("-", "_"), f"{name.replace('-', '_')}-{version}.dist-info"
    files = {
        f"{module}.py": SOURCE,
        f"{info}/METADATA": metadata(name, version),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(record_line(*item) for item in files.items()) + f"{info}/RECORD,,\n"
    path = folder / f"{module}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, content in [*files.items(), (f"{info}/RECORD", record.encode())]:
            wheel.writestr(path, content)


def write_sdist(folder, name, version):
    root = f"{name.replace('-', '_')}-{version}"
    project = f'[project]\nname = "{name}"\nversion = "{version}"\n'.encode()
    files = {"PKG-INFO": metadata(name, version), "pyproject.toml": project, "answer.py": SOURCE}
    with tarfile.open(folder / f"{root}.tar.gz", "w:gz") as sdist:
        for path, content in files.items():
            entry = tarfile.TarInfo(f"{root}/{path}")
            entry.size = len(content)
            sdist.addfile(entry, io.BytesIO(content))


target, name, *versions = sys.argv[1:]
for version in versions:
    folder = pathlib.Path(target, version)
    folder.mkdir(parents=True)
    write_wheel(folder, name, version)
    write_sdist(folder, name, version)
