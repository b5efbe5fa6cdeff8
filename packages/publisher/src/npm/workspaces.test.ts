import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { inDependencyOrder, workspaceFolders, workspacePatterns } from './workspaces.ts'

function tree(...folders: string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'trustpub-workspace-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  for (const folder of folders) {
    mkdirSync(join(root, folder), { recursive: true })
    writeFileSync(join(root, folder, 'package.json'), '{}')
  }
  return root
}

it.each([
  [['packages/*'], ['packages/a', 'packages/b']],
  [['./packages/a/'], ['packages/a']],
  [['packages/**'], ['packages/a', 'packages/a/deep/er', 'packages/b']],
  [['**'], ['', 'packages/a', 'packages/a/deep/er', 'packages/b', 'plugin-x', 'tool']],
  [['*'], ['plugin-x', 'tool']],
  [
    ['plugin-*', 'tool'],
    ['plugin-x', 'tool'],
  ],
  [['packages/*', '!packages/b'], ['packages/a']],
  [['../*', 'packages/../..'], []],
  [['a.b/*', 'p[a]ckages/*'], []],
])('finds by %j the folders %j', async (patterns, expected) => {
  const root = tree(
    '',
    'packages/a',
    'packages/b',
    'packages/a/deep/er',
    'packages/a/node_modules/x',
    'tool',
    'plugin-x',
  )
  mkdirSync(join(root, 'packages/empty'))
  const found = await workspaceFolders(root, patterns)
  expect(found.map((folder) => relative(root, folder))).toEqual(expected)
})

it('reads both shapes of the patterns, and nothing else', () => {
  expect(workspacePatterns({ workspaces: ['a', 1] })).toEqual(['a'])
  expect(workspacePatterns({ workspaces: { packages: ['a'] } })).toEqual(['a'])
  expect(workspacePatterns({ workspaces: 'a' })).toEqual([])
  expect(workspacePatterns({})).toEqual([])
})

it('puts each package after those that it depends on, however they came', () => {
  const graph = fc
    .array(fc.array(fc.nat(7), { maxLength: 3 }), { minLength: 1, maxLength: 8 })
    .map((edges) =>
      edges.map((targets, index) => ({
        name: `p${index}`,
        // Only to lower numbers, so that there is no circle.
        manifest: {
          dependencies: Object.fromEntries(
            targets.filter((to) => to < index).map((to) => [`p${to}`, '1']),
          ),
        },
      })),
    )
  fc.assert(
    fc.property(graph, fc.infiniteStream(fc.nat()), (packages, random) => {
      const order = new Map(packages.map((pkg) => [pkg, random.next().value ?? 0]))
      const shuffled = packages.toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0))
      const names = inDependencyOrder(shuffled).map(({ name }) => name)
      expect(names.toSorted()).toEqual(packages.map(({ name }) => name).toSorted())
      for (const { name, manifest } of packages) {
        for (const dependency of Object.keys(manifest.dependencies)) {
          expect(names.indexOf(dependency)).toBeLessThan(names.indexOf(name))
        }
      }
    }),
  )
})

it('keeps the order of packages that depend on each other in a circle', () => {
  const circle = [
    { name: 'a', manifest: { dependencies: { b: '1' } } },
    { name: 'b', manifest: { peerDependencies: { a: '1' } } },
  ]
  expect(inDependencyOrder(circle)).toHaveLength(2)
})
