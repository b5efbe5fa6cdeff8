import { registryOf } from '../../publishers/registries.ts'
import { uploadsOf } from '../../release.ts'
import type { Rewrite } from '../migration.ts'

/** What trusted publishing does not reach. */
export const otherRegistries: Rewrite = {
  id: 'other-registries',
  title: 'Leaves uploads to registries without trusted publishing as they are.',
  *rewrite(release) {
    const trusted = new Set(uploadsOf(release).map(({ step }) => step))
    for (const step of release.pipeline.jobs.flatMap(({ publishes }) => publishes)) {
      if (trusted.has(step)) continue
      const sentence = step.registry?.includes('$')
        ? `\`${step.text}\` stays as it is: the repository does not tell to which registry it publishes (${step.registry}).`
        : `\`${step.text}\` publishes to ${registryOf(step)} and stays as it is: trusted publishing of npmjs.com and PyPI does not reach there.`
      yield { place: step.place, sentence }
    }
    for (const { place, sentence } of release.pipeline.unknowns) {
      if (place !== undefined && /not read from this checkout/.test(sentence)) {
        yield {
          place,
          sentence: `${sentence} If it takes a token for publishing, it has to learn to do without; then the calling job needs \`id-token: write\`.`,
        }
      }
    }
  },
}
