import { SampleDir } from '../files/sample-file.ts'
import type { Project } from '../project.ts'

/** A module and a test to start from. The empty file tells type checkers that the module has types (PEP 561). */
export function addPythonSample(project: Project, module: string, tests: string | undefined): void {
  new SampleDir(project, `src/${module}`, {
    files: { '__init__.py': moduleText(project.name), 'py.typed': '' },
  })
  if (tests === undefined) return
  new SampleDir(project, tests, { files: { [`test_${module}.py`]: testText(module) } })
}

function moduleText(name: string): string {
  return `"""The package ${name}."""


def hello(name: str) -> str:
    """Greets somebody."""
    return f"Hello, {name}!"
`
}

function testText(module: string): string {
  return `from ${module} import hello


def test_greets_by_name() -> None:
    assert hello("world") == "Hello, world!"
`
}
