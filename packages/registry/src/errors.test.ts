import { IDENTITY_ERRORS } from '@trustpub/identity'
import { expect, it } from 'vitest'
import { REGISTRY_ERRORS } from './errors.ts'

it.each(Object.entries(REGISTRY_ERRORS))(
  '%s says what is wrong in whole sentences, or leaves it all to the reason',
  (code, row) => {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/)
    expect([400, 401, 403, 404, 406, 408, 409, 413, 422, 500]).toContain(row.status)
    expect(row.sentence).toMatch(/[.?]$|^\{reason\}$/)
    expect(Object.keys(IDENTITY_ERRORS)).not.toContain(code)
  },
)
