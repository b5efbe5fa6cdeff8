import * as v from 'valibot'

/** Members that several requests have. */

/** Listings give this many where the request does not say. */
export const DEFAULT_LIMIT = 100
/** More is no listing that anybody reads; programs page. */
const MAX_LIMIT = 500
/** Enough for a sentence that says what a token is for, or why a release was yanked. */
const MAX_SENTENCE = 300

/** How many entries a listing may have. */
export const limit: v.OptionalSchema<v.GenericSchema<string, number>, undefined> = v.optional(
  v.pipe(
    v.string(),
    v.transform(Number),
    v.number(),
    v.integer('write a whole number'),
    v.minValue(1, 'ask for at least 1'),
    v.maxValue(MAX_LIMIT, `ask for at most ${MAX_LIMIT}`),
  ),
)

export const ecosystem: v.GenericSchema<'npm' | 'pypi'> = v.picklist(['npm', 'pypi'])

/** A package with its ecosystem, as in `npm:@acme/widget`. */
export const packageReference: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.description('npm:<name> or pypi:<name>'),
)

/** A line that people write for people. */
export const sentence: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.maxLength(MAX_SENTENCE, `it is longer than ${MAX_SENTENCE} characters`),
)
