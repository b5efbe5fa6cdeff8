export { PythonBuildTool, type PythonProjectOptions } from '../options/python.ts'
export { PythonProject } from '../python/python-project.ts'
