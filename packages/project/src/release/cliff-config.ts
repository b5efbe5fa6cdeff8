import { refuse } from '../errors.ts'

/** Which commits make a release: all, or breaking changes and those of these types (conventionalcommits.org). */
export type Releasable = 'every-commit' | readonly string[]

/** The section of breaking changes. The release plan raises the major version when it is there. */
export const BREAKING_SECTION = 'Breaking changes'
/** The section of new features. The release plan raises the minor version when it is there. */
export const FEATURE_SECTION = 'Features'

/** Types of commits by section, in the order of the sections; breaking changes come before all of them. */
const SECTIONS: readonly { readonly title: string; readonly types: readonly string[] }[] = [
  { title: FEATURE_SECTION, types: ['feat'] },
  { title: 'Bug fixes', types: ['fix'] },
  { title: 'Performance', types: ['perf'] },
  { title: 'Reverts', types: ['revert'] },
  { title: 'Documentation', types: ['docs'] },
]
const OTHER_SECTION = 'Other changes'

/**
 * One section per group; a commit is its first line, its scope and its hash. What a footer says of a breaking change
 * follows in one line, so that a message cannot forge the heading of a section.
 */
const BODY = `{%- for group, commits in commits | group_by(attribute="group") %}
### {{ group | striptags }}

{% for commit in commits -%}
- {% if commit.scope %}**{{ commit.scope }}:** {% endif -%}
{{ commit.message | split(pat="\n") | first | trim }} ({{ commit.id | truncate(length=7, end="") }})
{%- if commit.breaking and commit.breaking_description != commit.message -%}
: {{ commit.breaking_description | trim | split(pat="\n") | join(sep=" ") }}
{%- endif %}
{% endfor %}
{%- endfor %}`

/**
 * The configuration of git-cliff (2.14) for the release plan, as the content of `.trustpub/cliff.toml`: what is listed
 * is what makes a release. Tags and versions are the plan's business, which names the range of commits.
 * @throws ProjectError option_invalid
 */
export function cliffConfig({
  releasable,
}: {
  readonly releasable: Releasable
}): Readonly<Record<string, unknown>> {
  const every = releasable === 'every-commit'
  return {
    changelog: { header: '', body: BODY, trim: true },
    git: {
      conventional_commits: true,
      filter_unconventional: !every,
      // The message that `git revert` writes is not conventional.
      commit_preprocessors: [{ pattern: '^Revert "(.+)"', replace: 'revert: $1' }],
      commit_parsers: every ? everyCommit() : commitsOfTypes(releasable),
      filter_commits: true,
    },
  }
}

type Parser = Readonly<Record<string, unknown>>

function everyCommit(): Parser[] {
  return [
    // Merges bring commits, and those are listed.
    { message: '^Merge ', skip: true },
    BREAKING,
    ...SECTIONS.map(({ title, types }, index) => ofTypes(types, index + 1, title)),
    { message: '.*', group: numbered(SECTIONS.length + 1, OTHER_SECTION) },
  ]
}

function commitsOfTypes(wanted: readonly string[]): Parser[] {
  for (const type of wanted) requireType(type)
  const known = SECTIONS.flatMap(({ types }) => types)
  const sections = [
    ...SECTIONS.map(({ title, types }) => ({
      title,
      types: types.filter((type) => wanted.includes(type)),
    })),
    { title: OTHER_SECTION, types: wanted.filter((type) => !known.includes(type)) },
  ]
  return [
    BREAKING,
    ...sections.flatMap(({ title, types }, index) =>
      types.length === 0 ? [] : [ofTypes(types, index + 1, title)],
    ),
    { message: '.*', skip: true },
  ]
}

/** Whatever its type, `!` or a footer makes a commit a breaking change. */
const BREAKING: Parser = {
  field: 'breaking',
  pattern: '^true$',
  group: numbered(0, BREAKING_SECTION),
}

function ofTypes(types: readonly string[], index: number, title: string): Parser {
  return { message: `(?i)^(${types.join('|')})[(!:]`, group: numbered(index, title) }
}

/** git-cliff sorts groups by name; the template takes the comment away. */
function numbered(index: number, title: string): string {
  return `<!-- ${index} -->${title}`
}

function requireType(type: string): void {
  if (/^[a-z][a-z0-9_-]*$/i.test(type)) return
  const reason = 'a type of commits is one word, such as feat or fix.'
  throw refuse('option_invalid', { type: 'The release', option: 'releasable', value: type, reason })
}
