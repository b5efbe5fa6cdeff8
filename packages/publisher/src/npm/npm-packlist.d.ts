declare module 'npm-packlist' {
  /** What the list is made from; arborist's tree has more, which only bundled dependencies need. */
  interface Tree {
    readonly path: string
    readonly package: object
    readonly isProjectRoot: boolean
    readonly edgesOut: ReadonlyMap<string, unknown>
    readonly workspaces?: ReadonlyMap<string, string> | undefined
  }
  export default function packlist(
    tree: Tree,
    options?: { readonly prefix?: string; readonly workspaces?: readonly string[] },
  ): Promise<string[]>
}
